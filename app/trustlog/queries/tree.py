"""The published tree: checkpoints, tiles, and what proofs are made of."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.crypto import canonical_json
from app.trustlog.models import Kind, LogCheckpoint, LogCosignature, LogEntry, LogTile
from app.trustlog.policy import growth, merkle, proofs
from app.trustlog.policy.entries import kind_of
from app.trustlog.policy.tiles import HEIGHT, WIDTH, Tile, bundle


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint. `note` is the signed note, with the lines of witnesses."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log that has its place."""

    index: int
    id: UUID
    kind: Kind
    at: datetime
    subject: str | None
    body: bytes
    leaf_hash: bytes
    openings: Mapping[str, tuple[str, str]] | None


async def latest(session: AsyncSession) -> Published | None:
    """The newest checkpoint; None before the first. One statement."""
    return await _checkpoint(session, _with_lines().order_by(LogCheckpoint.size.desc()).limit(1))


async def at_size(session: AsyncSession, size: int) -> Published | None:
    """The checkpoint of just `size` entries, if that was one. One statement."""
    return await _checkpoint(session, _with_lines().where(LogCheckpoint.size == size))


def _with_lines() -> Select[Any]:
    lines = (
        select(func.string_agg(LogCosignature.line, "\n"))
        .where(LogCosignature.size == LogCheckpoint.size)
        .correlate(LogCheckpoint)
        .scalar_subquery()
    )
    return select(
        LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note, LogCheckpoint.signed_at, lines
    )


async def _checkpoint(session: AsyncSession, asked: Select[Any]) -> Published | None:
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        return None
    size, root, note, signed_at, lines = row
    return Published(size, root, note + (f"{lines}\n" if lines else ""), signed_at)


async def tile(session: AsyncSession, asked: Tile, size: int) -> bytes | None:
    """The bytes of a tile or of a bundle of entries; None when `size` entries do not reach so far.

    None also where rows are missing: an answer that is too short is not to be kept by caches.

    Args:
        size: what is published; hashes beyond it are told to nobody. One statement.
    """
    level = asked.level or 0
    first = asked.number * WIDTH
    if first + asked.width > size >> HEIGHT * level:
        return None
    if asked.level is None:
        found = await session.scalars(
            select(LogEntry.body)
            .where(LogEntry.index >= first, LogEntry.index < first + asked.width)
            .order_by(LogEntry.index)
        )
        bodies = found.all()
        return bundle(bodies) if len(bodies) == asked.width else None
    length = asked.width * growth.HASH
    return await session.scalar(
        select(func.substring(LogTile.hashes, 1, length)).where(
            LogTile.level == level,
            LogTile.number == asked.number,
            func.octet_length(LogTile.hashes) >= length,
        )
    )


async def rows(session: AsyncSession, places: Iterable[growth.Place]) -> growth.Tiles:
    """The rows of tiles at `places`, as far as they exist. One statement; none without places."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    found = await session.execute(
        select(LogTile.level, LogTile.number, LogTile.hashes).where(
            tuple_(LogTile.level, LogTile.number).in_(wanted)
        )
    )
    return {(level, number): hashes for level, number, hashes in found}


async def inclusion(session: AsyncSession, index: int, size: int) -> tuple[bytes, ...]:
    """The proof that the entry at `index` is among the first `size`. One statement.

    Raises:
        ValueError: no entry has that place in a tree of that size.
    """
    return await _hashes(session, merkle.inclusion_nodes(index, size))


async def consistency(session: AsyncSession, old: int, new: int) -> tuple[bytes, ...]:
    """The proof that a tree of `new` entries begins with that of `old`. One statement.

    Raises:
        ValueError: `new` is smaller than `old`.
    """
    return await _hashes(session, merkle.consistency_nodes(old, new))


async def _hashes(
    session: AsyncSession, wanted: Sequence[Sequence[growth.Place]]
) -> tuple[bytes, ...]:
    held = await rows(session, growth.needed(node for nodes in wanted for node in nodes))
    return tuple(merkle.fold([growth.node(held, node) for node in nodes]) for nodes in wanted)


async def by_index(session: AsyncSession, index: int) -> Entry | None:
    """The entry at `index`, published or not yet. One statement."""
    row = (
        await session.execute(
            select(
                LogEntry.id,
                LogEntry.at,
                LogEntry.subject,
                LogEntry.body,
                LogEntry.leaf_hash,
                LogEntry.openings,
            ).where(LogEntry.index == index)
        )
    ).one_or_none()
    return None if row is None else _entry(index, row)


def _entry(index: int, row: Row[Any]) -> Entry:
    opened = row.openings and {name: (salt, value) for name, (salt, value) in row.openings.items()}
    kind = kind_of(row.body)
    return Entry(index, row.id, kind, row.at, row.subject, row.body, row.leaf_hash, opened)


async def proof_file(
    session: AsyncSession, index: int, openings: Mapping[str, tuple[str, str]] | None
) -> str | None:
    """The offline proof of one entry against the newest checkpoint (C2SP tlog-proof).

    Args:
        openings: salts and values that the reader may be shown.

    Returns: the text of the file; None while the entry is not published. Three statements.
    """
    checkpoint, entry = await latest(session), await by_index(session, index)
    if checkpoint is None or entry is None or index >= checkpoint.size:
        return None
    extra = canonical_json(
        {
            "entry": b64encode(entry.body).decode(),
            "openings": {name: list(opening) for name, opening in (openings or {}).items()},
        }
    )
    hashes = await inclusion(session, index, checkpoint.size)
    return proofs.TlogProof(index, hashes, checkpoint.note, extra).text()
