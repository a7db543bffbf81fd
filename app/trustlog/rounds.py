"""One round of the log: entries get their places, the tiles grow, and the tree is signed.

A round is two transactions on one connection, which also holds the signer's lock: a signer that
lost its connection lost its lock, and can commit nothing any more. The first transaction places
waiting entries and lets the tiles grow; the second looks whether the tree extends all that was ever
signed, signs it and publishes. Between signing and publishing the checkpoint goes into the memory,
a file apart from the database. Decision 0025 says what each order is for.
"""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core import clock
from app.core.db import Database
from app.core.locks import lock_number
from app.trustlog import service
from app.trustlog.memory import Memory
from app.trustlog.models import Kind, LogCheckpoint, LogEntry, LogTile
from app.trustlog.policy import checkpoints, growth, notes, signing
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.entries import Event
from app.trustlog.policy.merkle import covering, leaf_hash
from app.trustlog.policy.notes import Signer
from app.trustlog.policy.signing import Because, Tree, WillNotSign
from app.trustlog.policy.tiles import WIDTH
from app.trustlog.queries import tree
from app.trustlog.queries.tree import Published

BATCH = 5_000  # entries of a round
LOCK = lock_number("the signer of the log")
SILENT = 30  # seconds after which the database takes the lock from a signer that stands still
_ALONE = """
SELECT pg_try_advisory_lock(:lock) FROM (
    SELECT set_config('idle_session_timeout', :silent, false),
        set_config('idle_in_transaction_session_timeout', :silent, false),
        set_config('synchronous_commit', 'on', false)  -- what a checkpoint tells of is on disk
    OFFSET 0
) AS settled
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: how many entries got their places, and the checkpoint, if a new one."""

    sequenced: int
    published: Published | None

    @property
    def more(self) -> bool:
        """Whether entries may be left that a further round is for."""
        return self.sequenced >= BATCH


@asynccontextmanager
async def signing_alone(database: Database) -> AsyncIterator[AsyncConnection | None]:
    """A connection of one's own that holds the signer's lock; None when another has the lock.

    The connection is closed at the end, and the lock ends with it.
    """
    async with database.engine.connect() as connection:
        await connection.run_sync(lambda plain: plain.detach())
        async with connection.begin():
            alone = await connection.scalar(text(_ALONE), {"lock": LOCK, "silent": f"{SILENT}s"})
        try:
            yield connection if alone else None
        finally:
            if alone:  # the server would notice the closed line a moment later only
                with suppress(SQLAlchemyError):
                    await connection.rollback()
                    await connection.execute(select(func.pg_advisory_unlock(LOCK)))


async def one_round(
    connection: AsyncConnection, signers: Sequence[Signer], memory: Memory
) -> Round:
    """Place a batch of entries, then publish if the tree is larger than what is published.

    Args:
        connection: one of `signing_alone`.
        signers: the log's keys, at least one; all of one name.

    Raises:
        WillNotSign: the tree does not extend what was signed, or the memory cannot be written.
            Nothing was changed then, or entries have their places and no checkpoint tells of them.
        Busy: another process holds the memory.
    """
    with memory.held():
        async with AsyncSession(connection, expire_on_commit=False) as session:
            try:
                async with session.begin():
                    sequenced = await sequence(session, signers, memory)
                async with session.begin():
                    published = await publish(session, signers, memory)
            except IntegrityError as trouble:  # rows that only grow are to become others
                raise _broken(str(trouble.orig).partition("\n")[0]) from trouble
    return Round(sequenced, published)


# The first transaction: places and tiles


async def sequence(session: AsyncSession, signers: Sequence[Signer], memory: Memory) -> int:
    """Give the next entries their places and let the tiles grow. Returns: how many entries.

    Raises:
        WillNotSign: the tree does not extend what was signed; nothing was changed.
    """
    head = await _head(session)
    size, _root = await _checked(session, signers[0].name, memory)
    batch = await _batch(session, head, signers)
    if not batch:
        return 0
    before = await tree.rows(session, growth.edge(size))
    after = growth.grown(before, size, [leaf for _id, leaf in batch])
    tiles = insert(LogTile).values(
        [
            {"level": level, "number": number, "hashes": hashes}
            for (level, number), hashes in after.items()
        ]
    )
    await session.execute(
        tiles.on_conflict_do_update(
            index_elements=["level", "number"], set_={"hashes": tiles.excluded.hashes}
        )
    )
    await _place(session, [entry_id for entry_id, _leaf in batch], size)
    return len(batch)


async def _batch(
    session: AsyncSession, head: LogCheckpoint | None, signers: Sequence[Signer]
) -> list[tuple[UUID, bytes]]:
    """The entries that come next, with the hashes of their bodies.

    An entry that somebody changes just now (its openings are forgotten) waits for the next round,
    so that neither waits for the other.
    """
    changed = await _tell_of_keys(session, head, signers)
    asked = select(LogEntry.id, LogEntry.body).where(LogEntry.index.is_(None))
    found = list(await session.execute(asked.where(LogEntry.id == changed))) if changed else []
    found += await session.execute(
        asked.where(LogEntry.id.not_in([entry_id for entry_id, _body in found]))
        .order_by(LogEntry.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return [(entry_id, leaf_hash(body)) for entry_id, body in found]


async def _tell_of_keys(
    session: AsyncSession, head: LogCheckpoint | None, signers: Sequence[Signer]
) -> UUID | None:
    """Write the entry that tells of other keys than signed last, before they sign.

    Returns: its id while it waits for its place; None when there is nothing to tell, or the entry
    has its place and only the checkpoint is wanting.
    """
    if head is None or _key_ids(head) == {(one.name, one.key_id) for one in signers}:
        return None
    facts = {"vkeys": " ".join(sorted(one.vkey for one in signers))}
    since_then = or_(LogEntry.index.is_(None), LogEntry.index >= head.size)
    told = await session.execute(
        select(LogEntry.id, LogEntry.index, LogEntry.body).where(
            since_then, LogEntry.kind == Kind.KEYS_CHANGED
        )
    )
    for entry_id, index, body in told:
        if json.loads(body)["facts"] == facts:
            return entry_id if index is None else None
    return await service.append(session, Event(Kind.KEYS_CHANGED, facts=facts))


def _key_ids(head: LogCheckpoint) -> set[tuple[str, bytes]]:
    return {(line.name, line.key_id) for line in notes.parse(head.note).signatures}


async def _place(session: AsyncSession, entries: Sequence[UUID], size: int) -> None:
    """Give `entries` the places from `size` on."""
    given = (
        func.unnest(bindparam("ids", list(entries), type_=ARRAY(Uuid)))
        .table_valued("id", with_ordinality="place")
        .render_derived()
    )
    await session.execute(
        update(LogEntry)
        .where(LogEntry.id == given.c.id)
        .values(index=given.c.place + (size - 1))
        .execution_options(synchronize_session=False)
    )


# The second transaction: signing


async def publish(
    session: AsyncSession, signers: Sequence[Signer], memory: Memory
) -> Published | None:
    """Sign the tree and publish, if it has grown. Returns: what is published by it.

    To be called when what `sequence` did is committed.

    Raises:
        WillNotSign: the tree does not extend what was signed.
    """
    head = await _head(session)
    size, root = await _checked(session, signers[0].name, memory)
    if size == (head.size if head else 0):
        return None
    signed = Checkpoint(signers[0].name, size, root)
    note = notes.sign(signed.text(), signers)
    memory.write(signed)
    published = Published(size, root, note, clock.now())
    await session.execute(
        insert(LogCheckpoint).values(size=size, root=root, note=note, signed_at=published.signed_at)
    )
    return published


# What both look at


async def _head(session: AsyncSession) -> LogCheckpoint | None:
    """The newest checkpoint, as its row has it."""
    newest = select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)
    return await session.scalar(newest.execution_options(populate_existing=True))


async def _checked(session: AsyncSession, origin: str, memory: Memory) -> tuple[int, bytes]:
    """The size and the root of the tree, which extends all that was signed.

    Raises:
        WillNotSign: it does not.
    """
    last = memory.last()
    published, found = await compared(session, [last] if last else [])
    signing.check(found, origin, published, last)
    return found.size, found.roots[found.size]


async def compared(
    session: AsyncSession, known: Iterable[Checkpoint]
) -> tuple[Checkpoint | None, Tree]:
    """The newest checkpoint in the database, and its tree: its roots at that size and at `known`.

    Raises:
        WillNotSign: the rows contradict each other.
    """
    head = await _head(session)
    published = None if head is None else _told(head)
    size = await _size(session)
    held = [one.size for one in (published, *known) if one and one.size <= size]
    return published, Tree(size, await _roots(session, {*held, size}))


def _told(head: LogCheckpoint) -> Checkpoint:
    """What the note of a checkpoint says, which its row has to say too."""
    try:
        found = checkpoints.parse(notes.parse(head.note).text)
    except ValueError as trouble:
        raise _broken(f"the note of {head.size} entries cannot be read") from trouble
    if (found.size, found.root) != (head.size, head.root):
        raise _broken(f"the checkpoint of {head.size} entries is not what its note says")
    return found


async def _size(session: AsyncSession) -> int:
    """How many entries have their places: by the tiles, and by the entries of the last of them."""
    last = (
        await session.execute(
            select(LogTile.number, LogTile.hashes)
            .where(LogTile.level == 0)
            .order_by(LogTile.number.desc())
            .limit(1)
        )
    ).one_or_none()
    number, hashes = last or (0, b"")
    size = number * WIDTH + len(hashes) // growth.HASH
    bodies = await session.scalars(
        select(LogEntry.body)
        .where(LogEntry.index >= number * WIDTH)
        .order_by(LogEntry.index)
        .limit(WIDTH + 1)
    )
    if b"".join(map(leaf_hash, bodies)) != hashes:
        raise _broken(f"the last of {size} hashes are not those of the entries")
    return size


async def _roots(session: AsyncSession, sizes: Iterable[int]) -> dict[int, bytes]:
    wanted = set(sizes)
    nodes = [node for size in wanted for node in covering(0, size)]
    rows = await tree.rows(session, growth.needed(nodes))
    try:
        return {size: growth.root(rows, size) for size in wanted}
    except growth.Broken as trouble:
        raise _broken(str(trouble)) from trouble


def _broken(what: str) -> WillNotSign:
    return WillNotSign(
        Because.BROKEN,
        f"The rows of the log contradict each other: {what}. They were changed by other hands."
        " Restore a copy from before that; docs/trust.md says what to do without one.",
    )
