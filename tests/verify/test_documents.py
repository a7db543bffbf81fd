"""Sealed documents, given to be checked: as sealed, with one byte changed, with more in them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader, PdfWriter

from app.conduct import pdf, queries
from app.conduct.sealing import keeping, self_made
from app.core import clock
from app.core.crypto import digest
from app.members.models import Member
from tests.conftest import statements
from tests.factories.conduct import make_code, make_signature, next_version
from tests.factories.members import make_member, viewer_of
from tests.factories.seals import seal_settings, sealed_pdf, sealing
from tests.portal import Portal
from tests.trustlog.publishing import publish
from tests.verify.holding import flipped, give, suspend

SEALED = "There is a seal in the document"
OURS = "The seal is the alliance's"
UNCHANGED = "Unchanged since it was sealed"
EVIDENCE = "The evidence in it is the one kept at the signing"
ON_RECORD = "The fingerprint of the file is on record"
LOGGED = "It stands in the transparency log"
STANDING = "The standing today"
NAME = "Nguyễn Thị Hòa"


@dataclass(frozen=True)
class Held:
    """A member, and the sealed document of their signature."""

    member: Member
    signature_id: UUID
    pdf: bytes
    evidence: bytes


async def signed(portal: Portal) -> Held:
    """A member who signed; the document sealed as the job does, and all of it in the log."""
    async with portal.transaction() as session:
        await make_code(session)
        member = await make_member(session, stage_name="Bếp Sương")
        signature = await make_signature(session, viewer_of(member), name=NAME)
    assert await keeping.seal(signature.id)
    await publish(portal.database)
    kept = await keeping.kept_document(signature.id)
    assert kept.state is keeping.State.SEALED
    return Held(member, signature.id, kept.content, signature.evidence)


async def test_a_document_is_genuine_and_unchanged(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
        found = await give(portal, held.pdf, "gì cũng được.txt")
    assert (found.status, found.outcome) == (200, "genuine")
    assert found.title == "The document is genuine and unchanged"
    assert set(found.steps.values()) == {"In order"}
    assert {SEALED, OURS, UNCHANGED, EVIDENCE, ON_RECORD, LOGGED, STANDING} <= set(found.steps)
    assert found.facts["Signed by"] == NAME
    assert found.facts["What was signed"] == "Code of conduct, version 1.0"
    assert found.facts["Language of the text"] == "Tiếng Việt"
    assert found.facts["Kind of seal"] == "PAdES B-T"
    assert found.facts["SHA-256 of the file"] == digest(held.pdf)
    assert self_made.ALLIANCE in found.facts["Sealed by"]
    assert self_made.ALLIANCE in found.facts["Whose clock"]
    assert "Bếp Sương" in found.person
    assert "Sealed by an authority of our own making" in found.page
    assert "127.0.0.1" not in found.page  # the signer's address stays in the document


async def test_who_is_suspended_meanwhile_is_told_so(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
        async with portal.transaction() as session:
            await suspend(session, held.member)
        found = await give(portal, held.pdf)
    assert (found.outcome, found.steps[STANDING], found.steps[UNCHANGED]) == (
        "past",
        "Take care",
        "In order",
    )


async def test_a_newer_version_of_the_code_is_told(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
        later = clock.now() + timedelta(days=40)
        async with portal.transaction() as session:
            await make_code(session, next_version(later.date() - timedelta(days=1)))
        with clock.at(later):
            found = await give(portal, held.pdf)
    assert found.steps["Which version of the code is in force today"] == "To know"
    assert "Version 1.1. The one that was signed is 1.0." in found.page


async def test_one_byte_changed_anywhere(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
        size = len(held.pdf)
        for at in (40, size // 3, size - 30):
            found = await give(portal, flipped(held.pdf, at))
            assert found.outcome in {"changed", "unreadable"}, at
            assert (found.facts, found.person) == ({}, "")
            assert NAME not in found.page


async def test_what_was_added_later(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
        found = await give(portal, held.pdf + b"\n% and a line more\n")
    assert (found.outcome, found.steps[UNCHANGED]) == ("changed", "Not in order")
    assert found.steps[OURS] == "In order"
    assert ON_RECORD not in found.steps


async def test_what_was_saved_anew_has_no_seal(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
        writer, out = PdfWriter(), BytesIO()
        for one in PdfReader(BytesIO(held.pdf)).pages:
            writer.add_page(one)
        writer.write(out)
        cut = await give(portal, held.pdf[: len(held.pdf) * 2 // 3])
        anew = await give(portal, out.getvalue())
    assert anew.outcome in {"foreign", "changed", "unreadable"}
    assert cut.outcome in {"foreign", "changed", "unreadable"}
    assert NAME not in anew.page + cut.page


async def test_somebody_elses_seal_on_our_evidence(
    portal: Portal, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("thief")
    self_made.make(folder)
    thief = seal_settings(**self_made.setting(folder))
    with sealing():
        held = await signed(portal)
        async with portal.transaction() as session:
            detail = await queries.signature(session, held.signature_id)
        assert detail is not None
        found = await give(portal, await sealed_pdf(await pdf.make(detail, thief), thief))
    assert (found.outcome, found.title) == ("foreign", "This document has a seal, but not ours")
    assert (found.facts, found.person) == ({}, "")
    assert NAME not in found.page
    assert held.member.number not in found.page


async def test_what_a_thief_of_the_key_sealed_is_against_our_record(portal: Portal) -> None:
    with sealing() as by:
        held = await signed(portal)
        async with portal.transaction() as session:
            detail = await queries.signature(session, held.signature_id)
        assert detail is not None
        other = replace(detail, evidence=detail.evidence.replace("Hòa".encode(), b"Hoa"))
        pages = replace(detail, signed_name="Kẻ Gian")  # on the pages only
        for false, evidence in ((other, "Not in order"), (pages, "In order")):
            found = await give(portal, await sealed_pdf(await pdf.make(false, by), by))
            assert (found.outcome, found.steps[OURS]) == ("contradicts", "In order")
            assert (found.steps[EVIDENCE], found.steps[ON_RECORD]) == (evidence, "Not in order")
            assert (found.facts, found.person) == ({}, "")
            assert NAME not in found.page


async def test_evidence_by_itself(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
    found = await give(portal, held.evidence)
    assert (found.outcome, found.title) == ("genuine", "The evidence is genuine and unchanged")
    assert found.facts["Signed by"] == NAME
    changed = await give(portal, held.evidence.replace("Hòa".encode(), b"Hoa"))
    assert (changed.outcome, changed.facts, changed.person) == ("foreign", {}, "")


async def test_a_portal_without_a_certificate_knows_no_seal(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
    found = await give(portal, held.pdf)
    assert found.outcome in {"foreign", "unsure"}
    assert NAME not in found.page


async def test_a_fixed_number_of_statements(portal: Portal) -> None:
    with sealing():
        held = await signed(portal)
        with statements(portal.database.engine) as seen:
            await give(portal, held.pdf)
    asked = [one for one in seen if "rate_counters" not in one]
    assert len(asked) == 7, asked
