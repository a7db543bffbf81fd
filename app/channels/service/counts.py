"""Counts of followers: each is kept with its source and day, and the newest stands on the channel.

A count that jumps out of the pattern of those before is flagged, and somebody of staff looks at it
(issue 5 §3); until then it is shown like any other, with its source and date.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels import queries
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelCount, FollowersSource
from app.channels.policy import followers as policy
from app.channels.policy import proofs
from app.channels.service.taking import take, touch
from app.core import clock
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

PATTERN = timedelta(days=policy.PATTERN_DAYS)


async def write(
    session: AsyncSession,
    by: Viewer,
    channel: Channel,
    source: FollowersSource,
    *,
    followers: int | None,
    counted_on: date | None,
) -> None:
    """Write a count with its source and day; who may is checked by the caller, who holds the row.

    Args:
        followers: None takes the count off.
        counted_on: the day of the count in Vietnam; today when None.

    Raises:
        Refused: no such count, or of no such day.
    """
    check(followers, counted_on)
    before = channel.followers
    put(channel, followers, counted_on, source)
    await keep(session, channel)
    await touch(session, channel)
    await audit.record(
        session,
        "channel.counted",
        channel.id,
        by,
        before=None if before is None else str(before),
        after=None if followers is None else str(followers),
        source=source.value,
    )


async def learn(session: AsyncSession, channel: Channel, finding: Finding) -> None:
    """Take over the count that the platform itself gave; no count changes nothing."""
    told = finding.followers
    if told is None or policy.followers_wrong(told, None, clock.today()):
        return
    same = (channel.followers, channel.followers_source) == (told, FollowersSource.API)
    put(channel, told, None, FollowersSource.API)
    if not same:  # a day on which nothing changed is told by the channel's own date
        await keep(session, channel)
    await touch(session, channel)


def check(followers: int | None, counted_on: date | None) -> None:
    """Let pass a count that may be told.

    Raises:
        Refused: no such count, or of no such day.
    """
    wrong = policy.followers_wrong(followers, counted_on, clock.today())
    if wrong == "followers":
        raise Refused(_("No channel has so many followers."))
    if wrong == "counted_on":
        raise Refused(_("Give a day within the last year, and not after today."))


def put(
    channel: Channel, followers: int | None, counted_on: date | None, source: FollowersSource
) -> None:
    """Let a count that passed `check` stand on the channel."""
    known = followers is not None
    channel.followers = followers
    channel.followers_as_of = (counted_on or clock.today()) if known else None
    channel.followers_source = source if known else None


async def keep(session: AsyncSession, channel: Channel) -> None:
    """Keep the count that stands on a channel, flagged when it is out of its pattern.

    What staff saw themselves they need not be shown.
    """
    if channel.followers is None or channel.followers_as_of is None:
        return
    now = clock.now()
    new = policy.Counted(channel.followers_as_of, channel.followers)
    assert channel.followers_source is not None  # noqa: S101 - a CHECK of the table says so
    odd = channel.followers_source is not FollowersSource.STAFF and policy.out_of_pattern(
        await _history(session, channel.id, new.day), new
    )
    session.add(
        ChannelCount(
            channel_id=channel.id,
            at=now,
            as_of=new.day,
            followers=new.followers,
            source=channel.followers_source,
            flagged_at=now if odd else None,
        )
    )
    await session.flush()


async def _history(session: AsyncSession, channel_id: UUID, day: date) -> list[policy.Counted]:
    rows = await session.execute(
        select(ChannelCount.as_of, ChannelCount.followers)
        .where(ChannelCount.channel_id == channel_id, ChannelCount.as_of >= day - PATTERN)
        .order_by(ChannelCount.at.desc(), ChannelCount.id.desc())
        .limit(policy.MOST_OF_PATTERN)
    )
    return [policy.Counted(*row) for row in reversed(rows.all())]


async def settle(
    session: AsyncSession,
    by: Viewer,
    count_id: UUID,
    because: str,
    *,
    followers: int | None = None,
) -> None:
    """Write down that staff looked at a flagged count, and what they made of it.

    Args:
        because: what they found; for staff and the record.
        followers: as they saw them, to stand on the channel; None leaves the count as it is.

    Raises:
        NotAllowed: `by` is no reviewer, or the channel is their own affair.
        Missing: there is no such count.
        Conflict: somebody settled it meanwhile.
        Refused: no words, or no such count.
    """
    found = await session.get(ChannelCount, count_id)
    if found is None:
        raise Missing(_("This count is not there."))
    channel = await take(session, found.channel_id)
    if by.account_id is None or not proofs.may_settle(by, channel.account_id):
        raise NotAllowed("channels: no reviewer, or party to the case")
    if await queries.is_party(session, by.account_id, channel.id):
        raise NotAllowed("channels: claims the same channel")
    because = because.strip()[: proofs.MOST_WORDS]
    if not because:
        raise Refused(_("Write down what you saw, or why."))
    await session.refresh(found)
    if found.flagged_at is None or found.settled_at is not None:
        raise Conflict(_("Somebody has looked at this count meanwhile."))
    found.settled_at, found.settled_by, found.because = clock.now(), by.account_id, because
    await session.flush()
    await audit.record(
        session, "channel.count_settled", channel.id, by, after=because, count=str(count_id)
    )
    if followers is not None:
        await write(
            session, by, channel, FollowersSource.STAFF, followers=followers, counted_on=None
        )
