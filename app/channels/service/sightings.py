"""Looks by staff: of a very large channel two reviewers must see that it is its owner's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.audit import service as audit
from app.channels.models import Channel, ChannelCount, ChannelProof, StaffSighting
from app.channels.policy import sightings as policy
from app.channels.service.taking import is_row_of, touch
from app.core import clock, jobs
from app.core.crypto import digest
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.storage import storage
from app.core.viewer import Viewer

FORGET = "channels.forget_capture"  # the job in `jobs.py`
SETTLED = timedelta(hours=1)  # by then a capture belongs to a proof, or will never
FOLDER = "captures"
MEDIA_TYPE = "image/webp"


async def keep_capture(by: Viewer, channel_id: UUID, drawn: bytes) -> str:
    """Store what a screen showed; to be called while no transaction is open.

    Its deletion is arranged first, should no proof have it by then.

    Returns: its name, which nobody guesses who does not have the picture.
    """
    name = digest(f"{channel_id}:{by.own_id}".encode() + drawn)[:32]
    async with transaction() as session:
        await jobs.defer(session, FORGET, after=SETTLED, channel_id=str(channel_id), name=name)
    await storage().put(file(name), drawn, MEDIA_TYPE)
    return name


async def forget_unused(channel_id: UUID, name: str) -> None:
    """Delete the capture `name` from the storage unless a proof of the channel has it."""
    async with transaction() as session:
        in_use = await has_capture(session, channel_id, name)
    if not in_use:
        await storage().delete(file(name))


def file(name: str) -> str:
    """Where the storage has the capture `name`."""
    return f"{FOLDER}/{name}.webp"


async def is_enough(
    session: AsyncSession,
    by: Viewer,
    channel: Channel,
    proof: ChannelProof,
    *,
    note: str,
    capture: str | None,
) -> bool:
    """Whether `by` may confirm the channel now; else what they saw is kept for a second reviewer.

    Args:
        channel: taken by the caller, with the latest count.

    Raises:
        Conflict: `by` is the one who saw it first.
    """
    if not await _is_large(session, channel):
        return True
    first = await sighting(session, proof.id)
    if first is not None:
        if first.by_account_id == by.account_id:
            raise Conflict(_("You have seen this channel already. A colleague confirms it now."))
        return True
    session.add(
        StaffSighting(
            proof_id=proof.id, by_account_id=by.own_id, at=clock.now(), note=note, picture=capture
        )
    )
    await touch(session, channel)
    await audit.record(session, "channel.sighted", channel.id, by, because=note)
    return False


async def sighting(session: AsyncSession, proof_id: UUID) -> StaffSighting | None:
    """What the first of two reviewers saw, if one has looked."""
    return await session.scalar(select(StaffSighting).where(StaffSighting.proof_id == proof_id))


async def evidence_with(
    session: AsyncSession, proof: ChannelProof, capture: str | None
) -> dict[str, Any]:
    """What is kept of a proof that is confirmed now: what was seen, and the captures of both."""
    first = await sighting(session, proof.id)
    captures = [one for one in (first.picture if first else None, capture) if one]
    return {**proof.evidence, "captures": captures} if captures else dict(proof.evidence)


async def has_capture(session: AsyncSession, channel_id: UUID, name: str) -> bool:
    """Whether the capture `name` belongs to an attempt to prove the channel."""
    rows = await session.execute(
        select(ChannelProof.evidence, StaffSighting.picture)
        .outerjoin(StaffSighting, StaffSighting.proof_id == ChannelProof.id)
        .where(ChannelProof.channel_id == channel_id)
    )
    return any(
        name == picture or name in evidence.get("captures", ()) for evidence, picture in rows
    )


async def _is_large(session: AsyncSession, channel: Channel) -> bool:
    """By every count that was ever told of the channel, in whichever row and by whomever."""
    known = aliased(Channel)
    largest = await session.scalar(
        select(func.max(ChannelCount.followers))
        .join(known, known.id == ChannelCount.channel_id)
        .where(is_row_of(channel, known))
    )
    return policy.needs_second((channel.followers, largest))
