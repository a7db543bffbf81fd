"""What the staff's lists ask over the tables of others."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.members import policy
from app.members.models import Member, Standing

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member in the staff's list."""

    number: str
    stage_name: str
    standing: Standing
    standing_since: datetime
    standing_until: date | None
    joined_at: datetime
    term_ends_on: date


@dataclass(frozen=True, slots=True)
class MemberList:
    """One page of members."""

    rows: tuple[MemberRow, ...]
    counts: dict[Standing, int]  # of what the words find, in every standing
    total: int  # over all pages, in the standing asked for
    page: int  # from 1

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return max(1, -(-self.total // PER_PAGE))


def _named(words: str) -> list[ColumnElement[bool]]:
    """What a member must be like for `words` to mean them: their number, or each word theirs."""
    if not words:
        return []
    if policy.looks_like_number(words):
        number = policy.parse_number(words)
        return [Member.number == number] if number else [false()]
    folded = policy.words(words).split()
    return [Member.name_words.contains(f" {word}", autoescape=True) for word in folded] or [false()]


async def members(
    session: AsyncSession, words: str = "", standing: Standing | None = None, page: int = 1
) -> MemberList:
    """Members of any standing by name, as Vietnamese lists order them. Two statements.

    Args:
        words: a member number, or the beginnings of words of the name; all when empty.
        standing: only these; all when None.
        page: from 1.
    """
    where = _named(words)
    found = await session.execute(
        select(Member.standing, func.count()).where(*where).group_by(Member.standing)
    )
    counts = {row[0]: row[1] for row in found}
    if standing is not None:
        where.append(Member.standing == standing)
    rows = await session.execute(
        select(
            Member.number,
            Member.stage_name,
            Member.standing,
            Member.standing_since,
            Member.standing_until,
            Member.joined_at,
            Member.term_ends_on,
        )
        .where(*where)
        .order_by(Member.sort_key, Member.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    total = sum(counts.values()) if standing is None else counts.get(standing, 0)
    return MemberList(tuple(MemberRow(*row) for row in rows), counts, total, page)
