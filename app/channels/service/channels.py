"""What owners do with their channels: add, count, remove."""

from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels import record
from app.channels.models import Channel, FollowersSource, ProofStatus
from app.channels.policy.links import Link, recognise
from app.channels.policy.lookalikes import channel_skeleton
from app.channels.policy.proofs import MOST_CHANNELS, Party
from app.channels.service import counts, disputes, grants, keeping, notices
from app.channels.service.proofs import set_proof
from app.channels.service.taking import pending, take, take_alone, touch
from app.core import clock, locks
from app.core.config import settings
from app.core.db import or_conflict
from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.viewer import Viewer


async def add(
    session: AsyncSession,
    by: Viewer,
    link: str,
    platform: str | None,
    *,
    followers: int | None = None,
    counted_on: date | None = None,
) -> Channel:
    """Add a channel to one's own.

    Args:
        link: a link in any of the forms that people paste, or a bare name.
        platform: the key chosen beside it; a link's own platform wins.
        followers: as the owner says; None when they do not.
        counted_on: the day of that count in Vietnam; today when None.

    Raises:
        NotRecognised, Refused: it names no channel, is one's own already, or one too many.
    """
    account_id = by.own_id
    found = recognise(link, platform)
    if found.host is not None and found.host == urlsplit(settings().base_url).hostname:
        raise Refused(_("This is a page of the alliance itself. Paste the link to your own."))
    counts.check(followers, counted_on)
    await locks.hold(session, f"channels:{account_id}")  # counting and adding are one step
    await _check_new(session, account_id, found)
    channel = Channel(
        account_id=account_id,
        platform=found.platform,
        url=found.url,
        key=found.key,
        handle=found.handle,
        stable_id=found.stable_id,
        skeleton=channel_skeleton(found.platform, found.key, found.handle),
        changed_at=clock.now(),
    )
    counts.put(channel, followers, counted_on, FollowersSource.DECLARED)
    async with or_conflict(session, _("You have added this channel already.")):
        session.add(channel)
    await counts.keep(session, channel)
    await audit.record(
        session, "channel.added", channel.id, by, after=channel.url, platform=channel.platform
    )
    return channel


async def _check_new(session: AsyncSession, account_id: UUID, link: Link) -> None:
    mine = (Channel.account_id == account_id) & Channel.removed_at.is_(None)
    same = (Channel.platform == link.platform) & (Channel.key == link.key)
    count = select(func.count(), func.count().filter(same)).select_from(Channel).where(mine)
    total, twice = (await session.execute(count)).one()
    if twice:
        raise Refused(_("You have added this channel already: %(url)s", url=link.url))
    if total >= MOST_CHANNELS:
        raise Refused(
            ngettext(
                "You can have %(n)s channel here. Remove one before you add another.",
                "You can have %(n)s channels here. Remove one before you add another.",
                MOST_CHANNELS,
            )
        )


async def set_followers(
    session: AsyncSession,
    by: Viewer,
    channel_id: UUID,
    seen: int,
    *,
    followers: int | None,
    counted_on: date | None = None,
) -> Channel:
    """Say anew how many follow one's own channel; None takes the count off.

    Args:
        seen: the version that the owner saw.
        counted_on: the day of the count in Vietnam; today when None.

    Raises:
        Missing, Stale: as `take` says.
        Refused: no such count, or of no such day.
    """
    channel = await take(session, channel_id, seen=seen, owner=by.own_id)
    await counts.write(
        session,
        by,
        channel,
        FollowersSource.DECLARED,
        followers=followers,
        counted_on=counted_on,
    )
    return channel


async def remove(session: AsyncSession, by: Viewer, channel_id: UUID, seen: int) -> None:
    """Take a channel off one's own. Its proof goes with it; attempts under way end.

    In a dispute this gives way to the other side.

    Raises:
        Missing, Stale: as `take` says.
    """
    channel = await take_alone(session, channel_id, seen=seen, owner=by.own_id)
    for proof in await pending(session, channel):
        await set_proof(
            session, channel, proof, ProofStatus.FAILED, party=Party.OWNER, by=by, failure="removed"
        )
    await record.note_gone(session, channel, "removed")
    channel.removed_at = clock.now()
    await grants.drop(session, by, channel)
    await touch(session, channel)
    await audit.record(session, "channel.removed", channel.id, by, before=channel.url)
    await disputes.leave(session, by, channel)
    if channel.proven_at is not None and channel.lost_at is None:
        await keeping.let_go(session, channel)
        await notices.begin_and_tell(session, by, channel)
