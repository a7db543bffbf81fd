"""What the front door and the map of the site show of the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.directory.policy import Query
from app.directory.queries.cards import cards
from app.directory.queries.results import Line
from app.directory.search import live
from app.members.models import Member
from app.members.policy import PRESENT

RECENT = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is today, of members in good standing."""

    members: int
    platforms: int
    provinces: int


@dataclass(frozen=True, slots=True)
class Front:
    """What the front door shows of the directory.

    `figures` is None while there is no member to count; `recent` has who joined last.
    """

    figures: Figures | None
    recent: tuple[Line, ...]


async def front() -> Front:
    """The directory in a few figures and faces, out of one question to the search."""
    answer = await live().found(Query())
    shown = await cards(answer.hits[:RECENT])
    figures = Figures(answer.total, len(answer.counts["platform"]), len(answer.counts["province"]))
    return Front(
        figures if answer.total else None,
        tuple(Line(card, hit.version, ()) for hit, card in shown),
    )


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
    listed = await session.scalar(
        select(func.count()).select_from(Member).where(Member.standing.in_(PRESENT))
    )
    return listed or 0
