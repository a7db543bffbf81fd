"""Joining, moving, ending: what is written down and who is told."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import queries as audit
from app.core import clock
from app.core.crypto import uuid7
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.viewer import Viewer
from app.mail.models import Mail
from app.members import policy, queries, service
from app.members.models import Member, Party, Standing
from tests import databases
from tests.factories.accounts import make_account
from tests.factories.members import OPERATOR, REVIEWER, make_member, make_profile, viewer_of

DAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLOCK = Viewer.system("clock")


async def subjects(session: AsyncSession, member: Member) -> list[str]:
    found = await session.scalars(
        select(Mail.subject).where(Mail.account_id == member.account_id).order_by(Mail.id)
    )
    return list(found)


async def test_joining_gives_a_number_and_a_term_and_is_audited(session: AsyncSession) -> None:
    with clock.at(DAY):
        member = await make_member(session, locale="en")
    assert policy.parse_number(member.number) == member.number
    assert member.number.startswith("DTA-26-")
    assert (member.standing, member.term_ends_on) == (Standing.ACTIVE, date(2027, 3, 2))
    events = await audit.history(session, member.id)
    assert [(e.action, e.before, e.after) for e in events] == [("member.joined", None, "active")]
    assert await subjects(session, member) == []  # the application tells it


async def test_two_members_have_two_numbers(session: AsyncSession) -> None:
    first, second = await make_member(session), await make_member(session)
    assert second.serial > first.serial
    assert second.number != first.number


async def test_a_member_does_not_join_twice(session: AsyncSession) -> None:
    member = await make_member(session)
    with pytest.raises(Conflict, match="a member already"):
        await service.admit(session, REVIEWER, member.account_id, uuid7(), make_profile())


async def test_who_comes_back_keeps_the_number_and_shows_the_new_profile(
    session: AsyncSession,
) -> None:
    with clock.at(DAY):
        member = await make_member(session)
        number = member.number
        await service.leave(session, viewer_of(member))
    with clock.at(DAY + timedelta(days=90)):
        again = await service.admit(
            session, REVIEWER, member.account_id, uuid7(), make_profile(stage_name="Sương Mới")
        )
    assert (again.id, again.number, again.stage_name) == (member.id, number, "Sương Mới")
    assert again.term_ends_on == date(2027, 5, 31)
    history = await queries.history(session, member.id)
    assert [(c.old, c.new, c.party) for c in history] == [
        (Standing.LEFT, Standing.ACTIVE, Party.REVIEWER),
        (Standing.ACTIVE, Standing.LEFT, Party.MEMBER),
        (None, Standing.ACTIVE, Party.REVIEWER),
    ]


async def test_a_suspension_ends_by_itself_on_the_day_after(session: AsyncSession) -> None:
    with clock.at(DAY):
        member = await make_member(session, locale="en")
        until = date(2026, 3, 12)
        await service.suspend(session, OPERATOR, member.number.lower(), until, " Quảng cáo sai. ")
    assert (member.standing, member.standing_until) == (Standing.SUSPENDED, until)
    assert member.standing_because == "Quảng cáo sai."
    last_minute = datetime(2026, 3, 12, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
    with clock.at(last_minute):
        assert await service.keep_terms(session, CLOCK) == 0
    with clock.at(last_minute + timedelta(minutes=2)):
        assert await service.keep_terms(session, CLOCK) == 1
        assert await service.keep_terms(session, CLOCK) == 0
    assert (member.standing, member.standing_until, member.standing_because) == (
        Standing.ACTIVE, None, "",
    )  # fmt: skip
    assert await subjects(session, member) == [
        "Your membership is suspended until the end of 12 March 2026",
        "You are in good standing again",
    ]


async def test_an_expulsion_bars_and_a_return_is_refused_until_it_is_over(
    session: AsyncSession,
) -> None:
    with clock.at(DAY):
        member = await make_member(session, locale="en")
        await service.expel(session, OPERATOR, member.number, 12, "Bán hàng giả.")
    assert (member.standing, member.bar_until) == (Standing.EXPELLED, date(2027, 3, 2))
    assert await subjects(session, member) == ["You are no longer a member of the alliance"]
    with clock.at(DAY + timedelta(days=365)):
        assert await queries.barred(session, member.account_id) == date(2027, 3, 2)
        with pytest.raises(Refused, match="may not become a member again yet"):
            await service.admit(session, REVIEWER, member.account_id, uuid7(), make_profile())
    with clock.at(DAY + timedelta(days=366)):
        assert await queries.barred(session, member.account_id) is None
        await service.admit(session, REVIEWER, member.account_id, uuid7(), make_profile())
    assert (member.standing, member.bar_until) == (Standing.ACTIVE, None)


async def test_leaving_does_not_end_a_suspension_early(session: AsyncSession) -> None:
    with clock.at(DAY):
        member = await make_member(session)
        await service.suspend(session, OPERATOR, member.number, date(2026, 4, 1), "Sai phạm.")
        await service.leave(session, viewer_of(member))
    assert (member.standing, member.bar_until) == (Standing.LEFT, date(2026, 4, 1))
    with pytest.raises(Conflict):
        await service.leave(session, viewer_of(member))


async def test_reinstating_needs_reasons_and_a_term_that_still_runs(session: AsyncSession) -> None:
    with clock.at(DAY):
        member = await make_member(session)
        await service.suspend(session, OPERATOR, member.number, date(2026, 4, 1), "Sai phạm.")
        with pytest.raises(Refused, match="Give the reasons"):
            await service.reinstate(session, OPERATOR, member.number, " ")
        await service.reinstate(session, OPERATOR, member.number, "Nhầm lẫn.")
        assert member.standing_because == ""  # only a sanction's reasons are published
        await service.expel(session, OPERATOR, member.number, 12, "Bán hàng giả.")
    with clock.at(DAY + timedelta(days=366)), pytest.raises(Refused, match="need to apply again"):
        await service.reinstate(session, OPERATOR, member.number, "Nhầm lẫn.")


@pytest.mark.parametrize("roles", [(), ("reviewer",), ("officer", "board", "auditor")])
async def test_only_administrators_move_a_standing(
    session: AsyncSession, roles: tuple[str, ...]
) -> None:
    member = await make_member(session)
    by = Viewer(account_id=uuid7(), roles=frozenset(roles))
    until = clock.today() + timedelta(days=10)
    for act in (
        service.suspend(session, by, member.number, until, "?"),
        service.expel(session, by, member.number, 12, "?"),
        service.reinstate(session, by, member.number, "?"),
    ):
        with pytest.raises(NotAllowed):
            await act
    own = viewer_of(member, roles=frozenset({"administrator"}))
    with pytest.raises(NotAllowed):
        await service.reinstate(session, own, member.number, "?")


@pytest.mark.parametrize("number", ["DTA-26-99999-0", "abc", ""])
async def test_a_number_of_nobody_is_said_to_be_so(session: AsyncSession, number: str) -> None:
    with pytest.raises(Missing):
        await service.expel(session, OPERATOR, number, 12, "?")


async def test_a_term_ends_after_its_last_day_with_three_reminders(session: AsyncSession) -> None:
    with clock.at(DAY):
        member = await make_member(session, locale="en")
    for days in range(31, -1, -1):  # every day of the last month, twice
        with clock.at(DAY + timedelta(days=365 - days)):
            await service.keep_terms(session, CLOCK)
            await service.keep_terms(session, CLOCK)
    assert await subjects(session, member) == ["Your membership ends on 2 March 2027"] * 3
    assert member.standing is Standing.ACTIVE
    with clock.at(DAY + timedelta(days=366)):
        assert await service.keep_terms(session, CLOCK) == 1
    assert member.standing is Standing.LAPSED
    assert (await subjects(session, member))[-1] == "The term of your membership is over"


@pytest.mark.parametrize(
    ("locale", "subject"),
    [
        ("vi", "Bạn không còn là hội viên của liên minh"),
        ("en", "You are no longer a member of the alliance"),
        ("fr", "Vous n’êtes plus membre de l’alliance"),
        ("xx", "Bạn không còn là hội viên của liên minh"),
    ],
)
async def test_letters_are_in_the_language_of_the_member(
    session: AsyncSession, locale: str, subject: str
) -> None:
    member = await make_member(session, locale=locale)
    await service.expel(session, OPERATOR, member.number, 12, "Bán <b>hàng</b> giả & nhái.")
    mail = (await session.scalars(select(Mail).where(Mail.account_id == member.account_id))).one()
    assert mail.subject == subject
    assert "Bán <b>hàng</b> giả & nhái." in mail.body
    assert f"/members/{member.number}" in mail.body


async def test_a_legal_name_is_told_only_where_it_is_public(session: AsyncSession) -> None:
    hidden = await make_member(session, legal_name="Lê Thị Kín")
    shown = await make_member(session, legal_name="Lê Thị Lộ", legal_name_public=True)
    assert queries.view(hidden).legal_name == ""
    assert queries.view(shown).legal_name == "Lê Thị Lộ"


async def test_two_who_admit_at_once_make_one_member() -> None:
    async with databases.database() as chosen:
        async with chosen.write() as session:
            account = await make_account(session)

        async def admit() -> str:
            try:
                async with chosen.write() as session:
                    await service.admit(session, REVIEWER, account.id, uuid7(), make_profile())
            except Conflict:
                return "refused"
            return "joined"

        assert sorted(await asyncio.gather(admit(), admit())) == ["joined", "refused"]
        async with chosen.read() as session:
            assert await session.scalar(select(func.count()).select_from(Member)) == 1
