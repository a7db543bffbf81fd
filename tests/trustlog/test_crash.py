"""`kill -9` of the signer, and of PostgreSQL, while entries are appended.

Afterwards each committed entry is in the log exactly once, and all checkpoints that anybody ever
saw, or that stood in the memory, are beginnings of one tree.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core import embedded_place, embedded_postgres
from app.core.db import Database, make_engine
from app.trustlog import sequencer
from app.trustlog.memory import Memory
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.queries import tree
from tests import databases
from tests.trustlog.crashing import Appended, appending, looking_on, served, signers
from tests.trustlog.growing import grow, holds_together
from tests.trustlog.publishing import memory_of

pytestmark = [pytest.mark.xdist_group("crashes"), pytest.mark.timeout(900)]

KILLS = 200
SERVER_KILLS = 20
STEPS = 200  # more than a signer makes until it waits


async def ends_well(
    database: Database, memory: Memory, appended: Appended, seen: set[Checkpoint]
) -> None:
    """Assert what holds after all crashes; what still waits is published first."""
    published = await _published(database, memory)
    assert published is not None
    found = await served(database)
    assert set(found.values()) == {1}
    assert set(appended.surely) <= set(found)
    async with database.read() as session:
        committed = await session.scalars(text("SELECT id::text FROM log_entries"))
        assert set(committed) == set(found)
    assert set(found) - set(appended.surely) <= set(appended.perhaps)
    assert await holds_together(database, seen) == published.size


async def _published(database: Database, memory: Memory) -> sequencer.Published | None:
    """Publish by hand, once the lock of the last that was killed is gone."""
    async with asyncio.timeout(30):
        while True:
            with suppress(sequencer.Busy):
                return await sequencer.publish_once(database, memory)
            await asyncio.sleep(0.02)


async def test_killing_the_signer_at_200_random_instants(log: Database) -> None:
    """However fast the machine is: about half of them have published something by then."""
    chance, memory = random.Random(6), memory_of(log)  # noqa: S311
    memory.path.unlink(missing_ok=True)
    url = log.engine.url.render_as_string(hide_password=False)
    within, fruitful = 0.1, 0
    with signers(url, memory) as started:
        async with looking_on(log, memory) as seen, appending(url, memory) as appended:
            for _kill in range(KILLS):
                before, pid = len(seen), started.start()
                await asyncio.sleep(chance.uniform(0, within))
                started.kill(pid)
                fruitful += len(seen) > before
                within *= 0.95 if len(seen) > before else 1.05
    await ends_well(log, memory, appended, seen)
    assert len(appended.surely) > KILLS
    assert KILLS / 10 < fruitful < KILLS  # they came to sign, and were killed at it


async def test_killing_the_signer_at_each_of_its_steps(log: Database) -> None:
    """Statement by statement, and between writing, syncing and renaming the memory."""
    memory = memory_of(log)
    memory.path.unlink(missing_ok=True)
    url = log.engine.url.render_as_string(hide_password=False)
    appended = Appended(surely=await grow(log, 1))
    with signers(url, memory) as started:
        async with looking_on(log, memory) as seen:
            for step in range(STEPS):
                appended.surely += await grow(log, 3)
                pid = started.start(f"step {step}")
                if not await _died(log, pid, len(appended.surely)):
                    break
    assert 20 < step < STEPS - 1
    await ends_well(log, memory, appended, seen)


async def _died(log: Database, pid: int, size: int) -> bool:
    """Wait until the signer killed itself, or has published all. Returns: whether it died."""
    async with asyncio.timeout(30):
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            async with log.read() as session:
                newest = await tree.latest(session)
            if newest is not None and newest.size == size:
                return False
            await asyncio.sleep(0.01)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; as root below one that nobody else may enter."""
    if os.geteuid() == 0:
        tmp_path.chmod(0o700)
    yield tmp_path / "data"
    embedded_postgres.remove(tmp_path / "data")


@pytest.fixture
async def own_server(folder: Path) -> AsyncIterator[Database]:
    """A server of the test's own that syncs to the disk, with the portal's tables."""
    url = embedded_postgres.database_url(folder)
    databases.build(url)
    database = Database(make_engine(url, pool_size=3))
    try:
        async with database.read() as session:
            assert await session.scalar(text("SHOW fsync")) == "on"
        yield database
    finally:
        await database.close()


async def test_killing_postgresql_at_20_instants(own_server: Database, folder: Path) -> None:
    """All of its processes at once, while signer and appenders go on and find it again."""
    chance, memory = random.Random(7), Memory(folder / "log" / "signed")  # noqa: S311
    url = own_server.engine.url.render_as_string(hide_password=False)
    with signers(url, memory) as started:
        async with looking_on(own_server, memory) as seen, appending(url, memory) as appended:
            started.start()
            for _kill in range(SERVER_KILLS):
                before = len(seen)
                await _more(seen, before)
                await asyncio.sleep(chance.uniform(0, 0.05))
                _kill_server(folder)
                await asyncio.to_thread(embedded_postgres.start, folder)
            await _more(seen, len(seen))
        started.kill_all()
    await ends_well(own_server, memory, appended, seen)
    assert len(seen) > SERVER_KILLS


async def _more(seen: set[Checkpoint], than: int) -> None:
    """Wait until a further checkpoint was seen."""
    async with asyncio.timeout(60):
        while len(seen) <= than:  # noqa: ASYNC110 - others fill it
            await asyncio.sleep(0.01)


def _kill_server(folder: Path) -> None:
    place = embedded_place.existing(folder)
    assert place is not None
    for pid in place.processes():
        with suppress(ProcessLookupError):  # the server's end ends some of the others
            os.kill(pid, signal.SIGKILL)
