"""Rows of one account that are one channel under two names, by the platform's own id."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.channels.models import Channel, ChannelProof, ProofStatus
from app.channels.policy import links
from app.channels.policy.proofs import SAME_CHANNEL
from app.channels.queries.channels import PROVEN


@dataclass(frozen=True, slots=True)
class Twin:
    """A further row of the account that may be the same channel."""

    id: UUID
    shown: str
    url: str
    stable_id: str | None
    added_at: datetime
    proven_at: datetime | None
    lost_at: datetime | None
    version: int


async def proven_twin(session: AsyncSession, channel: Channel) -> UUID | None:
    """A row of the same account, proven today, that has the same id. One statement."""
    if channel.stable_id is None:
        return None
    return await session.scalar(
        select(Channel.id)
        .where(
            Channel.account_id == channel.account_id,
            Channel.platform == channel.platform,
            Channel.stable_id == channel.stable_id,
            Channel.id != channel.id,
            *PROVEN,
        )
        .limit(1)
    )


async def twins(session: AsyncSession, channel_id: UUID) -> tuple[Twin, ...]:
    """The rows of the same account that may be the same channel. One statement.

    They have the same id; or one has an id, and the other was seen to be a channel that is there
    already, so that its id could not be written down.
    """
    other = aliased(Channel)
    rows = await session.scalars(
        select(other)
        .join(Channel, Channel.id == channel_id)
        .where(
            Channel.removed_at.is_(None),
            other.removed_at.is_(None),
            other.id != Channel.id,
            other.account_id == Channel.account_id,
            other.platform == Channel.platform,
            or_(
                other.stable_id == Channel.stable_id,
                and_(other.stable_id.is_not(None), Channel.stable_id.is_(None), _clashes(Channel)),
                and_(Channel.stable_id.is_not(None), other.stable_id.is_(None), _clashes(other)),
            ),
        )
        .order_by(other.created_at, other.id)
    )
    return tuple(
        Twin(
            row.id,
            links.shown(row.platform, row.url, row.handle),
            row.url,
            row.stable_id,
            row.created_at,
            row.proven_at,
            row.lost_at,
            row.version,
        )
        for row in rows
    )


def _clashes(of: type[Channel]) -> ColumnElement[bool]:
    return exists().where(
        ChannelProof.channel_id == of.id,
        ChannelProof.failure == SAME_CHANNEL,
        ChannelProof.status.in_((ProofStatus.PENDING, ProofStatus.PROVEN, ProofStatus.STALE)),
    )
