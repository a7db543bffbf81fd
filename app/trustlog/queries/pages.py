"""What the pages of the log tell people: the newest entries, what waits, who else signed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.trustlog.models import Kind, LogCheckpoint, LogCosignature, LogEntry
from app.trustlog.policy.entries import kind_of


@dataclass(frozen=True, slots=True)
class Line:
    """One published entry in a list."""

    index: int
    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is written and not yet published."""

    entries: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Who signed a checkpoint beside the portal."""

    size: int
    names: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint that the portal signed."""

    size: int
    root: bytes
    signed_at: datetime


async def newest(session: AsyncSession, size: int, most: int) -> tuple[Line, ...]:
    """The last `most` entries of a tree of `size`, newest first. One statement."""
    found = await session.execute(
        select(LogEntry.index, LogEntry.body, LogEntry.at)
        .where(LogEntry.index >= max(size - most, 0), LogEntry.index < size)
        .order_by(LogEntry.index.desc())
    )
    return tuple(Line(index or 0, kind_of(body), at) for index, body, at in found)


async def waiting(session: AsyncSession, size: int) -> Waiting:
    """How many entries a tree of `size` has not, and since when the oldest waits. One statement."""
    found = await session.execute(
        select(func.count(), func.min(LogEntry.at)).where(
            or_(LogEntry.index.is_(None), LogEntry.index >= size)
        )
    )
    return Waiting(*found.one())


async def witnessed(session: AsyncSession) -> Witnessed | None:
    """The newest checkpoint that somebody else signed too, and who did. One statement."""
    newest_size = select(func.max(LogCosignature.size)).scalar_subquery()
    found = await session.execute(
        select(LogCosignature.size, LogCosignature.witness, LogCosignature.at)
        .where(LogCosignature.size == newest_size)
        .order_by(LogCosignature.witness)
    )
    rows = found.all()
    if not rows:
        return None
    return Witnessed(rows[0].size, tuple(row.witness for row in rows), max(row.at for row in rows))


async def head_before(session: AsyncSession, moment: datetime) -> Head | None:
    """The last checkpoint signed before `moment`, of a tree with entries. One statement."""
    found = await session.execute(
        select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.signed_at)
        .where(LogCheckpoint.signed_at < moment, LogCheckpoint.size > 0)
        .order_by(LogCheckpoint.size.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return None if row is None else Head(*row)
