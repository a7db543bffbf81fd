"""Credentials follow each change of a standing, in its transaction."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEvent
from app.core import clock
from app.core.config import settings
from app.credentials import service
from app.credentials.models import Credential, Revoked
from app.members.models import Member, Standing
from app.trustlog.models import Kind, LogEntry
from tests.credentials.standing import MOVES, credentials_of, in_lists, keys, reinstate, suspend
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal

REVOKED, SUSPENDED = "revocation", "suspension"


@pytest.mark.parametrize(
    ("moves", "count", "lists", "because"),
    [
        ("", 1, set(), None),
        ("suspend", 1, {SUSPENDED}, None),
        ("suspend reinstate", 1, set(), None),
        ("suspend end_suspension", 1, set(), None),
        ("suspend reinstate suspend", 1, {SUSPENDED}, None),
        ("suspend expel", 1, {SUSPENDED, REVOKED}, Revoked.EXPELLED),
        ("suspend leave", 1, {SUSPENDED, REVOKED}, Revoked.LEFT),
        ("expel", 1, {REVOKED}, Revoked.EXPELLED),
        ("leave", 1, {REVOKED}, Revoked.LEFT),
        ("lapse", 1, {REVOKED}, Revoked.LAPSED),
        ("lapse expel", 1, {REVOKED}, Revoked.LAPSED),
        ("lapse leave", 1, {REVOKED}, Revoked.LAPSED),
        ("expel reinstate", 2, set(), None),
        ("leave renew", 2, set(), None),
        ("lapse renew", 2, set(), None),
        ("expel renew", 2, set(), None),
        ("suspend lapse", 1, {REVOKED}, Revoked.LAPSED),
    ],
)
async def test_the_lists_say_what_each_move_asks(
    session: AsyncSession, moves: str, count: int, lists: set[str], because: Revoked | None
) -> None:
    member = await make_member(session)
    for move in moves.split():
        await MOVES[move](session, member)
    *earlier, newest = await credentials_of(session, member)
    assert len(earlier) == count - 1
    assert await in_lists(session, newest) == lists
    assert newest.revoked_because is because
    for one in earlier:
        assert REVOKED in await in_lists(session, one), "revoked is for good"


async def test_a_credential_says_what_the_public_page_says(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    (credential,) = await credentials_of(session, member)
    told = json.loads(credential.document)
    assert told["credentialSubject"]["id"] == f"http://localhost:8000/members/{member.number}"
    named = {
        one["identityType"]: one["identityHash"] for one in told["credentialSubject"]["identifier"]
    }
    assert named == {"identifier": member.number, "name": "Bếp Nhà Sương"}
    assert member.legal_name not in credential.document.decode()
    assert told["issuer"]["id"] == "did:web:localhost%3A8000"
    places = {
        (one["statusPurpose"], one["statusListCredential"], one["statusListIndex"])
        for one in told["credentialStatus"]
    }
    assert places == {
        (purpose, f"http://localhost:8000/credentials/status/{purpose}/{credential.list_number}", str(credential.list_index))
        for purpose in (REVOKED, SUSPENDED)
    }  # fmt: skip
    last = member.term_ends_on + timedelta(days=1)
    until = credential.valid_until.astimezone(clock.VIETNAM) + timedelta(seconds=1)
    assert (until.date(), until.hour) == (last, 0), "the last second of the term, in Vietnam"


async def test_the_log_and_the_audit_tell_of_each_and_name_nobody(session: AsyncSession) -> None:
    member = await make_member(session)
    for move in ("suspend", "reinstate", "expel"):
        await MOVES[move](session, member)
    (credential,) = await credentials_of(session, member)
    entries = (
        await session.scalars(
            select(LogEntry)
            .where(LogEntry.kind.in_((Kind.CREDENTIAL_ISSUED, Kind.CREDENTIAL_REVOKED)))
            .order_by(LogEntry.id)
        )
    ).all()
    assert [entry.kind for entry in entries] == [Kind.CREDENTIAL_ISSUED, Kind.CREDENTIAL_REVOKED]
    for entry in entries:
        assert entry.openings is not None
        hidden = {name: value for name, (_salt, value) in entry.openings.items()}
        assert hidden == {"credential": str(credential.id), "sha256": credential.document_sha256}
        assert str(credential.id).encode() not in entry.body
        assert member.number.encode() not in entry.body
    events = await session.scalars(
        select(AuditEvent.action)
        .where(AuditEvent.subject_id == credential.id)
        .order_by(AuditEvent.id)
    )
    assert events.all() == [
        "credential.issued", "credential.suspended", "credential.restored", "credential.revoked",
    ]  # fmt: skip


class Undone(Exception):
    """Raised where a change is not to be after all."""


async def undone(portal: Portal, change: Callable[[AsyncSession], Awaitable[object]]) -> None:
    async with portal.transaction() as session:
        await change(session)
        raise Undone


async def test_what_is_undone_leaves_nothing(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
    for change in (lambda session: suspend(session, member), make_member):
        with pytest.raises(Undone):
            await undone(portal, change)
    async with portal.transaction() as session:
        (credential,) = (await session.scalars(select(Credential))).all()
        assert await in_lists(session, credential) == set()
        issued = select(LogEntry.id).where(LogEntry.kind == Kind.CREDENTIAL_ISSUED)
        assert len((await session.scalars(issued)).all()) == 1


async def test_a_change_is_not_seen_before_it_is_true(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        (credential,) = await credentials_of(session, member)
    async with portal.transaction() as session:
        await suspend(session, member)
        async with portal.database.read() as other:
            assert await in_lists(other, credential) == set()
        assert await in_lists(session, credential) == {SUSPENDED}
    async with portal.database.read() as other:
        assert await in_lists(other, credential) == {SUSPENDED}


async def test_many_who_join_at_once_get_one_each_at_places_of_their_own(portal: Portal) -> None:
    async def join() -> Member:
        async with portal.transaction() as session:
            return await make_member(session)

    async with portal.transaction() as session:  # the province, and the issuer's document
        await make_member(session)
    members = await asyncio.gather(*(join() for _ in range(8)))
    async with portal.transaction() as session:
        found = [one for member in members for one in await credentials_of(session, member)]
    assert len(found) == 8
    assert len({(one.list_number, one.list_index) for one in found}) == 8


async def test_two_who_suspend_at_once_suspend_once(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)

    async def once() -> None:
        async with portal.transaction() as session:
            await suspend(session, member)

    done = await asyncio.gather(once(), once(), return_exceptions=True)
    assert len([one for one in done if one is None]) == 1
    async with portal.transaction() as session:
        (credential,) = await credentials_of(session, member)
        assert await in_lists(session, credential) == {SUSPENDED}


async def test_without_a_key_nothing_is_issued_and_what_was_is_revoked_all_the_same(
    session: AsyncSession,
) -> None:
    before = await make_member(session)
    with keys():
        member = await make_member(session)
        await MOVES["leave"](session, before)
        assert await credentials_of(session, member) == []
        (had,) = await credentials_of(session, before)
        assert had.revoked_because is Revoked.LEFT
        await suspend(session, member)
    await reinstate(session, member)
    assert len(await credentials_of(session, member)) == 1, "issued when it may be"


async def test_what_is_missing_is_issued_in_batches_and_once(session: AsyncSession) -> None:
    with keys():
        members = [await make_member(session) for _ in range(3)]
        gone = await make_member(session)
        await MOVES["leave"](session, gone)
        held = await make_member(session)
        await suspend(session, held)
    counts = [await service.issue_missing(session, OPERATOR, 2) for _ in range(3)]
    assert counts == [2, 1, 0]
    for member in members:
        assert len(await credentials_of(session, member)) == 1
    assert await credentials_of(session, gone) == await credentials_of(session, held) == []


async def test_all_can_be_issued_again(session: AsyncSession) -> None:
    member = await make_member(session)
    begun = clock.now()
    counts = [await service.issue_missing(session, OPERATOR, 10, before=begun) for _ in range(2)]
    assert counts == [1, 0]
    old, new = await credentials_of(session, member)
    assert old.revoked_because is Revoked.REPLACED
    assert await in_lists(session, new) == set()
    assert member.standing is Standing.ACTIVE


async def test_who_was_suspended_while_the_address_changed_gets_one_that_names_it(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await make_member(session)
    await suspend(session, member)
    monkeypatch.setenv("PORTAL_BASE_URL", "https://other.example")
    settings.cache_clear()
    try:
        await reinstate(session, member)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    old, new = await credentials_of(session, member)
    assert old.revoked_because is Revoked.REPLACED
    assert json.loads(new.document)["issuer"]["id"] == "did:web:other.example"
