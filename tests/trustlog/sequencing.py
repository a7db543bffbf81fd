"""Processes for the crash tests, with few imports so that hundreds of them can be started.

python -m tests.trustlog.sequencing sign       a signer for each line that is read; told by number
python -m tests.trustlog.sequencing append N   appends until its input ends; tells what it committed

A signer is forked from the process that has the imports already. `step N` instead of `sign` lets it
kill itself at the Nth step of what it does: each statement, each write to the disk, each rename.
"""

import asyncio
import gc
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.core import db, log
from app.core.config import settings
from app.core.db import Database, make_engine
from app.trustlog import sequencer
from app.trustlog.models import LogEntry
from tests.trustlog.growing import row

QUICK = 0.004  # seconds


def sign() -> None:
    """Start a signer whenever asked to, until nobody asks."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sequencer.POLL, sequencer.STANDBY = QUICK, 5 * QUICK
    database = Database(make_engine(settings().database_url, pool_size=2))
    asyncio.run(_ready(database))
    gc.collect()
    gc.freeze()  # what all share is not looked through by each
    print("ready", flush=True)  # noqa: T201 - to who asks
    for asked in sys.stdin:
        word, _, number = asked.strip().partition(" ")
        pid = os.fork()
        if pid == 0:
            if word == "step":
                die_at(int(number))
            asyncio.run(_signing(database))
        print(pid, flush=True)  # noqa: T201


async def _ready(database: Database) -> None:
    """Sign once, so that those forked off later know the server and the statements already."""
    await sequencer.publish_once(database)
    await database.close()


async def _signing(database: Database) -> None:
    db.use_database(database)
    await sequencer.run(asyncio.Event())


def die_at(last: int) -> None:
    """Let this process kill itself (as `kill -9` does) at the step `last`."""
    step = 0

    def count(*_: object, **__: object) -> None:
        nonlocal step
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)
        step += 1

    for moment in ("before_cursor_execute", "after_cursor_execute", "begin", "commit"):
        event.listen(Engine, moment, count)
    for module, name in ((os, "fsync"), (Path, "replace")):
        setattr(module, name, _counted(getattr(module, name), count))


def _counted(real: Any, count: Any) -> Any:
    def stepping(*given: Any, **named: Any) -> Any:
        count()
        done = real(*given, **named)
        count()
        return done

    return stepping


async def append(seed: int) -> None:
    """Commit a few entries at a time; after each commit, tell their ids on a line.

    `?` before them: the server was lost while it was committing, so that nobody knows.
    """
    chance = random.Random(seed)  # noqa: S311 - a test's
    database = Database(make_engine(settings().database_url, pool_size=1))
    ends = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    while not ends.done():
        rows = [row(number) for number in range(chance.choice((1, 1, 2, 5, 20, 60)))]
        ids = " ".join(str(one["id"]) for one in rows)
        try:
            async with database.write() as session:
                await session.execute(insert(LogEntry), rows)
            print(ids, flush=True)  # noqa: T201
        except (SQLAlchemyError, OSError):
            print("?", ids, flush=True)  # noqa: T201
            await asyncio.sleep(0.05)
        await asyncio.sleep(chance.random() * 0.15)
    await database.close()


if __name__ == "__main__":
    log.configure()
    if sys.argv[1] == "sign":
        sign()
    else:
        asyncio.run(append(int(sys.argv[2])))
