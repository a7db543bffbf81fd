"""Counts of followers: kept with source and day, flagged when they jump, settled by staff."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.channels import service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelCount, FollowersSource, Outcome
from app.channels.policy.followers import MOST_FOLLOWERS, Counted, out_of_pattern
from app.channels.queries import jumps as queries
from app.channels.service import counts, keeping
from app.core import clock
from app.core.crypto import uuid7
from app.core.db import Database
from app.core.errors import Conflict, Missing, NotAllowed, PortalError, Refused
from app.core.viewer import ANYBODY, STAFF_ROLES, Viewer
from tests import databases
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.portal import Portal

DAY = date(2026, 11, 1)


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def grown(first: int, *steps: int) -> list[Counted]:
    """A history of a count a day."""
    found = [Counted(DAY, first)]
    for number, step in enumerate(steps, 1):
        found.append(Counted(later(number), found[-1].followers + step))
    return found


# The rule


@pytest.mark.parametrize(
    ("last", "days", "new", "jumps"),
    [
        # A fifth, and 3 % a day, and 1,000
        (100_000, 1, 124_000, False),
        (100_000, 1, 124_001, True),
        (100_000, 0, 124_000, False),  # the same day is as the day after
        (100_000, 0, 124_001, True),
        (100_000, -1, 124_000, False),  # told afterwards, of a day before
        (100_000, -1, 124_001, True),
        (100_000, 10, 151_000, False),
        (100_000, 10, 151_001, True),
        (100_000, 100, 421_000, False),
        (100_000, 100, 421_001, True),
        # Falls: the same at first, and never more than 60 % and 1,000
        (100_000, 1, 76_000, False),
        (100_000, 1, 75_999, True),
        (100_000, 10, 49_000, False),
        (100_000, 10, 48_999, True),
        (100_000, 14, 39_000, False),
        (100_000, 14, 38_999, True),
        (100_000, 180, 39_000, False),
        (100_000, 180, 38_999, True),
        (100_000, 180, 0, True),
        # Small channels double overnight
        (0, 1, 0, False),
        (0, 1, 1_000, False),
        (0, 1, 1_001, True),
        (100, 1, 1_123, False),
        (100, 1, 1_124, True),
        (1_298, 1, 0, False),
        (1_299, 1, 0, True),
        (0, 180, 1_001, True),
        # Large ones in the same way
        (10_000_000, 1, 12_301_000, False),
        (10_000_000, 1, 12_301_001, True),
        (1, 1, MOST_FOLLOWERS, True),
        (MOST_FOLLOWERS, 1, MOST_FOLLOWERS, False),
    ],
)
def test_a_count_jumps_by_what_the_days_between_do_not_explain(
    last: int,
    days: int,
    new: int,
    jumps: bool,  # noqa: FBT001
) -> None:
    assert out_of_pattern([Counted(DAY, last)], Counted(later(days), new)) is jumps


STEADY = grown(100_000, 1_000, 1_000, 1_000)  # 103,000 on the fourth day
STILL = grown(100_000, 0, 0, 0)
LIVELY = grown(100_000, 10, 20_000, 10)  # one lively day is not the usual


@pytest.mark.parametrize(
    ("history", "days", "change", "jumps"),
    [
        (STEADY, 1, 10_000, False),  # ten times as much as usual
        (STEADY, 1, 10_001, True),
        (STEADY, 1, -10_000, False),
        (STEADY, 1, -10_001, True),
        (STEADY, 3, 30_000, False),
        (STEADY, 3, 30_001, True),
        (STEADY[:3], 1, 20_000, False),  # three counts make no pattern
        (STILL, 1, 5_000, False),  # a twentieth is no jump
        (STILL, 1, 5_001, True),
        (STILL, 1, -5_001, True),
        (STILL, 180, 5_001, True),
        (LIVELY, 1, 6_001, False),
        (LIVELY, 1, 6_002, True),  # a twentieth of 120,020
        (grown(2_000, 0, 0, 0), 1, 1_000, False),  # small channels
        (grown(2_000, 0, 0, 0), 1, 1_001, True),
        (grown(100_000, 20_000, 20_000, 20_000), 1, 37_000, False),
    ],
)
def test_a_count_jumps_by_ten_times_what_is_usual_with_the_channel(
    history: list[Counted],
    days: int,
    change: int,
    jumps: bool,  # noqa: FBT001
) -> None:
    last = history[-1]
    new = Counted(last.day + timedelta(days=days), last.followers + change)
    assert out_of_pattern(history, new) is jumps


def test_the_first_count_of_a_channel_never_jumps() -> None:
    assert not out_of_pattern([], Counted(DAY, MOST_FOLLOWERS))


def test_counts_of_one_day_make_a_pattern_without_dividing_by_nothing() -> None:
    history = [Counted(DAY, 10_000 + n) for n in range(4)]
    assert not out_of_pattern(history, Counted(DAY, 10_500))
    assert out_of_pattern(history, Counted(DAY, 12_000))


# Keeping


async def kept(session: AsyncSession, channel: Channel) -> list[tuple[int, str, bool]]:
    """The counts of a channel, oldest first: how many, by whom, whether flagged."""
    rows = await session.scalars(
        select(ChannelCount)
        .where(ChannelCount.channel_id == channel.id)
        .order_by(ChannelCount.at, ChannelCount.id)
    )
    return [(row.followers, row.source.value, row.flagged_at is not None) for row in rows]


async def say(session: AsyncSession, channel: Channel, followers: int | None) -> None:
    """The owner says a count."""
    await session.refresh(channel)
    by = Viewer(account_id=channel.account_id)
    await service.set_followers(session, by, channel.id, channel.version, followers=followers)


async def reviewer(session: AsyncSession) -> Viewer:
    return viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")


async def jumped(session: AsyncSession, **given: object) -> tuple[Channel, UUID]:
    """A channel whose owner said 1,000 and then 90,000; and the count that was flagged."""
    channel = await make_channel(session, followers=1_000, **given)  # type: ignore[arg-type]
    await say(session, channel, 90_000)
    return channel, await flagged_of(session, channel)


async def flagged_of(session: AsyncSession, channel: Channel) -> UUID:
    return (
        await session.scalars(
            select(ChannelCount.id).where(
                ChannelCount.channel_id == channel.id,
                ChannelCount.flagged_at.is_not(None),
                ChannelCount.settled_at.is_(None),
            )
        )
    ).one()


async def test_each_count_is_kept_with_its_source_and_a_jump_is_flagged_once(
    session: AsyncSession,
) -> None:
    channel = await make_channel(session, followers=1_000)
    for followers in (1_200, 90_000, 90_500, None, 90_400):
        await say(session, channel, followers)
    assert await kept(session, channel) == [
        (1_000, "declared", False),
        (1_200, "declared", False),
        (90_000, "declared", True),
        (90_500, "declared", False),
        (90_400, "declared", False),  # taking the count off is none
    ]
    assert (channel.followers, channel.followers_as_of) == (90_400, clock.today())


async def test_a_channel_added_without_a_count_has_none(session: AsyncSession) -> None:
    assert await kept(session, await make_channel(session)) == []


async def test_what_the_platform_says_is_held_against_what_the_owner_declared(
    session: AsyncSession,
) -> None:
    channel = await make_channel(session, followers=500_000)
    proof = await make_proof(session, channel)
    await service.record(session, proof.id, Finding(None, {}, followers=12_000))
    assert await kept(session, channel) == [(500_000, "declared", False), (12_000, "api", True)]
    assert (channel.followers, channel.followers_source) == (12_000, FollowersSource.API)


async def test_a_count_that_the_platform_repeats_moves_only_the_date(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel)
    await service.record(session, proof.id, Finding(None, {}, followers=12_000))
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=7))
    assert (
        await keeping.note(session, proof.id, Finding(None, {}, followers=12_000)) is Outcome.SEEN
    )
    await session.refresh(channel)
    assert (channel.followers, channel.followers_as_of) == (12_000, today + timedelta(days=7))
    assert await kept(session, channel) == [(12_000, "api", False)]
    await keeping.note(session, proof.id, Finding(None, {}, followers=12_001))
    assert await kept(session, channel) == [(12_000, "api", False), (12_001, "api", False)]


async def test_a_count_that_no_channel_has_changes_nothing(session: AsyncSession) -> None:
    channel = await make_channel(session, followers=10)
    proof = await make_proof(session, channel)
    await service.record(session, proof.id, Finding(None, {}, followers=MOST_FOLLOWERS + 1))
    assert await kept(session, channel) == [(10, "declared", False)]


async def test_what_staff_saw_themselves_they_need_not_be_shown(session: AsyncSession) -> None:
    channel = await make_channel(session, followers=900_000)
    by = await reviewer(session)
    await service.correct_followers(session, by, channel.id, channel.version, followers=1_000)
    assert await kept(session, channel) == [(900_000, "declared", False), (1_000, "staff", False)]
    await say(session, channel, 900_000)
    assert (await kept(session, channel))[-1] == (900_000, "declared", True)


async def test_counts_of_long_ago_make_no_pattern(session: AsyncSession) -> None:
    channel = await make_channel(session)
    by = Viewer(account_id=channel.account_id)
    old = clock.today() - timedelta(days=181)
    await service.set_followers(
        session, by, channel.id, channel.version, followers=10, counted_on=old
    )
    await say(session, channel, 90_000)
    assert await kept(session, channel) == [(10, "declared", False), (90_000, "declared", False)]


# Settling


async def test_who_looked_and_what_they_found_is_kept(session: AsyncSession) -> None:
    channel, count_id = await jumped(session)
    by = await reviewer(session)
    await counts.settle(session, by, count_id, "  A video went round.  ")
    found = await session.get_one(ChannelCount, count_id)
    assert (found.settled_by, found.because) == (by.account_id, "A video went round.")
    assert found.settled_at is not None
    events = await session.execute(
        select(AuditEvent.actor_id, AuditEvent.because, AuditEvent.after).where(
            AuditEvent.subject_id == channel.id, AuditEvent.action == "channel.count_settled"
        )
    )
    ((actor, because, after),) = events.all()
    assert (actor, "A video went round." in (because, after)) == (by.account_id, True)
    assert channel.followers == 90_000
    with pytest.raises(Conflict):
        await counts.settle(session, by, count_id, "Again.")


async def test_what_they_saw_instead_stands_on_the_channel_from_then_on(
    session: AsyncSession,
) -> None:
    channel, count_id = await jumped(session)
    await counts.settle(session, await reviewer(session), count_id, "Bought.", followers=1_100)
    assert (channel.followers, channel.followers_source) == (1_100, FollowersSource.STAFF)
    assert (await kept(session, channel))[-1] == (1_100, "staff", False)
    _other, other_id = await jumped(session)
    by = await reviewer(session)
    with pytest.raises(Refused):
        await counts.settle(session, by, other_id, "?", followers=MOST_FOLLOWERS + 1)


@pytest.mark.parametrize("role", ["", *STAFF_ROLES])
async def test_reviewers_and_administrators_settle_counts(session: AsyncSession, role: str) -> None:
    _channel, count_id = await jumped(session)
    roles = tuple(filter(None, [role]))
    by = viewer_of(await make_account(session, roles=roles), *roles)
    if role in ("reviewer", "administrator"):
        await counts.settle(session, by, count_id, "Seen.")
        assert (await session.get_one(ChannelCount, count_id)).because == "Seen."
    else:
        with pytest.raises(NotAllowed):
            await counts.settle(session, by, count_id, "Seen.")


async def test_nobody_settles_a_count_that_is_their_own_affair(session: AsyncSession) -> None:
    owner = await make_account(session, roles=("reviewer",))
    rival = await make_account(session, roles=("reviewer",))
    _channel, count_id = await jumped(session, account=owner, link="tiktok.com/@bepnha")
    await make_channel(session, account=rival, link="tiktok.com/@bepnha")
    for person in (owner, rival):
        by = viewer_of(person, "reviewer")
        with pytest.raises(NotAllowed):
            await counts.settle(session, by, count_id, "Mine.")
        assert await queries.count_flagged(session, by.own_id) == 0
        assert (await queries.flagged_ones(session, by.own_id)).rows == ()
    with pytest.raises(NotAllowed):
        await counts.settle(session, ANYBODY, count_id, "Nobody's.")
    assert await queries.count_flagged(session, (await reviewer(session)).own_id) == 1


async def test_only_a_count_that_was_flagged_is_settled_and_only_with_words(
    session: AsyncSession,
) -> None:
    channel, count_id = await jumped(session)
    by = await reviewer(session)
    first = await session.scalar(
        select(ChannelCount.id).where(
            ChannelCount.channel_id == channel.id, ChannelCount.flagged_at.is_(None)
        )
    )
    assert first is not None
    with pytest.raises(Conflict):
        await counts.settle(session, by, first, "Seen.")
    with pytest.raises(Refused):
        await counts.settle(session, by, count_id, " \n ")
    with pytest.raises(Missing):
        await counts.settle(session, by, uuid7(), "Seen.")
    assert (await session.get_one(ChannelCount, count_id)).settled_at is None


async def test_counts_of_a_removed_channel_wait_no_longer(session: AsyncSession) -> None:
    channel, count_id = await jumped(session)
    by = await reviewer(session)
    owner = Viewer(account_id=channel.account_id)
    await service.remove(session, owner, channel.id, channel.version)
    assert await queries.count_flagged(session, by.own_id) == 0
    with pytest.raises(Missing):
        await counts.settle(session, by, count_id, "Seen.")


@pytest.fixture
async def committed() -> AsyncIterator[Database]:
    async with databases.database() as chosen:
        yield chosen


async def test_of_two_who_settle_one_count_at_once_one_is_told_of_the_other(
    committed: Database,
) -> None:
    async with committed.write() as session:
        _channel, count_id = await jumped(session)
        people = [await reviewer(session) for _ in range(3)]

    async def settle(by: Viewer) -> str:
        try:
            async with committed.write() as session:
                await counts.settle(session, by, count_id, f"Seen by {by.account_id}.")
        except PortalError as refused:
            return type(refused).__name__
        return "done"

    said = await asyncio.gather(*map(settle, people))
    assert sorted(said) == ["Conflict", "Conflict", "done"]
    winner = people[said.index("done")]
    async with committed.read() as session:
        found = await session.get_one(ChannelCount, count_id)
        assert (found.settled_by, found.because) == (
            winner.account_id,
            f"Seen by {winner.account_id}.",
        )


# The staff's pages


def words(page: str, selector: str = "main") -> str:
    found = LexborHTMLParser(page).css_first(selector)
    return " ".join(found.text().split()) if found else ""


async def signed_in(portal: Portal, *roles: str) -> Account:
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Trần Thị Duyệt", roles=roles)
    await portal.sign_in(account.id)
    return account


async def jumped_in(portal: Portal, link: str = "tiktok.com/@bepnha") -> tuple[Channel, UUID]:
    async with portal.transaction() as session:
        owner = await make_account(session, display_name="Lê Thị Chủ")
        return await jumped(session, account=owner, link=link)


@pytest.mark.parametrize(
    ("role", "seen", "acts"),
    [
        ("reviewer", 200, 303),
        ("administrator", 200, 303),
        ("auditor", 200, 403),
        ("officer", 403, 403),
        ("board", 403, 403),
        ("", 403, 403),
    ],
)
async def test_each_hat_sees_and_does_what_is_its_own(
    portal: Portal, role: str, seen: int, acts: int
) -> None:
    _channel, count_id = await jumped_in(portal)
    await signed_in(portal, *filter(None, [role]))
    place = f"/staff/channels/counts/{count_id}"
    answers = [await portal.get(path) for path in ("/staff/channels/counts", place)]
    assert [answer.status_code for answer in answers] == [seen, seen]
    for answer in answers:
        assert ("Lê Thị Chủ" in answer.text) is (seen == 200)
    assert bool(LexborHTMLParser(answers[1].text).css(f"form[action='{place}']")) is (acts == 303)
    assert (await portal.post(place, {"because": "Seen."})).status_code == acts


async def test_a_jump_is_shown_beside_what_was_before_and_gone_when_settled(
    portal: Portal,
) -> None:
    channel, count_id = await jumped_in(portal)
    person = await signed_in(portal, "reviewer")
    for path in ("/staff", "/staff/channels"):
        page = (await portal.get(path)).text
        link = LexborHTMLParser(page).css_first("a[href='/staff/channels/counts']")
        assert link.text() == "1 count of followers jumps"
    page = (await portal.get("/staff/channels/counts")).text
    row = words(page, "tbody tr")
    assert row.index("@bepnha") < row.index("1,000") < row.index("90,000")
    assert "said by the owner" in row
    answer = await portal.post(
        f"/staff/channels/counts/{count_id}", {"because": "Bought.", "followers": "1.1K"}
    )
    assert answer.headers["location"] == "/staff/channels/counts"
    page = (await portal.get("/staff/channels/counts")).text
    assert words(page, ".empty__title") == "No count jumps"
    assert "counts of followers jump" not in (await portal.get("/staff")).text
    page = (await portal.get(f"/staff/channels/counts/{count_id}")).text
    assert "Bought." in words(page, ".notice")
    assert "Trần Thị Duyệt" in words(page, ".notice")
    assert "1,100" in words(page, "[aria-labelledby=counts]")
    assert LexborHTMLParser(page).css("main form") == []
    async with portal.transaction() as session:
        found = await session.get_one(Channel, channel.id)
        assert (found.followers, found.followers_source) == (1_100, FollowersSource.STAFF)
        looks = await session.scalars(
            select(AuditEvent.actor_id).where(
                AuditEvent.action == "channel.viewed", AuditEvent.subject_id == channel.id
            )
        )
        assert looks.all() == [person.id]
    again = await portal.post(f"/staff/channels/counts/{count_id}", {"because": "Again."})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"because": " "}, "because"),
        ({"because": "x" * 1001}, "because"),
        ({"because": "Seen.", "followers": "many"}, "followers"),
        ({"because": "Seen.", "followers": "-1"}, "followers"),
    ],
)
async def test_what_was_typed_comes_back_with_what_is_wrong(
    portal: Portal, given: dict[str, str], field: str
) -> None:
    _channel, count_id = await jumped_in(portal)
    await signed_in(portal, "reviewer")
    answer = await portal.post(f"/staff/channels/counts/{count_id}", given)
    assert answer.status_code == 422
    tree = LexborHTMLParser(answer.text)
    assert [a.attributes["href"] for a in tree.css(".error-summary a")] == [f"#{field}"]
    assert tree.css_first(f"#{field}-error") is not None
    assert tree.css_first("#because").text().strip() == given["because"].strip()


async def test_a_count_that_was_not_flagged_has_no_page(portal: Portal) -> None:
    channel, _count_id = await jumped_in(portal)
    await signed_in(portal, "reviewer")
    async with portal.transaction() as session:
        plain = await session.scalar(
            select(ChannelCount.id).where(
                ChannelCount.channel_id == channel.id, ChannelCount.flagged_at.is_(None)
            )
        )
    for count_id in (plain, uuid7()):
        assert (await portal.get(f"/staff/channels/counts/{count_id}")).status_code == 404
    assert (await portal.get("/staff/channels/counts/none")).status_code == 404
    assert (await portal.get("/staff/channels/counts?page=0")).status_code == 404


@pytest.mark.parametrize(
    ("language", "rule"),
    [
        ("en", "more than 20% of the last one, and 3% more for each day between them"),
        ("vi", "hơn 20% của lần trước, cộng 3% cho mỗi ngày ở giữa"),
        (
            "fr",
            "plus de 20\N{NO-BREAK SPACE}% du précédent, plus 3\N{NO-BREAK SPACE}% par jour d’intervalle",
        ),
    ],
)
async def test_the_rule_is_told_in_plain_words(portal: Portal, language: str, rule: str) -> None:
    await jumped_in(portal)
    await signed_in(portal, "auditor")
    prefix = "" if language == "en" else f"/{language}"
    page = (await portal.get(f"{prefix}/staff/channels/counts")).text
    told = words(page, "main details")
    assert " ".join(rule.split()) in told
    numbers = [int(found) for found in re.findall(r"(\d+) ?%", told)]
    assert numbers == [20, 3, 60, 5]
    assert [day in told for day in ("180", "4", "10")] == [True, True, True]


@pytest.mark.parametrize("rows", [1, 3])
async def test_the_list_asks_the_same_however_long(portal: Portal, rows: int) -> None:
    for number in range(rows):
        await jumped_in(portal, f"tiktok.com/@bepnha{number}")
    await signed_in(portal, "reviewer")
    with statements(portal.database.engine) as seen:
        page = await portal.get("/staff/channels/counts")
    assert len(LexborHTMLParser(page.text).css("tbody tr")) == rows
    assert len(seen) == 4, seen
