"""Counts of followers that jump out of their pattern, for staff to look at."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.channels.models import Channel, ChannelCount
from app.channels.policy import links
from app.channels.policy.platforms import platform_name
from app.channels.queries.channels import PER_PAGE
from app.channels.queries.claims import has_party


@dataclass(frozen=True, slots=True)
class Flagged:
    """A count that jumped, beside the one before it. `because` and the like: once it is settled."""

    id: UUID
    channel_id: UUID
    account_id: UUID
    name: str
    platform: str
    shown: str
    url: str
    followers: int
    as_of: date
    source: str
    before: int | None
    before_as_of: date | None
    before_source: str
    flagged_at: datetime
    settled_at: datetime | None
    settled_by: UUID | None
    because: str
    removed: bool

    @property
    def platform_name(self) -> str:
        """What people call its platform."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class FlaggedPage:
    """One page of the counts that staff are to look at."""

    rows: tuple[Flagged, ...]
    total: int  # over all pages
    page: int  # from 1

    @property
    def pages(self) -> int:
        """How many pages there are, 1 at least."""
        return max(1, -(-self.total // PER_PAGE))


def _open(viewer_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        ChannelCount.flagged_at.is_not(None),
        ChannelCount.settled_at.is_(None),
        Channel.removed_at.is_(None),
        ~has_party(viewer_id),
    )


async def count_flagged(session: AsyncSession, viewer_id: UUID) -> int:
    """How many counts wait for a look, those left out in which the viewer has a part.

    One statement.
    """
    total = await session.scalar(
        select(func.count())
        .select_from(ChannelCount)
        .join(Channel, Channel.id == ChannelCount.channel_id)
        .where(*_open(viewer_id))
    )
    return total or 0


async def flagged_ones(session: AsyncSession, viewer_id: UUID, page: int = 1) -> FlaggedPage:
    """The counts that wait for a look, longest waiting first. Two statements.

    Args:
        viewer_id: who asks; those in which they have a part are left out.
        page: from 1.
    """
    total = await count_flagged(session, viewer_id)
    rows = await session.execute(
        _counts()
        .where(*_open(viewer_id))
        .order_by(ChannelCount.flagged_at, ChannelCount.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return FlaggedPage(tuple(_flagged(*row) for row in rows), total, page)


async def flagged(session: AsyncSession, count_id: UUID) -> Flagged | None:
    """A count that was flagged, also when it is settled. One statement."""
    row = (
        await session.execute(
            _counts().where(ChannelCount.id == count_id, ChannelCount.flagged_at.is_not(None))
        )
    ).first()
    return _flagged(*row) if row else None


async def channel_of(session: AsyncSession, count_id: UUID) -> UUID | None:
    """The channel that a flagged count is of."""
    return await session.scalar(
        select(ChannelCount.channel_id).where(
            ChannelCount.id == count_id, ChannelCount.flagged_at.is_not(None)
        )
    )


def _counts() -> Select[ChannelCount, Channel, str, ChannelCount | None]:
    """Counts, each with its channel, the owner's name and the count that came before."""
    other = aliased(ChannelCount)
    last = (
        select(other)
        .where(
            other.channel_id == ChannelCount.channel_id,
            tuple_(other.at, other.id) < tuple_(ChannelCount.at, ChannelCount.id),
        )
        .order_by(other.at.desc(), other.id.desc())
        .limit(1)
        .lateral()
    )
    before = aliased(ChannelCount, last)
    return (
        select(ChannelCount, Channel, Account.display_name, before)
        .join(Channel, Channel.id == ChannelCount.channel_id)
        .join(Account, Account.id == Channel.account_id)
        .outerjoin(before, true())
    )


def _flagged(
    count: ChannelCount, channel: Channel, name: str, before: ChannelCount | None
) -> Flagged:
    assert count.flagged_at is not None  # noqa: S101 - both questions ask for flagged ones
    return Flagged(
        id=count.id,
        channel_id=channel.id,
        account_id=channel.account_id,
        name=name,
        platform=channel.platform,
        shown=links.shown(channel.platform, channel.url, channel.handle),
        url=channel.url,
        followers=count.followers,
        as_of=count.as_of,
        source=count.source.value,
        before=before.followers if before else None,
        before_as_of=before.as_of if before else None,
        before_source=before.source.value if before else "",
        flagged_at=count.flagged_at,
        settled_at=count.settled_at,
        settled_by=count.settled_by,
        because=count.because,
        removed=channel.removed_at is not None,
    )
