"""What the trust log says of memberships: every move of a standing."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import locks
from app.members.models import Member, Party, Standing, StandingChange
from app.trustlog import service as log
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event, late
from app.trustlog.queries import known

ENDS: Mapping[Standing, Kind] = {
    Standing.SUSPENDED: Kind.MEMBERSHIP_SUSPENDED,
    Standing.EXPELLED: Kind.MEMBERSHIP_EXPELLED,
    Standing.LAPSED: Kind.MEMBERSHIP_LAPSED,
    Standing.LEFT: Kind.MEMBERSHIP_LEFT,
}


def kind_of(old: Standing | None, new: Standing, party: Party) -> Kind:
    """What a move is in the log.

    Who comes back by a reviewer's new approval renews; by anybody else they are reinstated.

    Args:
        old: None for who joins for the first time.
    """
    if new is not Standing.ACTIVE:
        return ENDS[new]
    if old is None:
        return Kind.MEMBERSHIP_BEGUN
    return Kind.MEMBERSHIP_RENEWED if party is Party.REVIEWER else Kind.MEMBERSHIP_REINSTATED


def event(member: Member, change: StandingChange) -> Event:
    """A move: which and by which part for all; whose, until when and why behind commitments."""
    hidden = {"number": member.number, "change": str(change.id)}
    if change.until is not None:
        hidden["until"] = change.until.isoformat()
    if change.because:
        hidden["because"] = change.because
    return Event(
        kind_of(change.old, change.new, change.party),
        member.account_id,
        facts={"party": change.party.value},
        hidden=hidden,
    )


async def catch_up(session: AsyncSession, after: UUID, most: int) -> tuple[int, UUID | None]:
    """Let moves from before the log have their entries.

    Returns: how many got one, and after which move to go on; None when that was all.
    """
    await locks.hold(session, known.CATCHING_UP)
    rows = await session.execute(
        select(
            Member,
            StandingChange,
            known.lacks(Member.account_id, None, "change", StandingChange.id),
        )
        .join(Member, Member.id == StandingChange.member_id)
        .where(StandingChange.id > after)
        .order_by(StandingChange.id)
        .limit(most)
    )
    return await log.append_missing(
        session,
        (
            (change.id, late(event(member, change), change.at) if lacks else None)
            for member, change, lacks in rows.all()
        ),
    )
