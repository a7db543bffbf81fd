"""Every move of a standing is one entry of the log, written in its transaction."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.crypto import uuid7
from app.core.errors import Conflict, Refused
from app.core.viewer import Viewer
from app.members import policy, service
from app.members.models import Party, Standing
from app.members.record import kind_of
from app.trustlog.models import Kind, LogEntry
from app.trustlog.policy.entries import commitment
from tests.factories.accounts import make_account
from tests.factories.members import OPERATOR, REVIEWER, make_member, make_profile, viewer_of
from tests.portal import Portal
from tests.trustlog.entries import hidden, kinds, told

DAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLOCK = Viewer.system("clock")
BACK = {
    (Standing.SUSPENDED, Party.ADMINISTRATOR): Kind.MEMBERSHIP_REINSTATED,
    (Standing.SUSPENDED, Party.CLOCK): Kind.MEMBERSHIP_REINSTATED,
    (Standing.EXPELLED, Party.ADMINISTRATOR): Kind.MEMBERSHIP_REINSTATED,
    (Standing.EXPELLED, Party.REVIEWER): Kind.MEMBERSHIP_RENEWED,
    (Standing.LAPSED, Party.ADMINISTRATOR): Kind.MEMBERSHIP_REINSTATED,
    (Standing.LAPSED, Party.REVIEWER): Kind.MEMBERSHIP_RENEWED,
    (Standing.LEFT, Party.REVIEWER): Kind.MEMBERSHIP_RENEWED,
}
ENDS = {
    Standing.SUSPENDED: Kind.MEMBERSHIP_SUSPENDED,
    Standing.EXPELLED: Kind.MEMBERSHIP_EXPELLED,
    Standing.LAPSED: Kind.MEMBERSHIP_LAPSED,
    Standing.LEFT: Kind.MEMBERSHIP_LEFT,
}
MOVES = [
    (old, new, party) for (old, new), parties in policy.MOVES.items() for party in sorted(parties)
]


@pytest.mark.parametrize(("old", "new", "party"), MOVES)
def test_each_move_of_the_table_is_one_kind(old: Standing, new: Standing, party: Party) -> None:
    expected = BACK[old, party] if new is Standing.ACTIVE else ENDS[new]
    assert kind_of(old, new, party) is expected


def test_to_join_for_the_first_time_is_a_beginning() -> None:
    assert kind_of(None, Standing.ACTIVE, Party.REVIEWER) is Kind.MEMBERSHIP_BEGUN


async def test_a_membership_from_its_beginning_to_its_end_and_back(session: AsyncSession) -> None:
    with clock.at(DAY):
        member = await make_member(session)
    until = (DAY + timedelta(days=30)).date()
    with clock.at(DAY + timedelta(days=1)):
        await service.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    with clock.at(DAY + timedelta(days=40)):
        await service.keep_terms(session, CLOCK)
        await service.expel(session, OPERATOR, member.number, 12, "Bán hàng giả.")
        await service.reinstate(session, OPERATOR, member.number, "Nhầm người.")
    with clock.at(DAY + timedelta(days=400)):
        await service.keep_terms(session, CLOCK)
        await service.admit(session, REVIEWER, member.account_id, uuid7(), make_profile())
        await service.leave(session, viewer_of(member))
    entries = await told(session, member.account_id, "membership.")
    assert [(one.kind.value, dict(one.facts)) for one in entries] == [
        ("membership.begun", {"party": "reviewer"}),
        ("membership.suspended", {"party": "administrator"}),
        ("membership.reinstated", {"party": "clock"}),
        ("membership.expelled", {"party": "administrator"}),
        ("membership.reinstated", {"party": "administrator"}),
        ("membership.lapsed", {"party": "clock"}),
        ("membership.renewed", {"party": "reviewer"}),
        ("membership.left", {"party": "member"}),
    ]
    assert {one.value("number") for one in entries} == {member.number}
    assert [hidden(one, "until", "because") for one in entries[:5]] == [
        {"until": None, "because": None},
        {"until": until.isoformat(), "because": "Quảng cáo sai."},
        {"until": None, "because": None},
        {"until": "2027-04-11", "because": "Bán hàng giả."},
        {"until": None, "because": "Nhầm người."},
    ]
    assert len({one.subject for one in entries}) == 1
    assert len({one.value("change") for one in entries}) == len(entries)


async def test_what_is_opened_gives_the_commitment_in_the_body(session: AsyncSession) -> None:
    member = await make_member(session)
    [entry] = await told(session, member.account_id, "membership.")
    assert entry.openings is not None
    for name, (salt, value) in entry.openings.items():
        assert f'"{name}":"{commitment(name, salt, value)}"'.encode() in entry.body
        assert value.encode() not in entry.body


async def test_a_move_that_is_refused_leaves_no_entry(session: AsyncSession) -> None:
    member = await make_member(session)
    with pytest.raises(Refused):
        await service.expel(session, OPERATOR, member.number, 12, "  ")
    await service.leave(session, viewer_of(member))
    with pytest.raises(Conflict):
        await service.suspend(
            session, OPERATOR, member.number, clock.today() + timedelta(days=20), "Quá muộn."
        )
    assert await kinds(session, member.account_id, "membership.") == [
        "membership.begun",
        "membership.left",
    ]


async def test_a_change_that_is_rolled_back_leaves_no_entry(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
    before = await _count(portal)
    async with portal.transaction() as session:
        await service.leave(session, viewer_of(member))
        assert await session.scalar(_HOW_MANY) == before + 1
        await session.rollback()
    assert await _count(portal) == before
    async with portal.transaction() as session:
        assert await kinds(session, member.account_id, "membership.") == ["membership.begun"]


_HOW_MANY = select(func.count()).select_from(LogEntry).where(LogEntry.kind == Kind.MEMBERSHIP_LEFT)


async def _count(portal: Portal) -> int:
    async with portal.transaction() as session:
        return await session.scalar(_HOW_MANY) or 0


async def test_two_people_have_two_names_in_the_log(session: AsyncSession) -> None:
    first, second = await make_member(session), await make_member(session)
    [one] = await told(session, first.account_id, "membership.")
    [other] = await told(session, second.account_id, "membership.")
    assert one.subject != other.subject


async def test_nobody_has_entries_who_did_nothing(session: AsyncSession) -> None:
    account = await make_account(session)
    assert await told(session, account.id) == []
