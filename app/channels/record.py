"""What the trust log says of channels: that one was proven, and that it is so no longer.

A proof that was not seen lately still counts, so that it comes and goes without an entry.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel, ChannelProof
from app.channels.policy.keeping import KEPT
from app.core import locks
from app.trustlog import service as log
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event, late
from app.trustlog.queries import known

TAKEN_AWAY = "taken_away"
"""Why a channel is lost whose proof staff took away in their own words."""


def proven(channel: Channel, proof: ChannelProof) -> Event:
    """That a channel was proven; which and how stands behind commitments."""
    hidden = {**_which(channel, proof), "method": proof.method}
    return Event(Kind.CHANNEL_PROVEN, channel.account_id, hidden=hidden)


def lost(channel: Channel, proof: ChannelProof, reason: str) -> Event:
    """That a channel is proven no longer.

    Args:
        reason: a key: of `methods.FAILURES`, "removed" by its owner, "merged" into another row.
    """
    hidden = {**_which(channel, proof), "reason": reason}
    return Event(Kind.CHANNEL_LOST, channel.account_id, hidden=hidden)


def _which(channel: Channel, proof: ChannelProof) -> dict[str, str]:
    return {
        "channel": str(channel.id),
        "platform": channel.platform,
        "address": channel.url,
        "proof": str(proof.id),
    }


async def note_gone(session: AsyncSession, channel: Channel, reason: str) -> None:
    """Log that a channel is lost with its row: its proof itself does not move.

    Args:
        channel: held by the caller. One that is not proven today leaves no entry.
    """
    proof = await session.scalar(
        select(ChannelProof).where(
            ChannelProof.channel_id == channel.id, ChannelProof.status.in_(KEPT)
        )
    )
    if proof is not None:
        await log.append(session, lost(channel, proof, reason))


async def catch_up(session: AsyncSession, after: UUID, most: int) -> tuple[int, UUID | None]:
    """Let the channels that are proven today, since before the log, have their entries.

    Returns: how many got one, and after which proof to go on; None when that was all.
    """
    await locks.hold(session, known.CATCHING_UP)
    rows = await session.execute(
        select(
            Channel,
            ChannelProof,
            known.lacks(Channel.account_id, Kind.CHANNEL_PROVEN, "proof", ChannelProof.id),
        )
        .join(Channel, Channel.id == ChannelProof.channel_id)
        .where(ChannelProof.id > after, ChannelProof.status.in_(KEPT), Channel.removed_at.is_(None))
        .order_by(ChannelProof.id)
        .limit(most)
    )
    return await log.append_missing(
        session,
        (
            (proof.id, _late(channel, proof) if lacks else None)
            for channel, proof, lacks in rows.all()
        ),
    )


def _late(channel: Channel, proof: ChannelProof) -> Event:
    return late(proven(channel, proof), proof.proven_at or proof.asked_at)
