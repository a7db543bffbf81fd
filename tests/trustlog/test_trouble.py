"""What goes wrong around the signer: it says so where people look, and signs nothing meanwhile."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from app.core import clock
from app.core.db import Database
from app.trustlog import keys, refusals, sequencer, witnessing
from app.trustlog.memory import Memory
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.signing import Because, WillNotSign
from app.trustlog.queries import pages
from app.trustlog.queries.state import metrics
from app.trustlog.witnessing import Witnesses
from tests.conftest import statements
from tests.trustlog.growing import checkpoints, grow, holds_together
from tests.trustlog.publishing import memory_of, publish
from tests.trustlog.test_restored import refuses, tamper
from tests.trustlog.witness_server import LocalWitness, serving


def in_the_way_of_the_folder(memory: Memory) -> Path:
    memory.path.parent.write_text("a file")
    return memory.path.parent


def in_the_way_of_the_lock(memory: Memory) -> Path:
    memory.path.parent.mkdir()
    lock = memory.path.with_name(memory.path.name + ".lock")
    lock.mkdir()
    return lock


def a_full_disk(memory: Memory) -> Path:
    memory.path.parent.mkdir()
    fresh = memory.path.with_name(memory.path.name + ".new")
    fresh.symlink_to("/dev/full")
    return fresh


@pytest.mark.parametrize("trouble", [in_the_way_of_the_folder, in_the_way_of_the_lock, a_full_disk])
async def test_a_memory_that_cannot_be_written_is_told_and_ends_with_its_cause(
    log: Database, tmp_path: Path, trouble: Callable[[Memory], Path]
) -> None:
    memory = Memory(tmp_path / "apart" / "signed")
    cause = trouble(memory)
    await grow(log, 3)
    assert str(memory.path) in await refuses(log, Because.UNWRITABLE, memory)
    if cause.is_dir():
        cause.rmdir()
    else:
        cause.unlink()
    await sequencer.publish_once(log, memory)
    assert await holds_together(log) == 3


async def test_places_without_a_checkpoint_are_waited_for(log: Database, tmp_path: Path) -> None:
    """They have left the queue, and nobody can see them yet."""
    await grow(log, 2)
    await publish(log)
    memory = memory_of(log)
    fresh = memory.path.with_name(memory.path.name + ".new")
    fresh.symlink_to("/dev/full")
    try:
        await grow(log, 3)
        await refuses(log, Because.UNWRITABLE)
        async with log.read() as session:
            waiting = await pages.waiting(session, 2)
        assert waiting.entries == 3
        assert waiting.since is not None
        told = {one.name: one.samples[0].value for one in await metrics() if one.samples}
        assert told["portal_trustlog_waiting"] == 3
    finally:
        fresh.unlink()
    await publish(log)
    assert await holds_together(log) == 5


@pytest.mark.parametrize(
    "content",
    [
        '{"signed": [{"origin": "x", "size": -1, "root": "%s"}]}' % ("A" * 43 + "="),
        '{"signed": [{"origin": "x", "size": 1e400, "root": "%s"}]}' % ("A" * 43 + "="),
        '{"signed": [{"origin": "x", "size": 3.7, "root": "%s"}]}' % ("A" * 43 + "="),
        '{"signed": [{"origin": "x", "size": 3, "root": "AAAA"}]}',
        '{"signed": []}',
        '{"signed": {}}',
        "[" * 100_000,
        "\x00" * 80,
    ],
    ids=range(8),
)
async def test_a_memory_of_nonsense_is_not_understood(log: Database, content: str) -> None:
    await grow(log, 1)
    await publish(log)
    memory_of(log).path.write_text(content)
    await grow(log, 1)
    await refuses(log, Because.UNREADABLE)


async def test_a_tile_that_reaches_too_far_is_told_when_it_is_to_grow(log: Database) -> None:
    """The database refuses to rewrite it, in every round: the log would stop without a word."""
    await grow(log, 300)
    await publish(log)
    await tamper(log, "UPDATE log_tiles SET hashes = hashes || sha256('x') WHERE level = 1")
    await grow(log, 300)
    assert "contradict" in await refuses(log, Because.BROKEN)


async def test_lost_tiles_do_not_make_the_signer_read_the_whole_log(log: Database) -> None:
    await grow(log, 1_000)
    await publish(log)
    await tamper(log, "DELETE FROM log_tiles")
    with statements(log.engine) as seen:
        await refuses(log, Because.BROKEN)
    [asked] = {one for one in seen if "log_entries.body" in one and "ORDER BY" in one}
    assert "LIMIT" in asked


async def test_a_clock_set_back_does_not_hide_a_refusal(log: Database) -> None:
    now = clock.now()
    refused = WillNotSign(Because.BEHIND, "It is behind.")
    told: list[object] = []
    for minutes, what in ((0, refused), (1, None), (-60, refused), (-59, None), (-200, refused)):
        with patch.object(clock, "now", return_value=now + timedelta(minutes=minutes)):
            async with log.write() as session:
                assert await refusals.note(session, what)
            async with log.read() as session:
                found = await refusals.refusal(session)
        told.append(found and found.because)
    assert told == [Because.BEHIND, None, Because.BEHIND, None, Because.BEHIND]


async def test_by_hand_nothing_is_signed_before_witnesses_were_asked(
    log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Database and memory came back together, and `portal log publish` is called."""
    witness = LocalWitness("w.example/a", held=Checkpoint("localhost:8000/log", 40, b"\1" * 32))
    await grow(log, 5)
    await publish(log)
    await grow(log, 1)
    async with serving(witness):
        monkeypatch.setattr(
            sequencer, "Witnesses", lambda chosen: Witnesses(chosen, [witness.settings()])
        )
        await refuses(log, Because.WITNESSED)
    assert [one.size for one in await checkpoints(log)] == [5]


async def test_rows_that_do_not_fit_do_not_end_the_asking_of_witnesses(
    log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proof can be made for the witness now; it can once the rows are whole again."""
    monkeypatch.setattr(witnessing, "LONGEST_WAIT", 0.05)
    await grow(log, 3)
    await publish(log)
    witness = LocalWitness("w.example/a")
    async with serving(witness), Witnesses(log, [witness.settings()]) as found:
        await found.ask_all(keys.signers())
        await grow(log, 4)
        await publish(log)
        await tamper(log, "UPDATE log_tiles SET hashes = substring(hashes FOR 64)")
        task = asyncio.ensure_future(found.follow())
        try:
            await asyncio.wait([task], timeout=1)
            assert not task.done()
            await tamper(log, "DELETE FROM log_tiles")
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
