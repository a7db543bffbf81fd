"""What a PDF's seal is worth, by pyHanko and by rules of ours; see decision 0028.

Runs in the process that `reading` is. Whatever breaks in here on hostile bytes ends that process,
and is told as a file that cannot be read.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from app.conduct.sealing import attached, lasting, loose
from app.conduct.sealing.naming import is_self_made, printable

BYTES, ADDED, NOTHING = "bytes", "added", ""  # as `seal.Changed`, which needs the database's parts
B_T, B_LTA = "b-t", "b-lta"  # as `models.SealLevel`


@dataclass(frozen=True, slots=True)
class Trust:
    """What is taken for granted."""

    moment: datetime
    roots: tuple[x509.Certificate, ...]
    ours: tuple[x509.Certificate, ...]  # whose seals are ours

    def context(self, moment: datetime | None = None) -> ValidationContext:
        """A context for one check; a second one would know what the first has seen."""
        return ValidationContext(
            trust_roots=list(self.roots), moment=moment or self.moment, allow_fetching=False
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time that an authority which we trust put on a seal."""

    at: datetime
    by: x509.Certificate
    until: datetime
    level: str


async def found(pdf: bytes, trust: Trust) -> dict[str, Any]:
    """The fields of a `Seal`, ready for JSON but for the bytes of attachments.

    Raises:
        Exception: of whatever kind, when the bytes cannot be read.
    """
    reader = PdfFileReader(BytesIO(pdf))
    signature = reader.embedded_regular_signatures[0]
    certificate = signature.signer_cert
    is_ours = any(certificate.dump() == one.dump() for one in trust.ours)
    status = await async_validate_pdf_signature(signature, trust.context(), trust.context())
    long = await lasting.look(reader, signature, trust.roots, trust.moment) if is_ours else None
    stamp = Stamp(long.sealed_at, long.stamper, long.until, B_LTA) if long else _stamp(status)
    intact = status.intact and status.valid
    if is_ours and intact:
        intact = loose.is_tight(pdf, reader.embedded_signatures, trust.roots)
    whole = long is not None or status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    trusted = is_ours and (long is not None or await _held_then(signature, status, stamp, trust))
    return {
        "intact": intact,
        "trusted": trusted,
        "whole": whole,
        "changed": NOTHING if intact and whole else ADDED if intact else BYTES,
        "sealed_by": _name(certificate),
        "sealed_at": stamp.at.isoformat() if stamp else None,
        "stamped_by": _name(stamp.by) if stamp else "",
        "holds_until": stamp.until.isoformat() if stamp else None,
        "level": stamp.level if stamp else None,
        "self_made": is_self_made(_subject(certificate).get("organizational_unit_name")),
        "attachments": _attached(reader, signature) if intact and trusted else {},
    }


def _stamp(status: PdfSignatureStatus) -> Stamp | None:
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.valid and stamp.intact and stamp.trusted):
        return None
    by = stamp.signing_cert
    return Stamp(stamp.timestamp, by, by.not_valid_after, B_T)


async def _held_then(
    signature: EmbeddedPdfSignature, status: PdfSignatureStatus, stamp: Stamp | None, trust: Trust
) -> bool:
    """Whether the certificate held when the seal was set: it may have expired since."""
    if status.trusted or stamp is None:
        return bool(status.trusted)
    then = await async_validate_pdf_signature(signature, trust.context(stamp.at), trust.context())
    return bool(then.trusted)


def _attached(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> dict[str, bytes]:
    return attached.files(reader, signature.signed_revision)


def _name(certificate: x509.Certificate) -> str:
    subject = _subject(certificate)
    name = subject.get("common_name") or subject.get("organization_name")
    return printable(name if isinstance(name, str) else certificate.subject.human_friendly)


def _subject(certificate: x509.Certificate) -> dict[str, Any]:
    return dict(certificate.subject.native)
