"""Taking hold of a channel: its row is locked, and with it everything that hangs on it."""

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel, ChannelProof, ProofStatus
from app.core import clock, locks
from app.core.errors import Missing, Stale
from app.core.i18n import format_number
from app.core.i18n import gettext as _


async def take(
    session: AsyncSession, channel_id: UUID, *, seen: int | None = None, owner: UUID | None = None
) -> Channel:
    """A channel that was not removed, locked until the transaction ends.

    Args:
        seen: the version that the person saw; None where that does not matter.
        owner: whose it must be; None for anybody's.

    Raises:
        Missing: there is no such channel, or it is somebody else's.
        Stale: it is no longer as it was seen.
    """
    where = [Channel.id == channel_id, Channel.removed_at.is_(None)]
    if owner is not None:
        where.append(Channel.account_id == owner)
    channel = await session.scalar(
        select(Channel).where(*where).with_for_update().execution_options(populate_existing=True)
    )
    if channel is None:
        raise Missing(_("This channel is not there. It may have been removed."))
    if seen is not None:
        check_seen(channel, seen)
    return channel


async def take_alone(
    session: AsyncSession, channel_id: UUID, *, seen: int | None = None, owner: UUID | None = None
) -> Channel:
    """As `take`; and until the transaction ends nobody else says whose channel it is.

    To be called before any other channel is taken: whoever takes several does so behind this lock,
    which stands before all rows, so that no two wait for each other.

    Raises:
        Missing, Stale: as `take` says.
    """
    while True:
        names = await _names(session, channel_id)
        if names is not None:
            await locks.hold(session, f"channel:{names[0]}:{names[1]}")
        if names == await _names(session, channel_id):  # not renamed while one waited
            return await take(session, channel_id, seen=seen, owner=owner)


async def _names(session: AsyncSession, channel_id: UUID) -> tuple[str, str] | None:
    row = (
        await session.execute(select(Channel.platform, Channel.key).where(Channel.id == channel_id))
    ).first()
    return (row[0], row[1]) if row else None


def check_seen(channel: Channel, seen: int) -> None:
    """Let pass who saw the channel as it is.

    Raises:
        Stale: it is no longer as it was seen; says what it is.
    """
    if channel.version != seen:
        raise Stale(_("The channel changed since you opened it."), _now(channel))


def _now(channel: Channel) -> dict[str, str]:
    """What the channel is by now, for whoever saw it as it was."""
    lost = channel.lost_at is not None
    proven = _("Proven") if channel.proven_at and not lost else _("Not proven")
    followers = _("Not given") if channel.followers is None else format_number(channel.followers)
    return {_("Proof"): _("Proof lost") if lost else proven, _("Followers"): followers}


def is_row_of(channel: Channel, row: type[Channel]) -> ColumnElement[bool]:
    """Whether a row, of whichever account, is `channel`: by its name or by the platform's id."""
    same = row.key == channel.key
    if channel.stable_id is not None:
        same |= row.stable_id == channel.stable_id
    return (row.platform == channel.platform) & same


async def pending(session: AsyncSession, channel: Channel) -> list[ChannelProof]:
    """The attempts under way for a channel that the caller holds, oldest first."""
    found = await session.scalars(
        select(ChannelProof)
        .where(ChannelProof.channel_id == channel.id, ChannelProof.status == ProofStatus.PENDING)
        .order_by(ChannelProof.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def touch(session: AsyncSession, channel: Channel) -> None:
    """Write down that the channel changed, so that a page opened before is refused."""
    channel.changed_at = clock.now()
    await session.flush()
