"""Leave to read a channel's count from its platform: sealed, renewed, taken back.

Who lets their count be kept fresh gives a grant; nobody else's token is kept. It is deleted with
the channel and with the proof, and given back to the platform by a job, which is handed it sealed.
"""

import json
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels.methods import Finding
from app.channels.methods.base import Grant
from app.channels.methods.oauth.adapters import adapters
from app.channels.models import Channel, ChannelGrant
from app.channels.service.taking import take
from app.core import clock, jobs
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.sealing import NotOpened, can_seal, newest, seal, unseal
from app.core.viewer import Viewer

GIVE_BACK = "channels.give_back"  # the job in `jobs.py`, which stands above


@dataclass(frozen=True, slots=True)
class Kept:
    """What its owner is shown of a grant."""

    granted_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


def offered(platform: str) -> bool:
    """Whether counts of `platform` can be kept fresh: there is a client, and a key to seal with."""
    return can_seal() and platform in adapters()


async def shown(session: AsyncSession, channel_id: UUID) -> Kept | None:
    """The grant of a channel, as its owner is shown it; None without one. One statement."""
    row = await session.get(ChannelGrant, channel_id)
    return Kept(row.granted_at, row.expires_at, row.used_at) if row else None


async def keep(session: AsyncSession, by: Viewer, channel: Channel, grant: Grant) -> None:
    """Keep a grant just given, in place of any other.

    Args:
        channel: its row, locked by `take`.
    """
    row = await session.get(ChannelGrant, channel.id, with_for_update=True)
    if row is None:
        row = ChannelGrant(channel_id=channel.id, used_at=None)
        session.add(row)
    row.granted_at = row.used_at = clock.now()
    _seal(row, grant)
    await session.flush()
    await audit.record(session, "channel.grant_kept", channel.id, by)


async def held(session: AsyncSession, channel_ids: Collection[UUID]) -> dict[UUID, Grant]:
    """The grants of these channels, as far as there are any that can be opened. One statement."""
    rows = await session.scalars(
        select(ChannelGrant).where(ChannelGrant.channel_id.in_(channel_ids))
    )
    found = {row.channel_id: _opened(row) for row in rows}
    return {channel_id: grant for channel_id, grant in found.items() if grant is not None}


async def note(session: AsyncSession, channel_id: UUID, used: Grant, finding: Finding) -> None:
    """Write down what became of a grant that a check used.

    A grant that was taken back, or replaced, while the check ran stays so; what the platform gave
    meanwhile is then given back as well.

    Args:
        used: the grant that the check began with.
    """
    row = await session.get(ChannelGrant, channel_id, with_for_update=True)
    now = finding.grant or used
    if row is None or _opened(row) != used:
        if finding.grant is not None:
            platform = await session.scalar(
                select(Channel.platform).where(Channel.id == channel_id)
            )
            await _give_back(session, channel_id, platform or "", *_sealed(channel_id, now))
    elif finding.grant_over:
        await session.delete(row)
        await session.flush()
        await audit.record(session, "channel.grant_over", channel_id, Viewer.system("portal"))
    else:
        row.used_at = clock.now()
        if finding.grant is not None or not newest(row.key_id):
            _seal(row, now)
        await session.flush()


async def revoke(session: AsyncSession, by: Viewer, channel_id: UUID) -> None:
    """Take the grant of one's own channel back: deleted here at once, at the platform by a job.

    Raises:
        NotAllowed: nobody is signed in.
        Missing: as `take` says, or there is no grant.
    """
    channel = await take(session, channel_id, owner=by.own_id)
    if not await drop(session, by, channel):
        raise Missing(_("There is nothing to take back any more."))


async def drop(session: AsyncSession, by: Viewer, channel: Channel) -> bool:
    """Delete the grant of a channel, and have it given back to the platform.

    Args:
        channel: its row, locked by `take`.

    Returns: whether there was one.
    """
    row = await session.get(ChannelGrant, channel.id, with_for_update=True)
    if row is None:
        return False
    await _give_back(session, channel.id, channel.platform, row.key_id, row.sealed)
    await session.delete(row)
    await session.flush()
    await audit.record(session, "channel.grant_dropped", channel.id, by)
    return True


async def _give_back(
    session: AsyncSession, channel_id: UUID, platform: str, key_id: str, sealed: bytes
) -> None:
    adapter = adapters().get(platform)
    if adapter is not None and adapter.revoke_at:
        await jobs.defer(
            session,
            GIVE_BACK,
            channel_id=str(channel_id),
            platform=platform,
            key_id=key_id,
            sealed=b64encode(sealed).decode(),
        )


def _seal(row: ChannelGrant, grant: Grant) -> None:
    row.key_id, row.sealed = _sealed(row.channel_id, grant)
    row.expires_at = grant.until


def _sealed(channel_id: UUID, grant: Grant) -> tuple[str, bytes]:
    written = {
        "access": grant.access,
        "refresh": grant.refresh,
        "access_until": grant.access_until and grant.access_until.isoformat(),
        "until": grant.until and grant.until.isoformat(),
    }
    return seal(json.dumps(written).encode(), _name(channel_id))


def _opened(row: ChannelGrant) -> Grant | None:
    return opened(row.channel_id, row.key_id, row.sealed)


def opened(channel_id: UUID, key_id: str, sealed: bytes) -> Grant | None:
    """The grant that was sealed for a channel; None when it cannot be opened."""
    try:
        found = json.loads(unseal(key_id, sealed, _name(channel_id)))
    except NotOpened:
        return None
    return Grant(
        found["access"], found["refresh"], _moment(found["access_until"]), _moment(found["until"])
    )


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _name(channel_id: UUID) -> str:
    return f"channel_grants:{channel_id}"
