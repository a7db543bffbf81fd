"""What the map of the site lists, by ranges of serials: no part costs more than another."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.members.models import Member, MemberChange
from app.members.policy import PRESENT


async def listed(session: AsyncSession, first: int, last: int) -> list[tuple[str, datetime]]:
    """The members of today among the serials `first` to `last`, oldest first.

    Returns: number, and when what the public sees of the member changed last.
    """
    rows = await session.execute(
        select(Member.number, MemberChange.at)
        .join(MemberChange, MemberChange.serial == Member.serial)
        .where(Member.serial.between(first, last), Member.standing.in_(PRESENT))
        .order_by(Member.serial)
    )
    return [(number, at) for number, at in rows]


async def last_serial(session: AsyncSession) -> int:
    """The highest serial that a member has; 0 while there is none."""
    return await session.scalar(select(func.max(Member.serial))) or 0
