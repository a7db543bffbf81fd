"""What became of a channel since it was proven: the turns of its proofs, its names, its counts."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import (
    Channel,
    ChannelCheck,
    ChannelCount,
    ChannelHandle,
    ChannelProof,
    ProofNotice,
)
from app.channels.policy import links

MOST_TURNS = 50
MOST_COUNTS = 12


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a proof that is kept: seen again, not seen, or nothing to be told."""

    at: datetime
    outcome: str  # a value of `models.Outcome`
    failure: str | None


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that the channel had, and the days between which it was known by it."""

    shown: str
    url: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many followed it, on which day and by whose count. `flagged`: staff are to look."""

    as_of: date
    followers: int
    source: str
    flagged: bool


async def turns(session: AsyncSession, channel_id: UUID) -> tuple[Turn, ...]:
    """The last turns of all proofs of a channel, newest first. One statement."""
    rows = await session.execute(
        select(ChannelCheck.at, ChannelCheck.outcome, ChannelCheck.failure)
        .join(ChannelProof, ChannelProof.id == ChannelCheck.proof_id)
        .where(ChannelProof.channel_id == channel_id)
        .order_by(ChannelCheck.at.desc(), ChannelCheck.id.desc())
        .limit(MOST_TURNS)
    )
    return tuple(Turn(at, outcome.value, failure) for at, outcome, failure in rows)


async def former_names(session: AsyncSession, channel_id: UUID) -> tuple[FormerName, ...]:
    """The names that a channel had before today's, newest first. One statement."""
    rows = await session.execute(
        select(ChannelHandle, Channel.platform)
        .join(Channel, Channel.id == ChannelHandle.channel_id)
        .where(ChannelHandle.channel_id == channel_id)
        .order_by(ChannelHandle.until.desc(), ChannelHandle.id.desc())
    )
    return tuple(
        FormerName(links.shown(platform, was.url, was.handle), was.url, was.since, was.until)
        for was, platform in rows
    )


async def counts(session: AsyncSession, channel_id: UUID) -> tuple[Count, ...]:
    """The last counts of a channel's followers, newest first. One statement."""
    rows = await session.scalars(
        select(ChannelCount)
        .where(ChannelCount.channel_id == channel_id)
        .order_by(ChannelCount.at.desc(), ChannelCount.id.desc())
        .limit(MOST_COUNTS)
    )
    return tuple(
        Count(
            row.as_of,
            row.followers,
            row.source.value,
            row.flagged_at is not None and row.settled_at is None,
        )
        for row in rows
    )


async def notice_ends(session: AsyncSession, account_id: UUID) -> datetime | None:
    """Until when somebody without a proven channel is to prove one; None without a notice."""
    return await session.scalar(
        select(ProofNotice.ends_at).where(
            ProofNotice.account_id == account_id, ProofNotice.ended_at.is_(None)
        )
    )
