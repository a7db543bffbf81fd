"""Thirty days for somebody whose last proven channel is gone, and a task for staff meanwhile.

Nobody's standing changes by itself: when the days are over, staff look.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels import mails, queries
from app.channels.models import Channel, ProofNotice
from app.channels.policy import notices as policy
from app.channels.policy.notices import Letter
from app.channels.policy.proofs import may_settle
from app.channels.queries import PROVEN
from app.core import clock, locks
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

Concerns = Callable[[AsyncSession, UUID], Awaitable[bool]]
_concerns: list[Concerns] = []


def concerning(who: Concerns) -> Concerns:
    """Let `who` say whether an account needs a proven channel; handed down by the slices above."""
    _concerns.append(who)
    return who


async def begin(session: AsyncSession, by: Viewer, channel: Channel) -> ProofNotice | None:
    """Give notice when `channel`, just lost or removed, was the last proven one of a member.

    Args:
        channel: its row, locked by `take`.

    Returns: the notice, to be told to its owner; None when there is nothing to tell.
    """
    await locks.hold(session, f"notice:{channel.account_id}")  # two channels may go at once
    if await _has_proven(session, channel.account_id) or await _open(session, channel.account_id):
        return None
    if not await _concerned(session, channel.account_id):
        return None
    at = clock.now()
    notice = ProofNotice(
        account_id=channel.account_id,
        channel_id=channel.id,
        began_at=at,
        ends_at=at + policy.NOTICE,
        told=Letter.BEGAN,
    )
    session.add(notice)
    await session.flush()
    await audit.record(
        session, "channel.notice_began", channel.account_id, by, channel=str(channel.id)
    )
    return notice


async def begin_and_tell(session: AsyncSession, by: Viewer, channel: Channel) -> None:
    """The same, told in a letter of its own, where no other tells of the loss."""
    notice = await begin(session, by, channel)
    if notice is not None:
        await mails.tell_notice(session, notice, Letter.BEGAN)


async def end(session: AsyncSession, by: Viewer, account_id: UUID) -> None:
    """End the notice of somebody who has just proven a channel, if they have one."""
    await locks.hold(session, f"notice:{account_id}")
    notice = await _open(session, account_id)
    if notice is None:
        return
    notice.ended_at = clock.now()
    await audit.record(session, "channel.notice_ended", account_id, by)


async def settle(session: AsyncSession, by: Viewer, notice_id: UUID, because: str) -> None:
    """Take a notice off the list of staff, who have looked and decided what follows.

    Args:
        because: what was decided and why; for staff.

    Raises:
        Missing: there is no such notice.
        NotAllowed: `by` may not settle it, or it is their own.
        Conflict: it has ended meanwhile.
        Refused: no reason.
    """
    notice = await session.scalar(
        select(ProofNotice)
        .where(ProofNotice.id == notice_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if notice is None:
        raise Missing(_("There is no such notice."))
    if not may_settle(by, notice.account_id):
        raise NotAllowed("notices: no reviewer, or party to the case")
    if by.account_id and await queries.is_party(session, by.account_id, notice.channel_id):
        raise NotAllowed("notices: claims the channel that was lost")
    if notice.ended_at is not None:
        raise Conflict(_("This notice has ended meanwhile."))
    because = because.strip()[: policy.MOST_WORDS]
    if not because:
        raise Refused(_("Write down what you saw, or why."))
    notice.ended_at, notice.settled_by = clock.now(), by.account_id
    await audit.record(session, "channel.notice_settled", notice.account_id, by, because=because)


async def due(session: AsyncSession) -> tuple[UUID, ...]:
    """The notices of which somebody is to be told by now, and has not been."""
    now = clock.now()
    soon = (ProofNotice.told == Letter.BEGAN) & (ProofNotice.ends_at <= now + policy.REMIND_BEFORE)
    over = (ProofNotice.told != Letter.OVER) & (ProofNotice.ends_at <= now)
    found = await session.scalars(
        select(ProofNotice.id)
        .where(ProofNotice.ended_at.is_(None), soon | over)
        .order_by(ProofNotice.ends_at)
    )
    return tuple(found)


async def remind(session: AsyncSession, notice_id: UUID) -> None:
    """Tell somebody that their notice ends soon, or has ended; each once, however often it runs."""
    notice = await session.scalar(
        select(ProofNotice)
        .where(ProofNotice.id == notice_id, ProofNotice.ended_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if notice is None:
        return
    if not await _concerned(session, notice.account_id):  # no member any more
        notice.ended_at = clock.now()
        return
    letter = policy.letter_due(notice.ends_at, clock.now())
    if letter is not None and letter != notice.told:
        notice.told = letter
        await mails.tell_notice(session, notice, letter)


async def _concerned(session: AsyncSession, account_id: UUID) -> bool:
    return any([await concerns(session, account_id) for concerns in _concerns])


async def _open(session: AsyncSession, account_id: UUID) -> ProofNotice | None:
    return await session.scalar(
        select(ProofNotice)
        .where(ProofNotice.account_id == account_id, ProofNotice.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _has_proven(session: AsyncSession, account_id: UUID) -> bool:
    found = await session.scalar(select(exists().where(Channel.account_id == account_id, *PROVEN)))
    return bool(found)
