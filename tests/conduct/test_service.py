"""Publishing, reading, the test and signing, on the database."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import rfc8785
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEvent
from app.conduct import queries, service
from app.conduct.models import Attempt, CodeText, CodeVersion, Reading, Signature
from app.conduct.preparing import asked, one_try, preparation
from app.core import clock
from app.core.crypto import digest, uuid7
from app.core.db import Database
from app.core.errors import Conflict, Missing, NotAllowed, NotSignedIn, Refused, Stale
from app.core.viewer import ANYBODY, Viewer
from tests import databases
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.conduct import (
    LEGAL_NAME,
    OPERATOR,
    answers,
    later,
    make_code,
    make_content,
    make_signature,
    next_version,
    read_all,
    take_test,
)

SPRING = datetime(2127, 3, 1, 5, 0, tzinfo=UTC)


async def person(session: AsyncSession) -> Viewer:
    return viewer_of(await make_account(session))


# Publishing


async def test_publishing_twice_makes_one_version_with_its_texts(session: AsyncSession) -> None:
    content = make_content()
    assert await service.publish(session, OPERATOR, content) is service.Published.NEW
    assert await service.publish(session, OPERATOR, content) is service.Published.UNCHANGED
    versions = (await session.scalars(select(CodeVersion))).all()
    assert [(v.number, v.effective_from) for v in versions] == [("1.0", date(2026, 1, 1))]
    assert versions[0].digest == content.digest()
    texts = (await session.scalars(select(CodeText))).all()
    assert {t.locale: t.text for t in texts} == {
        locale: content.text(locale) for locale in ("vi", "en", "fr")
    }
    events = (await session.scalars(select(AuditEvent))).all()
    assert [(e.action, e.before, e.after) for e in events] == [
        ("conduct.published", None, content.digest())
    ]


async def test_only_the_command_line_and_administrators_publish(session: AsyncSession) -> None:
    for roles in ((), ("reviewer",)):
        with pytest.raises(NotAllowed):
            await service.publish(session, replace(ANYBODY, roles=frozenset(roles)), make_content())
    by = viewer_of(await make_account(session), "administrator")
    assert await service.publish(session, by, make_content()) is service.Published.NEW


async def test_an_unsigned_version_may_change_and_what_was_passed_counts_no_more(
    session: AsyncSession,
) -> None:
    await make_code(session)
    by = await person(session)
    await read_all(session, by)
    await take_test(session, by)
    changed = next_version(date(2026, 1, 1), version="1.0")
    assert await service.publish(session, OPERATOR, changed) is service.Published.CHANGED
    code = await queries.in_force(session)
    assert code is not None
    assert code.text("en") == changed.text("en")
    for table in (Attempt, Reading):
        assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_a_signed_version_never_changes(session: AsyncSession) -> None:
    await make_code(session)
    await make_signature(session, await person(session))
    with pytest.raises(Conflict, match=r"version 1.0 has been signed and never changes"):
        await service.publish(session, OPERATOR, next_version(date(2026, 1, 1), version="1.0"))
    assert await service.publish(session, OPERATOR, make_content()) is service.Published.UNCHANGED


async def test_the_version_in_force_follows_the_calendar_of_vietnam(session: AsyncSession) -> None:
    await make_code(session)
    await make_code(session, next_version(date(2127, 3, 1)))

    async def number(moment: datetime) -> str | None:
        with clock.at(moment):
            found = await queries.in_force(session)
        return found.number if found else None

    assert await number(datetime(2025, 12, 31, 16, 59, tzinfo=UTC)) is None
    assert await number(datetime(2025, 12, 31, 17, 1, tzinfo=UTC)) == "1.0"
    assert await number(datetime(2127, 2, 28, 16, 59, tzinfo=UTC)) == "1.0"
    assert await number(datetime(2127, 2, 28, 17, 1, tzinfo=UTC)) == "1.1"


async def test_two_versions_cannot_be_in_force_from_one_day(session: AsyncSession) -> None:
    content = await make_code(session)
    session.add(
        CodeVersion(
            number="9.9", effective_from=content.effective_from, content={}, digest=digest("")
        )
    )
    with pytest.raises(IntegrityError, match="uq_conduct_versions_effective_from"):
        await session.flush()


# What the database refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE conduct_signatures SET signed_name = 'X'",
        "DELETE FROM conduct_signatures",
        "TRUNCATE conduct_signatures CASCADE",
        "TRUNCATE conduct_versions CASCADE",
        "UPDATE conduct_versions SET effective_from = effective_from + 1",
        "UPDATE conduct_versions SET content = '{}'",
        "DELETE FROM conduct_versions",
        "UPDATE conduct_texts SET text = text WHERE locale = 'fr'",
        "DELETE FROM conduct_texts WHERE locale = 'fr'",
        "INSERT INTO conduct_texts SELECT version_id, 'de', 'x', sha256 FROM conduct_texts",
    ],
)
async def test_the_database_refuses_to_touch_what_was_signed(
    session: AsyncSession, statement: str
) -> None:
    await make_code(session)
    await make_signature(session, await person(session))
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            await session.execute(text(statement))


async def test_an_unsigned_version_is_not_frozen(session: AsyncSession) -> None:
    await make_code(session)
    await make_code(session, next_version(date(2127, 3, 1)))
    await make_signature(session, await person(session))
    await session.execute(
        text("UPDATE conduct_versions SET effective_from = '2127-04-01' WHERE number = '1.1'")
    )
    found = await queries.version(session, "1.1")
    assert found is not None
    await session.refresh(await session.get_one(CodeVersion, found.id))


async def test_a_signature_names_a_text_that_exists(session: AsyncSession) -> None:
    await make_code(session)
    signed = await make_signature(session, await person(session))
    forged = {
        column.name: getattr(signed, column.name) for column in Signature.__table__.columns
    } | {"id": uuid7(), "account_id": (await make_account(session)).id, "sha256": "0" * 64}
    with pytest.raises(IntegrityError, match="fk_conduct_signatures_text"):
        async with session.begin_nested():
            session.add(Signature(**forged))


# Reading


async def test_duties_are_read_in_order_and_reading_is_kept(session: AsyncSession) -> None:
    await make_code(session)
    by = await person(session)
    with pytest.raises(Refused):
        await service.read_duty(session, by, 2)
    assert await service.read_duty(session, by, 1) == 1
    assert await service.read_duty(session, by, 2) == 2
    assert await service.read_duty(session, by, 1) == 2
    for unknown in (0, -1, 18):
        with pytest.raises(Missing):
            await service.read_duty(session, by, unknown)
    assert by.account_id
    now = await preparation(session, by.account_id)
    assert now is not None
    assert (now.read, now.has_read) == (2, False)


async def test_nobody_and_no_code_are_refused(session: AsyncSession) -> None:
    with pytest.raises(Missing):
        await service.read_duty(session, await person(session), 1)
    await make_code(session)
    with pytest.raises(NotSignedIn):
        await service.read_duty(session, ANYBODY, 1)


# The test


async def test_the_test_waits_for_the_reading(session: AsyncSession) -> None:
    await make_code(session)
    by = await person(session)
    await service.read_duty(session, by, 1)
    with pytest.raises(Refused):
        await service.start_test(session, by)


async def test_a_test_begun_twice_is_one_try_with_the_same_questions(session: AsyncSession) -> None:
    await make_code(session)
    by = await person(session)
    await read_all(session, by)
    first = await service.start_test(session, by)
    assert await service.start_test(session, by) == first
    attempts = (await session.scalars(select(Attempt))).all()
    assert [(a.id, a.number, len(a.drawn)) for a in attempts] == [(first, 1, 10)]


@pytest.mark.parametrize(("wrong", "passed"), [(0, True), (2, True), (3, False), (10, False)])
async def test_eight_of_ten_pass(session: AsyncSession, wrong: int, *, passed: bool) -> None:
    await make_code(session)
    by = await person(session)
    await read_all(session, by)
    attempt = await take_test(session, by, wrong)
    assert (attempt.correct, attempt.passed) == (10 - wrong, passed)


async def test_answers_are_marked_once(session: AsyncSession) -> None:
    await make_code(session)
    by = await person(session)
    await read_all(session, by)
    failed = await take_test(session, by, wrong=5)
    again = await service.answer_test(session, by, failed.id, answers(failed.drawn))
    assert (again.id, again.correct, again.passed) == (failed.id, 5, False)


async def test_the_pause_after_a_failure_is_kept_and_then_others_are_asked(
    session: AsyncSession,
) -> None:
    await make_code(session)
    by = await person(session)
    await read_all(session, by)
    failed = await take_test(session, by, wrong=10)
    with pytest.raises(Refused):
        await service.start_test(session, by)
    with later(9), pytest.raises(Refused):
        await service.start_test(session, by)
    with later(10):
        second = await take_test(session, by)
        assert (second.number, second.passed) == (2, True)
        before = {one["question"] for one in failed.drawn}
        assert before & {one["question"] for one in second.drawn} == set()
        with pytest.raises(Conflict):
            await service.start_test(session, by)


async def test_nobody_answers_the_test_of_another(session: AsyncSession) -> None:
    await make_code(session)
    by, other = await person(session), await person(session)
    await read_all(session, by)
    attempt = await service.start_test(session, by)
    with pytest.raises(Missing):
        await service.answer_test(session, other, attempt, [0] * 10)
    assert other.account_id
    assert await one_try(session, other.account_id, attempt) is None


async def test_a_try_whose_question_left_the_bank_is_drawn_anew(session: AsyncSession) -> None:
    await make_code(session)
    by = await person(session)
    await read_all(session, by)
    old = await service.start_test(session, by)
    attempt = await session.get_one(Attempt, old)
    attempt.drawn = [{"question": "gone", "order": [0, 1, 2]}, *attempt.drawn[1:]]
    await session.flush()
    new = await service.start_test(session, by)
    assert new != old
    assert (await session.scalars(select(Attempt.id))).all() == [new]


async def test_the_questions_are_shown_in_the_order_stored(session: AsyncSession) -> None:
    await make_code(session)
    by = await person(session)
    assert by.account_id
    await read_all(session, by)
    attempt = await take_test(session, by, wrong=1)
    one = await one_try(session, by.account_id, attempt.id)
    assert one is not None
    shown = asked(one)
    assert [q.is_right for q in shown] == [False] + [True] * 9
    assert [q.position for q in shown] == list(range(1, 11))


# Signing


async def ready(session: AsyncSession) -> Viewer:
    """Somebody who has read all and passed."""
    by = await person(session)
    await read_all(session, by)
    await take_test(session, by)
    return by


async def sign(session: AsyncSession, by: Viewer, **given: object) -> Signature:
    content = make_content()
    usual = {
        "locale": "vi",
        "sha256": digest(content.text("vi")),
        "typed_name": LEGAL_NAME,
        "legal_name": LEGAL_NAME,
    }
    return await service.sign(session, by, **{**usual, **given})  # type: ignore[arg-type]


async def test_a_signature_holds_who_what_when_and_how(session: AsyncSession) -> None:
    await make_code(session)
    by = replace(await ready(session), address="203.0.113.9", user_agent="Trình duyệt/1.0")
    signed = await sign(session, by, typed_name="nguyễn thị hoà")
    told = json.loads(signed.evidence)
    attempt = (await session.scalars(select(Attempt))).one()
    assert by.signed_in_at
    assert attempt.finished_at
    assert told == {
        "format": "digital-trust-alliance/conduct-signature/1",
        "id": str(signed.id),
        "code": {
            "version": "1.0",
            "language": "vi",
            "sha256": digest(make_content().text("vi")),
        },
        "signer": {"account": str(by.account_id), "name": "nguyễn thị hoà"},
        "statement": service.statement("1.0", "vi"),
        "signed_at": f"{signed.signed_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "sign_in": {
            "at": f"{by.signed_in_at:%Y-%m-%dT%H:%M:%S.%f}Z",
            "provider": "test",
            "issuer": "https://issuer.example",
        },
        "request": {"address": "203.0.113.9", "user_agent": "Trình duyệt/1.0"},
        "test": {
            "id": str(attempt.id),
            "correct": 10,
            "questions": 10,
            "finished_at": f"{attempt.finished_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        },
    }
    assert signed.evidence == rfc8785.dumps(told)
    assert signed.evidence_sha256 == digest(signed.evidence)
    assert (signed.address, signed.user_agent) == ("203.0.113.9", "Trình duyệt/1.0")
    events = await session.scalars(select(AuditEvent).where(AuditEvent.subject_id == signed.id))
    assert [(e.action, e.actor_id, e.after) for e in events] == [
        ("conduct.signed", by.account_id, "1.0")
    ]


async def test_signing_again_changes_nothing(session: AsyncSession) -> None:
    await make_code(session)
    by = await ready(session)
    first = await sign(session, by)
    again = await sign(session, by, locale="en", sha256=digest(make_content().text("en")))
    assert (again.id, again.locale) == (first.id, "vi")
    assert await session.scalar(select(func.count()).select_from(Signature)) == 1


async def test_signing_needs_the_test(session: AsyncSession) -> None:
    await make_code(session)
    by = await person(session)
    await read_all(session, by)
    with pytest.raises(Refused):
        await sign(session, by)
    await take_test(session, by, wrong=3)
    with pytest.raises(Refused):
        await sign(session, by)


@pytest.mark.parametrize("typed", ["Nguyen Thi Hoa", "Nguyễn Thị Hoa", "Nguyễn Hòa", ""])
async def test_signing_needs_the_legal_name(session: AsyncSession, typed: str) -> None:
    await make_code(session)
    by = await ready(session)
    with pytest.raises(Refused):
        await sign(session, by, typed_name=typed)
    with pytest.raises(Refused):
        await sign(session, by, legal_name=None)


async def test_signing_needs_a_recent_sign_in(session: AsyncSession) -> None:
    await make_code(session)
    by = await ready(session)
    for signed_in_at in (None, clock.now() - timedelta(minutes=15, seconds=1)):
        with pytest.raises(Refused):
            await sign(session, replace(by, signed_in_at=signed_in_at))


async def test_signing_a_text_that_is_not_in_force_is_stale(session: AsyncSession) -> None:
    await make_code(session)
    by = await ready(session)
    with pytest.raises(Stale):
        await sign(session, by, sha256="0" * 64)
    with pytest.raises(Stale):
        await sign(session, by, locale="en")  # the hash of another language


async def test_a_new_version_is_read_tested_and_signed_anew(session: AsyncSession) -> None:
    await make_code(session)
    await make_code(session, next_version(date(2127, 3, 1)))
    by = await ready(session)
    assert by.account_id
    first = await sign(session, by)
    with clock.at(SPRING):
        assert await queries.signature_in_force(session, by.account_id) is None
        second = await make_signature(session, replace(by, signed_in_at=None), locale="fr")
        in_force = await queries.signature_in_force(session, by.account_id)
    assert in_force is not None
    assert (in_force.id, in_force.version, in_force.locale) == (second.id, "1.1", "fr")
    latest = await queries.latest_signatures(session, [by.account_id])
    assert latest[by.account_id].id == second.id
    before = await queries.signature_in_force(session, by.account_id)
    assert before is not None
    assert before.id == first.id


@pytest.mark.parametrize("people", [1, 3])
async def test_the_latest_signatures_take_one_statement(
    session: AsyncSession, shared_database: Database, people: int
) -> None:
    await make_code(session)
    signed = [await make_signature(session, await person(session)) for _ in range(people)]
    with statements(shared_database.engine) as seen:
        found = await queries.latest_signatures(session, [s.account_id for s in signed])
    assert {account: view.id for account, view in found.items()} == {
        s.account_id: s.id for s in signed
    }
    assert len(seen) == 1


# At once


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with databases.database() as chosen:
        yield chosen


async def test_signing_from_two_tabs_at_once_makes_one_signature(database: Database) -> None:
    async with database.write() as session:
        await make_code(session)
        by = await ready(session)

    async def once() -> UUID:
        async with database.write() as session:
            return (await sign(session, by)).id

    ids = await asyncio.gather(*(once() for _ in range(4)))
    assert len(set(ids)) == 1
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Signature)) == 1
        signed = select(func.count()).where(AuditEvent.action == "conduct.signed")
        assert await session.scalar(signed) == 1


async def test_a_publication_never_changes_what_is_being_signed(database: Database) -> None:
    async with database.write() as session:
        await make_code(session)
        by = await ready(session)
    changed = next_version(date(2026, 1, 1), version="1.0")

    async def publish() -> str:
        try:
            async with database.write() as session:
                return await service.publish(session, OPERATOR, changed)
        except (Conflict, IntegrityError):
            return "refused"

    async def sign_now() -> str:
        try:
            async with database.write() as session:
                return (await sign(session, by)).sha256
        except (Stale, Refused, IntegrityError):
            return "refused"

    published, signed = await asyncio.gather(publish(), sign_now())
    assert sorted([published == "refused", signed == "refused"]) == [False, True]
    async with database.read() as session:
        code = await queries.in_force(session)
    assert code is not None
    if signed != "refused":
        assert code.sha256("vi") == signed
    else:
        assert code.text("en") == changed.text("en")


async def test_a_test_started_twice_at_once_is_one_try(database: Database) -> None:
    async with database.write() as session:
        await make_code(session)
        by = await person(session)
        await read_all(session, by)

    async def once() -> UUID:
        async with database.write() as session:
            return await service.start_test(session, by)

    ids = await asyncio.gather(*(once() for _ in range(4)))
    assert len(set(ids)) == 1


async def test_the_evidence_of_a_signature_is_for_its_signer_and_staff(
    session: AsyncSession,
) -> None:
    await make_code(session)
    by = await person(session)
    signed = await make_signature(session, by)
    seen = await queries.signature(session, signed.id)
    assert seen is not None
    await service.note_view(session, by, seen)
    await service.note_view(session, viewer_of(await make_account(session), "auditor"), seen)
    with pytest.raises(NotAllowed):
        await service.note_view(session, viewer_of(await make_account(session)), seen)

    looked = select(func.count()).where(AuditEvent.action == "conduct.signature_viewed")
    assert await session.scalar(looked) == 1
