"""What the front door and the map of the site show of the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel
from app.channels.queries import PROVEN
from app.directory.queries.lines import Card
from app.directory.queries.results import cards
from app.members.models import Member, Standing
from app.members.policy import PRESENT

RECENT = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is today, of members in good standing."""

    members: int
    proven_channels: int
    provinces: int


async def figures(session: AsyncSession) -> Figures | None:
    """The figures of the front door; None while there is no member to count. Two statements."""
    good = Member.standing == Standing.ACTIVE
    people = (
        await session.execute(
            select(func.count(), func.count(Member.province.distinct())).where(good)
        )
    ).one()
    channels = await session.scalar(
        select(func.count())
        .select_from(Channel)
        .join(Member, Member.account_id == Channel.account_id)
        .where(good, *PROVEN)
    )
    return Figures(people[0], channels or 0, people[1]) if people[0] else None


async def recent(session: AsyncSession) -> tuple[Card, ...]:
    """The members in good standing who joined last. Three statements."""
    serials = await session.scalars(
        select(Member.serial)
        .where(Member.standing == Standing.ACTIVE)
        .order_by(Member.joined_at.desc(), Member.serial.desc())
        .limit(RECENT)
    )
    return await cards(session, tuple(serials))


async def listed(session: AsyncSession, most: int, part: int) -> list[tuple[str, datetime]]:
    """Members for the map of the site, oldest first: number, and when the page last changed.

    Args:
        most: how many there are in a part.
        part: which part, from 1.
    """
    rows = await session.execute(
        select(Member.number, Member.standing_since)
        .where(Member.standing.in_(PRESENT))
        .order_by(Member.serial)
        .limit(most)
        .offset((part - 1) * most)
    )
    return [(number, since) for number, since in rows]


async def how_many_listed(session: AsyncSession) -> int:
    """How many members the map of the site has."""
    found = await session.scalar(
        select(func.count()).select_from(Member).where(Member.standing.in_(PRESENT))
    )
    return found or 0
