"""Seals by an authority that others run: B-T by addresses asked in turn, B-LTA, stamped again."""

import io
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from sqlalchemy import select

from app.conduct.models import SealedDocument, SealLevel
from app.conduct.sealing import checking, keeping, making, validating
from app.conduct.sealing.making import NotSealed
from app.conduct.sealing.seal import Changed
from app.core import clock
from app.core.storage import storage
from app.trustlog.models import Kind, LogEntry
from tests.conduct.outside_authority import Authority, outside
from tests.conduct.test_seal_checking import revised
from tests.factories.accounts import make_account, viewer_of
from tests.factories.conduct import make_code, make_signature
from tests.factories.seals import sealing
from tests.portal import Portal


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with outside() as found:
        yield found


@pytest.fixture(scope="module")
async def lasting(authority: Authority, document: bytes) -> bytes:
    """The document, sealed for long."""
    return (await making.seal(document, authority.seal_settings(), "en")).content


async def test_the_next_authority_is_asked_when_one_is_silent(
    authority: Authority, document: bytes
) -> None:
    made = await making.seal(document, authority.seal_settings(long_term=False), "en")
    assert made.seal.genuine
    assert made.seal.level is SealLevel.B_T
    assert (made.seal.sealed_by, made.seal.stamped_by) == ("Outside signer", "Outside clock")
    assert not made.seal.self_made


async def test_a_seal_for_long_holds_when_all_its_certificates_but_the_last_have_ended(
    authority: Authority, lasting: bytes
) -> None:
    by = authority.seal_settings()
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(lasting)))
    assert len(store.crls) == 2
    for days in (0, 50):  # the certificate of the seal ends after 30, the lists after 7
        with clock.at(clock.now() + timedelta(days=days)):
            found = await checking.check(lasting, by)
        assert found is not None
        assert found.genuine, days
        assert found.level is SealLevel.B_LTA
        assert found.holds_until == authority.clock.certificate.not_valid_after_utc


async def test_nothing_may_be_added_to_a_seal_for_long(
    authority: Authority, lasting: bytes
) -> None:
    found = await checking.check(revised(lasting), authority.seal_settings())
    assert found is not None
    assert (found.intact, found.changed, found.genuine) == (True, Changed.ADDED, False)


async def test_no_flipped_bit_of_a_seal_for_long_passes(
    authority: Authority, lasting: bytes
) -> None:
    def load(*held: object) -> tuple[x509.Certificate, ...]:
        return tuple(x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in held)  # type: ignore[attr-defined]

    trust = validating.Trust(
        clock.now(), load(authority.root.certificate), load(authority.signer.certificate)
    )
    draw = random.Random(7)  # noqa: S311 - the same places each time
    gaps = [one.byte_range for one in PdfFileReader(io.BytesIO(lasting)).embedded_signatures]
    places = [draw.randrange(len(lasting)) for _ in range(15)]
    places += [draw.randrange(int(gap[1]), int(gap[2])) for gap in gaps for _ in range(25)]
    for place in places:
        content = bytearray(lasting)
        content[place] ^= 1 << draw.randrange(8)
        try:
            told = await validating.found(bytes(content), trust)
        except Exception:  # noqa: BLE001, S112 - which ends the check's process
            continue
        genuine = told["intact"] and told["trusted"] and told["whole"] and told["level"]
        assert not genuine, place


async def test_a_revoked_certificate_seals_nothing_for_long(document: bytes) -> None:
    with outside() as authority:
        authority.middle.revoked.append(authority.signer.certificate.serial_number)
        with pytest.raises(NotSealed):
            await making.seal(document, authority.seal_settings(), "en")


async def test_a_document_is_stamped_again_before_its_last_stamp_ends(portal: Portal) -> None:
    with outside() as authority, sealing(**authority.settings()):
        async with portal.transaction() as session:
            await make_code(session)
            account = await make_account(session)
            signature = await make_signature(session, viewer_of(account))
        await portal.work()
        soon = clock.now() + timedelta(days=90)
        assert not await keeping.stamp_again(signature.id, clock.now() + timedelta(days=10))
        authority.clock = authority.issue("clock", authority.root, days=900)
        assert await keeping.stamp_again(signature.id, soon)
        assert not await keeping.stamp_again(signature.id, soon)
        async with portal.transaction() as session:
            (row,) = (await session.scalars(select(SealedDocument))).all()
            entries = select(LogEntry.id).where(LogEntry.kind == Kind.CODE_SEALED)
            assert len((await session.scalars(entries)).all()) == 2
        assert row.holds_until == authority.clock.certificate.not_valid_after_utc
        content = await storage().get(keeping.key(row.sha256))
        assert content is not None
        with clock.at(clock.now() + timedelta(days=100)):  # the first clock's certificate has ended
            found = await checking.check(content)
        assert found is not None
        assert found.genuine
        assert found.level is SealLevel.B_LTA
