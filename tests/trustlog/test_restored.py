"""What must never be signed: after a restored backup, a lost memory, changed rows, a new name."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from sqlalchemy import text

from app.core.config import settings
from app.core.db import Database, make_engine
from app.core.errors import Refused
from app.core.viewer import Viewer
from app.trustlog import adoption, keys, refusals, rounds, sequencer
from app.trustlog.memory import Memory
from app.trustlog.policy.checkpoints import Checkpoint, parse
from app.trustlog.policy.notes import Signer
from app.trustlog.policy.notes import parse as parse_note
from app.trustlog.policy.signing import Because, WillNotSign
from app.trustlog.queries import tree
from tests import databases
from tests.trustlog.growing import checkpoints, grow, holds_together
from tests.trustlog.publishing import memory_of, publish

BY = Viewer.system("command line (test)")
SWAPPED = """\
UPDATE log_entries SET index = 1001 - index WHERE index < 2;
UPDATE log_entries SET index = index - 1000 WHERE index >= 1000;
UPDATE log_tiles SET hashes = substring(hashes FROM 33 FOR 32) || substring(hashes FOR 32)
    || substring(hashes FROM 65)"""


async def signed(log: Database, *steps: int) -> None:
    for step in steps:
        await grow(log, step)
        await publish(log)


async def refuses(log: Database, because: Because, memory: Memory | None = None) -> str:
    """Assert that a round signs nothing, for that reason. Returns: the sentence."""
    before = await sizes(log)
    memory = memory or memory_of(log)
    kept = memory.path.read_bytes() if memory.path.exists() else None
    with pytest.raises(WillNotSign) as refused:
        await sequencer.publish_once(log, memory)
    assert refused.value.because == because
    assert await sizes(log) == before
    assert (memory.path.read_bytes() if memory.path.exists() else None) == kept
    return refused.value.sentence


async def sizes(log: Database) -> list[int]:
    async with log.read() as session:
        found = await session.scalars(text("SELECT size FROM log_checkpoints ORDER BY size"))
        return list(found)


async def adopt(log: Database, origin: str, because: str = "the newest, surely") -> Checkpoint:
    async with log.write() as session:
        return await adoption.adopt(session, BY, origin, because, memory_of(log))


@contextmanager
def called(name: str) -> Iterator[None]:
    """The log under another name, with the same key."""
    signers = [Signer(name, key.private()) for key in settings().log_keys]
    with patch.object(keys, "signers", return_value=signers):
        yield


async def tamper(log: Database, statement: str) -> None:
    """What somebody can do who owns the server."""
    async with log.write() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(statement))


@pytest.mark.parametrize("more", [0, 5, 30], ids=["as it was", "shorter again", "longer by now"])
async def test_a_restored_backup_signs_nothing(
    page_database: tuple[str, Database], more: int
) -> None:
    """The database goes back to 7 of 20 entries; then others are written."""
    name, log = page_database
    try:
        await signed(log, 3, 4)
        await log.close()
        with databases.clone(of=name) as backup:
            await signed(log, 13)
            restored = Database(make_engine(databases.url_of(backup), pool_size=2))
            try:
                await grow(restored, more)
                sentence = await refuses(restored, Because.BEHIND, memory_of(log))
                assert "20 entries was signed, and the database has 7" in sentence
                async with restored.read() as session:
                    given = "SELECT count(*) FROM log_entries WHERE index IS NOT NULL"
                    assert await session.scalar(text(given)) == 7
            finally:
                await restored.close()
    finally:
        await log.close()
        databases.empty(name)


async def test_another_history_of_the_same_length_signs_nothing(log: Database) -> None:
    await signed(log, 4)
    memory = memory_of(log).last()
    assert memory is not None
    memory_of(log).write(Checkpoint(memory.origin, 4, b"\1" * 32))
    await grow(log, 1)
    assert "first 4 entries" in await refuses(log, Because.DIFFERENT)


async def test_a_crash_between_memory_and_checkpoint_is_made_good(log: Database) -> None:
    """The next round publishes what was signed, though nothing waits."""
    await signed(log, 4)
    async with rounds.signing_alone(log) as connection:
        assert connection is not None
        await grow(log, 2)
        with (
            patch.object(rounds, "Published", side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            await rounds.one_round(connection, keys.signers(), memory_of(log))
    last = memory_of(log).last()
    assert last is not None
    assert last.size == 6
    assert [one.size for one in await checkpoints(log)] == [4]
    await publish(log)
    assert (await checkpoints(log))[-1] == last
    assert await holds_together(log) == 6


async def test_a_lost_memory_signs_nothing_until_an_operator_says_so(log: Database) -> None:
    await signed(log, 3)
    memory_of(log).path.unlink()
    await grow(log, 1)
    assert "portal log adopt" in await refuses(log, Because.NO_MEMORY)
    with pytest.raises(Refused, match="say why"):
        await adopt(log, settings().log_name, because=" ")
    adopted = await adopt(log, settings().log_name)
    assert adopted.size == 3
    with pytest.raises(Refused, match="nothing to adopt"):
        await adopt(log, settings().log_name)
    await publish(log)
    assert await holds_together(log) == 4
    async with log.read() as session:
        told = await session.execute(
            text("SELECT actor_name, because FROM audit_events WHERE action = 'log.adopted'")
        )
        assert told.all() == [(BY.name, "the newest, surely")]


async def test_an_older_memory_signs_nothing(log: Database) -> None:
    """The file of another machine, or from a backup of files."""
    await signed(log, 3)
    old = memory_of(log).path.read_bytes()
    await signed(log, 2)
    memory_of(log).path.write_bytes(old)
    await grow(log, 1)
    await refuses(log, Because.OLD_MEMORY)
    assert (await adopt(log, settings().log_name)).size == 5
    await publish(log)
    assert await holds_together(log) == 6


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"signed": [{"origin": "x"}]}', b"\xff"])
async def test_a_memory_that_cannot_be_read_signs_nothing(log: Database, content: bytes) -> None:
    await signed(log, 3)
    memory_of(log).path.write_bytes(content)
    await grow(log, 1)
    await refuses(log, Because.UNREADABLE)
    with pytest.raises(Refused, match="cannot be read"):
        await adopt(log, settings().log_name)


async def test_a_log_keeps_its_name_unless_an_operator_begins_another(log: Database) -> None:
    """Back to the former name only with the former history."""
    await signed(log, 3)
    with called("other.example/log"):
        await grow(log, 1)
        await refuses(log, Because.ANOTHER_NAME)
        await adopt(log, "other.example/log")
        await publish(log)
        async with log.read() as session:
            newest = await tree.latest(session)
        assert newest is not None
        assert parse(parse_note(newest.note).text).origin == "other.example/log"
        assert newest.size == 5  # and the entry that tells of the key's new name
    await refuses(log, Because.ANOTHER_NAME)
    assert (await adopt(log, settings().log_name)).size == 5
    assert [one.origin for one in memory_of(log).all()] == [
        "other.example/log",
        settings().log_name,
    ]


async def test_what_was_lost_is_never_adopted_under_the_same_name(log: Database) -> None:
    await signed(log, 3)
    last = memory_of(log).last()
    assert last is not None
    memory_of(log).write(Checkpoint(last.origin, 9, b"\2" * 32))
    with pytest.raises(Refused, match="9 entries was signed, and the database has 3"):
        await adopt(log, last.origin)
    await adopt(log, "fresh.example/log")
    with pytest.raises(Refused, match="9 entries was signed, and the database has 3"):
        await adopt(log, last.origin)


@pytest.mark.parametrize(
    ("statement", "because"),
    [
        ("UPDATE log_tiles SET hashes = overlay(hashes PLACING '\\x00' FROM 40)", Because.BROKEN),
        ("UPDATE log_tiles SET hashes = substring(hashes FOR 32)", Because.BROKEN),
        ("DELETE FROM log_tiles", Because.BROKEN),
        ("DELETE FROM log_entries WHERE index = 2", Because.BROKEN),
        (
            "UPDATE log_entries SET body = 'x', leaf_hash = sha256('\\x0078') WHERE index = 1",
            Because.BROKEN,
        ),
        ("UPDATE log_checkpoints SET root = sha256('x')", Because.BROKEN),
        ("UPDATE log_checkpoints SET note = 'x'", Because.BROKEN),
        ("DELETE FROM log_tiles; DELETE FROM log_entries WHERE index IS NOT NULL", Because.BEHIND),
        (
            SWAPPED,
            Because.DIFFERENT,
        ),
    ],
)
async def test_rows_that_were_changed_behind_its_back_are_not_signed(
    log: Database, statement: str, because: Because
) -> None:
    await signed(log, 5)
    await grow(log, 1)
    for part in statement.split(";"):
        await tamper(log, part)
    with pytest.raises(WillNotSign) as refused:
        await publish_again(log)
    assert refused.value.because == because


async def publish_again(log: Database) -> None:
    await sequencer.publish_once(log, memory_of(log))


async def test_an_entry_that_does_not_fit_its_hash_is_hashed_anew(log: Database) -> None:
    """The tree is over bodies; a column that says otherwise cannot get into it."""
    await signed(log, 2)
    await grow(log, 1)
    await tamper(log, "ALTER TABLE log_entries DROP CONSTRAINT ck_log_entries_hash_of_the_body")
    try:
        await tamper(log, "UPDATE log_entries SET leaf_hash = sha256('x') WHERE index IS NULL")
        await publish(log)
        assert await holds_together(log) == 3
    finally:
        await tamper(log, "DELETE FROM log_entries")
        await tamper(
            log,
            "ALTER TABLE log_entries ADD CONSTRAINT ck_log_entries_hash_of_the_body"
            " CHECK (leaf_hash = sha256('\\x00'::bytea || body))",
        )


async def test_a_refusal_is_told_once_and_ends_when_it_signs_again(log: Database) -> None:
    refused = WillNotSign(Because.BEHIND, "It is behind.")
    for news, what in (
        (False, None),
        (True, refused),
        (False, refused),
        (True, None),
        (False, None),
    ):
        async with log.write() as session:
            assert await refusals.note(session, what) is news
        async with log.read() as session:
            now = await refusals.refusal(session)
        assert (now and (now.because, now.sentence)) == (what and (what.because, what.sentence))
