"""What a platform says of a channel: its own id, which never changes hands, and today's name."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelHandle
from app.channels.policy.links import Link, recognise
from app.channels.policy.lookalikes import channel_skeleton
from app.channels.policy.reasons import NotRecognised
from app.channels.service.taking import touch
from app.core import clock
from app.core.db import or_conflict
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

OTHER_ID = "other_id"
SAME_CHANNEL = "same_channel"
NAME_TAKEN = "name_taken"
CLASHES = (SAME_CHANNEL, NAME_TAKEN)
"""Kept with a proof that was seen, for staff: two rows turn out to be one channel, or to share a
name. Nothing is taken over by itself."""


def weighed(channel: Channel, finding: Finding) -> Finding:
    """What a finding is worth for `channel`: a name that now belongs to another id is no proof."""
    if not finding.seen or None in (channel.stable_id, finding.stable_id):
        return finding
    if finding.stable_id == channel.stable_id:
        return finding
    return replace(finding, failure=OTHER_ID)


async def learn(
    session: AsyncSession, by: Viewer, channel: Channel, finding: Finding
) -> str | None:
    """Take over the platform's own id and the channel's new name from what was seen.

    Args:
        channel: its row, locked by `take`.
        finding: one that saw the proof, of the same id as the channel's if that is known.

    Returns: one of `CLASHES` when something is left as it was, for staff to settle.
    """
    if finding.stable_id is None:
        return None
    if channel.stable_id is None:
        try:
            async with or_conflict(session, _("Another account holds the proof of this channel.")):
                channel.stable_id = finding.stable_id
                await touch(session, channel)
        except Conflict:
            await session.refresh(channel)
            return SAME_CHANNEL
    if finding.url is None or channel.stable_id != finding.stable_id:
        return None
    try:
        link = recognise(finding.url, channel.platform)
    except NotRecognised:
        return None
    named = link.handle is not None and channel.handle is not None
    if not named or link.platform != channel.platform or link.key == channel.key:
        return None
    return await _rename(session, by, channel, link)


async def _rename(session: AsyncSession, by: Viewer, channel: Channel, link: Link) -> str | None:
    others = select(Channel.id).where(
        Channel.platform == channel.platform,
        Channel.key == link.key,
        Channel.id != channel.id,
        Channel.removed_at.is_(None),
        (Channel.account_id == channel.account_id)
        | (Channel.proven_at.is_not(None) & Channel.lost_at.is_(None)),
    )
    if await session.scalar(others.limit(1)) is not None:
        return NAME_TAKEN
    at, before = clock.now(), channel.url
    former = ChannelHandle(
        channel_id=channel.id,
        url=channel.url,
        key=channel.key,
        handle=channel.handle,
        since=await _known_since(session, channel),
        until=at,
    )
    try:
        async with or_conflict(session, _("Another account holds the proof of this channel.")):
            session.add(former)
            channel.url, channel.key, channel.handle = link.url, link.key, link.handle
            channel.skeleton = channel_skeleton(link.platform, link.key, link.handle)
            await touch(session, channel)
    except Conflict:  # somebody proved a channel of this name just now
        await session.refresh(channel)
        return NAME_TAKEN
    await audit.record(session, "channel.renamed", channel.id, by, before=before, after=channel.url)
    return None


async def _known_since(session: AsyncSession, channel: Channel) -> datetime:
    """Since when the channel has been known under its present name."""
    last = await session.scalar(
        select(func.max(ChannelHandle.until)).where(ChannelHandle.channel_id == channel.id)
    )
    return last or channel.created_at
