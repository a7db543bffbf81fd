"""Seals for long: PAdES B-LTA, by what the document itself carries (ETSI EN 319 102-1, 5.6.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_timestamp
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager


@dataclass(frozen=True, slots=True)
class Lasting:
    """A seal whose proof is in the document, and whole to its last time stamp."""

    sealed_at: datetime
    stamper: x509.Certificate
    until: datetime  # the last time stamp's certificate expires then


async def look(
    reader: PdfFileReader,
    signature: EmbeddedPdfSignature,
    roots: tuple[x509.Certificate, ...],
    moment: datetime,
) -> Lasting | None:
    """What is proven at `moment` by the document alone; None when it is not, or not all of it."""
    stamps = reader.embedded_timestamp_signatures
    if not stamps or "/DSS" not in reader.root:
        return None
    last = stamps[-1]
    last.compute_integrity_info()
    if last.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        return None
    then = await _first(stamps, roots, moment)
    if then is None:
        return None
    timing = ValidationTimingInfo(then, then, point_in_time_validation=True)
    result = await ades_lta_validation(signature, _rules(roots), timing)
    status, stamp = result.api_status, result.signature_timestamp_status
    if result.ades_subindic != AdESPassed.OK or stamp is None or stamp.api_status is None:
        return None
    if status is None or status.modification_level not in _ALLOWED:
        return None
    at, by = stamp.api_status.timestamp, stamp.api_status.signing_cert
    return Lasting(at, by, last.signer_cert.not_valid_after)


async def _first(
    stamps: Sequence[EmbeddedPdfSignature], roots: tuple[x509.Certificate, ...], moment: datetime
) -> datetime | None:
    """The time of the first stamp: the last holds at `moment`, each at the time of the next.

    None when one does not. What was in the document at that time is to prove the seal.
    """
    for stamp in reversed(stamps):
        context = ValidationContext(trust_roots=list(roots), moment=moment, allow_fetching=False)
        status = await async_validate_pdf_timestamp(stamp, context)
        if not (status.valid and status.intact and status.trusted):
            return None
        moment = status.timestamp
    return moment


_ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def _rules(roots: tuple[x509.Certificate, ...]) -> PdfSignatureValidationSpec:
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(roots)),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    offline = RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY)
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            ts_cert_validation_policy=policy,
            revinfo_gathering_policy=offline,
            local_knowledge=LocalKnowledge(known_certs=list(roots)),  # they sign lists, too
        )
    )
