"""Rounds of the log: places, tiles and checkpoints, whatever the sizes."""

import asyncio
from unittest.mock import patch

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core.db import Database
from app.trustlog import keys, rounds, sequencer
from app.trustlog.memory import Busy
from app.trustlog.models import LogCheckpoint, LogEntry
from app.trustlog.policy.checkpoints import parse
from app.trustlog.policy.merkle import root
from app.trustlog.policy.notes import opened
from app.trustlog.policy.tiles import Tile
from app.trustlog.queries import tree
from tests.trustlog.growing import checkpoints, grow, holds_together, leaves
from tests.trustlog.publishing import memory_of, publish


async def test_an_empty_log_publishes_nothing_and_remembers_nothing(log: Database) -> None:
    assert await publish(log) is None
    assert not memory_of(log).path.exists()


async def test_entries_get_places_in_order_and_the_checkpoint_tells_of_them(log: Database) -> None:
    ids = await grow(log, 3)
    published = await publish(log)
    assert published is not None
    told = parse(opened(published.note, keys.verifiers()).text)
    assert (told.origin, told.size, told.root) == ("localhost:8000/log", 3, published.root)
    assert root(await leaves(log)) == published.root
    async with log.read() as session:
        found = [await tree.by_index(session, index) for index in range(4)]
    assert [one and str(one.id) for one in found] == [*ids, None]
    assert memory_of(log).last() == told


async def test_a_round_with_nothing_new_changes_nothing(log: Database) -> None:
    await grow(log, 2)
    first = await publish(log)
    before = memory_of(log).path.read_bytes()
    assert await publish(log) == first
    assert memory_of(log).path.read_bytes() == before
    assert len(await checkpoints(log)) == 1


@pytest.mark.parametrize("steps", [(1, 254, 1, 1, 255, 1), (255, 1), (256, 256), (257, 600)])
async def test_checkpoints_around_full_tiles_are_those_of_the_tree(
    log: Database, steps: tuple[int, ...]
) -> None:
    for step in steps:
        await grow(log, step)
        await publish(log)
    assert await holds_together(log) == sum(steps)
    assert len(await checkpoints(log)) == len(steps)


async def test_a_tree_of_three_levels_of_tiles(log: Database) -> None:
    """70,000 entries in batches of 5,000: each batch is a checkpoint of its own."""
    await grow(log, 65_536)
    published = await publish(log)
    await grow(log, 4_464)
    await publish(log)
    assert await holds_together(log) == 70_000
    assert [one.size for one in await checkpoints(log)] == [
        *range(5000, 65_001, 5000),
        65_536,
        70_000,
    ]
    assert published is not None
    assert published.size == 65_536
    async with log.read() as session:
        places = await session.execute(
            text("SELECT level, count(*), min(octet_length(hashes)) FROM log_tiles GROUP BY level")
        )
        assert sorted(map(tuple, places)) == [(0, 274, 112 * 32), (1, 2, 17 * 32), (2, 1, 32)]
        assert await tree.tile(session, Tile(2, 0, 1), 65_535) is None
        assert await tree.tile(session, Tile(2, 0, 1), 65_536) == published.root


async def test_signers_at_once_sign_one_after_another(log: Database) -> None:
    await grow(log, 300)
    done = await asyncio.gather(*(publish(log) for _ in range(4)))
    assert {one and one.size for one in done} == {300}
    assert await holds_together(log) == 300
    assert len(await checkpoints(log)) == 1


async def test_who_holds_the_lock_or_the_memory_is_the_only_one_to_sign(
    log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock for workers of one database, the memory for two portals on it by mistake."""
    monkeypatch.setattr(sequencer, "PATIENCE", 0.1)
    await grow(log, 1)
    with memory_of(log).held(), pytest.raises(Busy):
        await publish(log)
    async with rounds.signing_alone(log) as connection:
        assert connection is not None
        with pytest.raises(Busy):
            await publish(log)
    assert await leaves(log) == []
    assert await publish(log) is not None


async def test_a_signer_that_lost_its_connection_can_commit_nothing(log: Database) -> None:
    await grow(log, 1)
    await publish(log)
    await grow(log, 1)
    async with rounds.signing_alone(log) as connection:
        assert connection is not None
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        await connection.rollback()
        async with log.write() as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(Exception, match="terminating connection"):
            await rounds.one_round(connection, keys.signers(), memory_of(log))
        await connection.invalidate()
    assert len(await checkpoints(log)) == 1
    await publish(log)
    assert await holds_together(log) == 2


async def test_an_entry_that_is_being_changed_waits_and_holds_nobody_up(log: Database) -> None:
    """A person is forgotten just now: neither waits for the other."""
    first, second = await grow(log, 2)
    async with log.write() as session:
        await session.execute(
            text("UPDATE log_entries SET openings = NULL WHERE id = :id"), {"id": first}
        )
        published = await publish(log)
        assert published is not None
        assert published.size == 1
    await publish(log)
    async with log.read() as session:
        order = await session.scalars(select(LogEntry.id).order_by(LogEntry.index))
        assert [str(one) for one in order] == [second, first]
    assert await holds_together(log) == 2


async def test_without_keys_entries_wait(log: Database) -> None:
    await grow(log, 1)
    with patch.object(keys, "signers", return_value=()):
        assert await publish(log) is None
        await asyncio.wait_for(sequencer.run(asyncio.Event()), 5)
    assert await leaves(log) == []


async def test_the_database_keeps_one_checkpoint_a_size_and_rewrites_nothing(log: Database) -> None:
    await grow(log, 2)
    published = await publish(log)
    assert published is not None
    for change in (
        "UPDATE log_checkpoints SET size = 9",
        "DELETE FROM log_checkpoints",
        "DELETE FROM log_entries",
        "DELETE FROM log_tiles",
        "TRUNCATE log_checkpoints CASCADE",
        "TRUNCATE log_entries",
        "TRUNCATE log_tiles",
        "UPDATE log_entries SET index = 7 - index",
        "UPDATE log_entries SET body = 'x', leaf_hash = sha256('\\x0078')",
        "UPDATE log_tiles SET hashes = substring(hashes FOR 32)",
        "UPDATE log_tiles SET hashes = hashes || substring(hashes FOR 32), number = 1",
        "INSERT INTO log_checkpoints SELECT size, sha256('x'), note, signed_at FROM log_checkpoints",
    ):
        with pytest.raises(IntegrityError):
            async with log.write() as session:
                await session.execute(text(change))
    async with log.read() as session:
        assert await tree.latest(session) == published
        assert await session.scalar(select(LogCheckpoint.size)) == 2


async def test_the_worker_publishes_within_a_second_and_takes_over(log: Database) -> None:
    """Two loops at once, as in two workers; the one that signs ends, the other goes on."""
    with patch.object(sequencer.Memory, "configured", return_value=memory_of(log)):
        memory_of(log).path.unlink(missing_ok=True)
        stops = [asyncio.Event(), asyncio.Event()]
        loops = [asyncio.ensure_future(sequencer.run(stop)) for stop in stops]
        try:
            for size, stop in enumerate(stops, start=1):
                await grow(log, 1)
                await _published(log, size)
                stop.set()
                await loops[size - 1]
        finally:
            for loop in loops:
                loop.cancel()
    assert await holds_together(log) == 2


async def _published(database: Database, size: int) -> None:
    async with asyncio.timeout(20):
        while True:
            async with database.read() as session:
                found = await tree.latest(session)
            if found is not None and found.size >= size:
                return
            await asyncio.sleep(0.02)


async def test_the_connection_that_signs_is_settled_for_it(log: Database) -> None:
    """Whatever the server's own settings are; and it gives the lock back at once."""
    for _again in range(2):
        async with rounds.signing_alone(log) as connection:
            assert connection is not None
            settled = [
                await connection.scalar(text(f"SHOW {name}"))
                for name in (
                    "idle_session_timeout",
                    "idle_in_transaction_session_timeout",
                    "synchronous_commit",
                )
            ]
            assert settled == ["30s", "30s", "on"]
            await connection.rollback()
