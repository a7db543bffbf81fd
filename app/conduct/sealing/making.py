"""Setting the seal: PAdES B-T by the alliance's certificate, B-LTA with authorities of others.

Called while no transaction is open: authorities are asked over the network.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import structlog
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.conduct.sealing import checking, stamping, tokens
from app.conduct.sealing.seal import Seal
from app.core.i18n import DEFAULT_LOCALE, use_locale
from app.core.i18n import gettext as _
from app.core.seal_settings import SealSettings

FIELD = "Seal"
log = structlog.get_logger("seal")


BEFORE = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
"""All that a check needs goes into the document before the last time stamp, which covers it."""


class _TimeStamper(signers.PdfTimeStamper):
    """Puts the last time stamp over everything: pyHanko has no setting for it here."""

    async def async_timestamp_pdf(self, *given: Any, **named: Any) -> Any:
        return await super().async_timestamp_pdf(*given, **{**named, "dss_settings": BEFORE})


class _Writer(IncrementalPdfFileWriter):
    """Leaves the document's description as it is: pyHanko's form of it is not PDF/A's."""

    def _update_meta(self) -> None:
        pass


class NotSealed(Exception):
    """No seal was set, or none that stands its own check.

    A certificate has ended, no authority told the time, or the key refused.
    """


@dataclass(frozen=True, slots=True)
class Made:
    """A sealed document, and what a check says of it."""

    content: bytes
    seal: Seal


async def seal(pdf: bytes, by: SealSettings, locale: str) -> Made:
    """`pdf` with the seal of `by`, checked as anybody's would be.

    Args:
        locale: the language of the document, for the few words that readers of PDF show.

    Raises:
        NotSealed: see there; another try may succeed.
    """
    if ended := by.ended():
        raise NotSealed(ended)

    async def signed(stamper: TimeStamper) -> bytes:
        async with _signer(by) as signer, _fetching(by) as context:
            made = signers.PdfSigner(
                _about(by, locale, context),
                signer,
                timestamper=stamper,
                new_field_spec=_field(locale),
            )
            out = await made.async_sign_pdf(_for_readers_aloud(pdf))
        return bytes(out.getvalue())

    return await _by_one(by, signed)


async def trial(by: SealSettings) -> Made:
    """A seal on an empty page, to see whether all that it needs works together.

    Raises:
        NotSealed: it does not.
    """
    blank: Any = PdfFileWriter()  # type: ignore[no-untyped-call]
    content, out = blank.add_object(generic.StreamObject(stream_data=b"")), BytesIO()
    shown: Any = PageObject
    blank.insert_page(shown(contents=content, media_box=(0, 0, 100, 100)))
    blank.write(out)
    return await seal(out.getvalue(), by, DEFAULT_LOCALE)


async def stamp_again(content: bytes, by: SealSettings) -> Made:
    """A document sealed for long with one more time stamp over all of it, to outlive the last.

    Raises:
        NotSealed: no authority told the time, or the check found the outcome wanting.
    """

    async def stamped(stamper: TimeStamper) -> bytes:
        async with _fetching(by) as context:
            out = await _TimeStamper(stamper).async_update_archival_timestamp_chain(
                PdfFileReader(BytesIO(content)), context, in_place=False
            )
        return bytes(out.getvalue())

    return await _by_one(by, stamped)


async def _by_one(by: SealSettings, work: Callable[[TimeStamper], Awaitable[bytes]]) -> Made:
    """What `work` makes with the first authority that answers well.

    Raises:
        NotSealed: none did, or the outcome does not stand the check.
    """
    last: Exception | None = None
    for address, stamper in stamping.in_turn(by):
        try:
            content = await work(stamper)
        except Exception as failed:  # noqa: BLE001 - whatever an authority says: ask the next
            log.warning("not sealed", authority=address, kind=type(failed).__name__)
            last = failed
        else:
            return Made(content, await _checked(content, by))
    raise NotSealed(f"no seal could be set: {type(last).__name__}: {last}") from last


async def _checked(content: bytes, by: SealSettings) -> Seal:
    found = await checking.check(content, by)
    if found is None or not found.genuine:
        raise NotSealed(
            "the seal does not stand its own check: do key, certificate, roots and the"
            " roots of the time-stamp authority belong together?"
        )
    return found


def _field(locale: str) -> fields.SigFieldSpec:
    """A field that shows nothing on the page, and has a name for who cannot see it either."""
    with use_locale(locale):
        return fields.SigFieldSpec(FIELD, readable_field_name=_("Seal of the alliance"))


def _for_readers_aloud(pdf: bytes) -> IncrementalPdfFileWriter:
    """A writer of a revision whose first page, which gets the field, keeps the order of the text.

    PDF/UA-1 asks for it of pages with a field (ISO 14289-1, 7.18.3).
    """
    writer = _Writer(BytesIO(pdf))
    pages: Any = writer
    page = pages.find_page_for_modification(0)[0].get_object()
    page["/Tabs"] = generic.NameObject("/S")
    writer.update_container(page)
    return writer


def _about(
    by: SealSettings, locale: str, context: ValidationContext
) -> signers.PdfSignatureMetadata:
    """What is asked of the seal: no change to the document is allowed after it."""
    with use_locale(locale):
        reason = _("Seal of the Digital Trust Alliance on the evidence of a signature")
    return signers.PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        embed_validation_info=by.long_term,
        use_pades_lta=by.long_term,
        validation_context=context if by.long_term else None,
        dss_settings=DSSContentSettings(include_vri=False, next_ts_settings=BEFORE),
    )


@asynccontextmanager
async def _fetching(by: SealSettings) -> AsyncIterator[ValidationContext]:
    """Trust in the roots that are configured, with revocation looked up, and required."""
    async with AIOHttpFetcherBackend(per_request_timeout=by.time_stamp_seconds) as fetchers:
        yield ValidationContext(
            trust_roots=[_load(one.public_bytes(Encoding.DER)) for one in by.trusted],
            other_certs=[_load(one.public_bytes(Encoding.DER)) for one in by.chain[1:]],
            allow_fetching=True,
            revocation_mode="hard-fail",
            fetchers=fetchers,
        )


def _load(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der)


@asynccontextmanager
async def _signer(by: SealSettings) -> AsyncIterator[signers.Signer]:
    if by.private_key is None:
        async with tokens.signer(by) as found:
            yield found
        return
    certificates = [_load(one.public_bytes(Encoding.DER)) for one in by.chain]
    secret = by.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(certificates)
    yield signers.SimpleSigner(
        signing_cert=certificates[0],
        signing_key=keys.PrivateKeyInfo.load(secret),
        cert_registry=store,
        embed_roots=False,
    )
