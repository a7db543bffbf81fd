"""Logs that grow: entries that name nobody, and the tree worked out again without its tiles."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import insert, select

from app.core import clock
from app.core.crypto import uuid7
from app.core.db import Database
from app.trustlog import keys
from app.trustlog.models import Kind, LogCheckpoint, LogEntry
from app.trustlog.policy import entries
from app.trustlog.policy.checkpoints import Checkpoint, parse
from app.trustlog.policy.entries import Event
from app.trustlog.policy.merkle import leaf_hash, node_hash
from app.trustlog.policy.notes import opened


def row(number: int, hidden: Mapping[str, str] | None = None) -> dict[str, object]:
    """One entry, as `service.append` writes it, with commitments to what is hidden."""
    entry_id, at = uuid7(), clock.now()
    event = Event(Kind.CODE_PUBLISHED, facts={"version": str(number)})
    openings = entries.salted(hidden or {})
    body = entries.body(entry_id, at, event, None, openings)
    return {
        "id": entry_id,
        "kind": event.kind,
        "at": at,
        "body": body,
        "leaf_hash": leaf_hash(body),
        "openings": {name: list(opening) for name, opening in openings.items()},
    }


async def grow(database: Database, count: int) -> list[str]:
    """Append `count` entries in one transaction. Returns: their ids, in order."""
    rows = sorted((row(number) for number in range(count)), key=lambda one: str(one["id"]))
    async with database.write() as session:
        for at in range(0, count, 2_000):
            await session.execute(insert(LogEntry), rows[at : at + 2_000])
    return [str(one["id"]) for one in rows]


async def leaves(database: Database) -> list[bytes]:
    """The hashes of all bodies that have their places, in order; these are whole and contiguous."""
    placed = select(LogEntry.index, LogEntry.body).where(LogEntry.index.is_not(None))
    async with database.read() as session:
        found = (await session.execute(placed.order_by(LogEntry.index))).all()
    assert [index for index, _body in found] == list(range(len(found)))
    return [leaf_hash(body) for _index, body in found]


async def checkpoints(database: Database) -> list[Checkpoint]:
    """All checkpoints in the database, the smallest first; our keys signed each."""
    notes = select(LogCheckpoint.note).order_by(LogCheckpoint.size)
    async with database.read() as session:
        found = (await session.scalars(notes)).all()
    return [parse(opened(note, keys.verifiers()).text) for note in found]


def roots(hashes: Sequence[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """The root of the first so many of `hashes`, for each of `sizes`, hash by hash.

    Worked out as RFC 9162, section 2.1.2 tells it, and not as the portal does, from tiles.
    """
    wanted, found = set(sizes), {0: hashlib.sha256(b"").digest()}
    heap: list[bytes] = []
    for size, leaf in enumerate(hashes, start=1):
        heap.append(leaf)
        for _merge in range((size & -size).bit_length() - 1):
            heap[-2:] = [node_hash(heap[-2], heap[-1])]
        if size in wanted:
            found[size] = heap[-1]
            for left in reversed(heap[:-1]):
                found[size] = node_hash(left, found[size])
    return {size: found[size] for size in wanted}


async def holds_together(database: Database, others: Iterable[Checkpoint] = ()) -> int:
    """Assert that each checkpoint, those of the database and `others`, begins one tree.

    Returns: the size of the last in the database.
    """
    hashes, signed = await leaves(database), await checkpoints(database)
    heads = [*signed, *others]
    expected = roots(hashes, {one.size for one in heads})
    assert {one.size: one.root for one in heads} == expected
    assert all(one.root == expected[one.size] for one in heads)
    return signed[-1].size if signed else 0
