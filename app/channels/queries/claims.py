"""The same channel with several accounts. For staff, and to know whose affair a channel is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.channels.models import Channel
from app.channels.policy import links


@dataclass(frozen=True, slots=True)
class Claim:
    """The same channel with another account. For staff only."""

    channel_id: UUID  # of the account asked about
    platform: str
    shown: str
    other_channel_id: UUID
    other_account_id: UUID
    other_name: str
    held: bool  # whether that account holds the proof
    since: datetime  # when it added the channel


def same_channel(one: type[Channel], other: type[Channel]) -> ColumnElement[bool]:
    """Whether two rows say the same channel, by its name or by the platform's own id."""
    return (one.platform == other.platform) & or_(
        one.key == other.key, one.stable_id == other.stable_id
    )


async def other_claims(
    session: AsyncSession, account_id: UUID, channel_id: UUID | None = None
) -> tuple[Claim, ...]:
    """Channels of this account that other accounts say are theirs as well. One statement.

    For staff only: nobody else may learn of it (issue 3 §3).

    Args:
        channel_id: asks about this channel alone.
    """
    other = aliased(Channel)
    held = other.proven_at.is_not(None) & other.lost_at.is_(None)
    statement = (
        select(Channel, other.id, other.account_id, Account.display_name, held, other.created_at)
        .join(
            other,
            same_channel(other, Channel)
            & (other.account_id != Channel.account_id)
            & other.removed_at.is_(None),
        )
        .join(Account, Account.id == other.account_id)
        .where(Channel.account_id == account_id, Channel.removed_at.is_(None))
        .order_by(Channel.created_at, held.desc(), other.created_at, other.id)
    )
    if channel_id is not None:
        statement = statement.where(Channel.id == channel_id)
    return tuple(
        Claim(
            channel_id=mine.id,
            platform=mine.platform,
            shown=links.shown(mine.platform, mine.url, mine.handle),
            other_channel_id=other_id,
            other_account_id=other_account,
            other_name=name,
            held=is_held,
            since=since,
        )
        for mine, other_id, other_account, name, is_held, since in await session.execute(statement)
    )


def has_party(account_id: UUID) -> ColumnElement[bool]:
    """Whether the account owns a channel, or says or ever said that the same one is theirs.

    The same is what has the same name, or the platform's same id.
    """
    own = aliased(Channel)
    return exists().where(
        own.account_id == account_id,
        own.platform == Channel.platform,
        or_(own.key == Channel.key, own.stable_id == Channel.stable_id),
    )


async def is_party(session: AsyncSession, account_id: UUID, channel_id: UUID) -> bool:
    """Whether what becomes of a channel is the account's own affair. One statement."""
    found = await session.scalar(
        select(Channel.id).where(Channel.id == channel_id, has_party(account_id))
    )
    return found is not None


async def shares_channel(session: AsyncSession, account_id: UUID, owner_id: UUID) -> bool:
    """Whether a channel of `owner_id` is also the affair of another account. One statement."""
    found = await session.scalar(
        select(
            exists().where(
                Channel.account_id == owner_id,
                Channel.removed_at.is_(None),
                has_party(account_id),
            )
        )
    )
    return bool(found)
