"""Documents of signatures: sealed once, by a job, whoever dies; and what pages tell of them."""

import asyncio
import io
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import pypdf
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.conduct.jobs import seal_missing
from app.conduct.models import SealedDocument, SealLevel, Signature
from app.conduct.sealing import checking, keeping, making, queries
from app.conduct.sealing.keeping import Lost, key
from app.conduct.sealing.seal import EVIDENCE
from app.core.seal_settings import SealSettings
from app.core.storage import LocalStorage, storage
from app.trustlog.models import Kind, LogEntry
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.conduct import make_code, make_signature
from tests.factories.seals import sealing
from tests.portal import Portal

WORK = ["default"]


@pytest.fixture
def seals() -> Iterator[SealSettings]:
    """A portal that seals."""
    with sealing() as found:
        yield found


async def signed(portal: Portal) -> Signature:
    async with portal.transaction() as session:
        await make_code(session)
        account = await make_account(session)
        found = await make_signature(session, viewer_of(account))
    await portal.sign_in(found.account_id)
    return found


async def documents(portal: Portal) -> list[SealedDocument]:
    async with portal.transaction() as session:
        return list(await session.scalars(select(SealedDocument)))


def words(page: str) -> str:
    node = LexborHTMLParser(page).css_first("main")
    assert node is not None
    return " ".join(node.text(separator=" ").split())


async def test_a_signature_is_sealed_once_and_told_in_log_and_audit(
    portal: Portal, seals: SealSettings
) -> None:
    signature = await signed(portal)
    await portal.work()
    (document,) = await documents(portal)
    content = await storage().get(key(document.sha256))
    assert content is not None
    assert (sha256(content).hexdigest(), len(content)) == (document.sha256, document.size)
    assert document.level is SealLevel.B_T
    assert document.self_made
    found = await checking.check(content)
    assert found is not None
    assert found.genuine
    assert sha256(found.attachments[EVIDENCE]).hexdigest() == signature.evidence_sha256
    async with portal.transaction() as session:
        entries = await session.scalars(select(LogEntry).where(LogEntry.kind == Kind.CODE_SEALED))
        (entry,) = entries.all()
        assert entry.openings is not None
        assert {name: value for name, (_, value) in entry.openings.items()} == {
            "sha256": document.sha256,
            "evidence_sha256": signature.evidence_sha256,
        }
        assert b'"facts":{"level":"b-t","version":"1.0"}' in entry.body
        audit = await session.scalars(
            select(AuditEvent.subject_id).where(AuditEvent.action == "conduct.sealed")
        )
        assert audit.all() == [signature.id]
    assert await keeping.seal(signature.id) is False  # again
    assert len(await documents(portal)) == 1


async def test_two_downloads_are_the_same_bytes(portal: Portal, seals: SealSettings) -> None:
    signature = await signed(portal)
    await portal.work()
    (document,) = await documents(portal)
    path = f"/conduct/signatures/{signature.id}.pdf"
    one, two = await portal.get(path), await portal.get(path)
    assert one.content == two.content == await storage().get(key(document.sha256))
    assert one.headers["etag"] == f'"{document.sha256}"'
    same = await portal.get(path, headers={"If-None-Match": one.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    html = (await portal.get(f"/conduct/signatures/{signature.id}")).text
    headings = [node.attributes["id"] for node in LexborHTMLParser(html).css("main section > h2")]
    assert headings == ["seal", "evidence"]  # what was signed does not stand under the seal's
    page = words(html)
    for told in (document.sha256, document.sealed_by, document.stamped_by, "pdfsig"):
        assert told in page
    assert "Outside of it they prove nothing" in page


async def test_a_document_being_sealed_is_said_to_be(portal: Portal, seals: SealSettings) -> None:
    signature = await signed(portal)
    path = f"/conduct/signatures/{signature.id}"
    answer = await portal.get(f"{path}.pdf")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = (await portal.get(path)).text
    assert "The document is being sealed" in words(page)
    assert f'href="{path}"' in page
    assert 'http-equiv="refresh"' not in page
    await portal.work()
    assert "The document is being sealed" not in words((await portal.get(path)).text)


async def test_staff_leave_one_trace_for_one_document(portal: Portal, seals: SealSettings) -> None:
    signature = await signed(portal)
    async with portal.transaction() as session:
        reviewer = await make_account(session, roles=("reviewer",))
    await portal.sign_in(reviewer.id)
    await portal.get(f"/conduct/signatures/{signature.id}.pdf")  # nothing of it was shown
    await portal.work()
    assert (await portal.get(f"/conduct/signatures/{signature.id}.pdf")).status_code == 200
    async with portal.transaction() as session:
        seen = await session.scalars(
            select(AuditEvent.actor_id).where(AuditEvent.action == "conduct.signature_viewed")
        )
        assert seen.all() == [reviewer.id]


async def test_without_a_certificate_the_document_has_no_seal(portal: Portal) -> None:
    signature = await signed(portal)
    await portal.work()
    assert await documents(portal) == []
    answer = await portal.get(f"/conduct/signatures/{signature.id}.pdf")
    assert answer.status_code == 200
    assert await checking.check(answer.content) is None
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert "không có dấu niêm" in " ".join(
        pages[-1].extract_text().split() + pages[-2].extract_text().split()
    )
    page = words((await portal.get(f"/conduct/signatures/{signature.id}")).text)
    assert "This portal has no certificate to seal documents with." in page


async def test_signatures_from_before_the_seal_are_sealed_later(portal: Portal) -> None:
    await signed(portal)
    await portal.work()
    with sealing():
        await seal_missing(0)
        await portal.work()
        assert len(await documents(portal)) == 1
        await seal_missing(0)
        async with portal.transaction() as session:
            waiting = text(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'conduct.seal'"
            )
            assert await session.scalar(waiting) == 0


async def test_two_at_once_seal_one(portal: Portal, seals: SealSettings) -> None:
    signature = await signed(portal)
    done = await asyncio.gather(*(keeping.seal(signature.id) for _ in range(3)))
    assert sorted(done) == [False, False, True]
    (document,) = await documents(portal)
    kept = storage()
    assert isinstance(kept, LocalStorage)
    folder = kept.folder / "conduct" / "sealed"
    sealed_here = [p for p in folder.iterdir() if document.sha256 in p.name]
    assert len(sealed_here) == 1
    async with portal.transaction() as session:
        entries = await session.scalars(
            select(LogEntry.id).where(LogEntry.kind == Kind.CODE_SEALED)
        )
        assert len(entries.all()) == 1


async def test_whoever_is_killed_before_the_row_leaves_nothing_that_counts(
    portal: Portal, seals: SealSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = await signed(portal)

    async def killed(*_: Any) -> bool:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "_write", killed)
        with pytest.raises(asyncio.CancelledError):
            await keeping.seal(signature.id)
    assert await documents(portal) == []
    assert await keeping.seal(signature.id)
    assert len(await documents(portal)) == 1


async def test_while_no_authority_answers_the_job_waits_its_turn(portal: Portal) -> None:
    nobody = {
        "time_stamps": ["http://127.0.0.1:9/"],
        "time_stamp_certificate": "",
        "time_stamp_key": "",
        "time_stamp_seconds": 1,
    }
    with sealing(**nobody):
        signature = await signed(portal)
        await portal.work()
        assert await documents(portal) == []
        with pytest.raises(making.NotSealed):
            await keeping.seal(signature.id)
        async with portal.transaction() as session:
            row = text(
                "SELECT attempts, status::text, scheduled_at > now() FROM procrastinate_jobs"
                " WHERE task_name = 'conduct.seal'"
            )
            assert (await session.execute(row)).all() == [(1, "todo", True)]


@pytest.mark.parametrize("loss", ["gone", "changed"])
async def test_a_lost_file_is_told(portal: Portal, seals: SealSettings, loss: str) -> None:
    signature = await signed(portal)
    await portal.work()
    (document,) = await documents(portal)
    if loss == "gone":
        await storage().delete(key(document.sha256))
    else:
        await storage().put(key(document.sha256), b"%PDF-1.7", "application/pdf")
    path = f"/conduct/signatures/{signature.id}"
    answer = await portal.get(f"{path}.pdf")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "The sealed document cannot be read" in words((await portal.get(path)).text)
    async with portal.transaction() as session:
        found = await queries.document_of(session, signature.id)
    assert found is not None
    with pytest.raises(Lost):
        await keeping.content(found)


async def test_a_document_is_found_by_its_evidence(portal: Portal, seals: SealSettings) -> None:
    signature = await signed(portal)
    async with portal.transaction() as session:
        before = await queries.by_evidence(session, signature.evidence_sha256)
    assert before is not None
    assert (before.signature_id, before.document) == (signature.id, None)
    await portal.work()
    (document,) = await documents(portal)
    async with portal.transaction() as session:
        with statements(portal.database.engine) as seen:
            found = await queries.by_evidence(session, signature.evidence_sha256)
        assert len(seen) == 1
        assert found is not None
        assert found.document is not None
        assert found.document.sha256 == document.sha256
        assert await queries.by_evidence(session, "0" * 64) is None
        assert await queries.counts(session) == queries.Counts(1, 1)
        assert await queries.unsealed(session, UUID(int=0), 5) == []
