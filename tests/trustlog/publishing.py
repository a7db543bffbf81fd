"""Publishing the log at once, for tests: each database has a memory of its own."""

from pathlib import Path

from app.core.config import settings
from app.core.db import Database
from app.trustlog import sequencer
from app.trustlog.memory import Memory
from app.trustlog.queries import tree
from app.trustlog.queries.tree import Published


def memory_of(database: Database) -> Memory:
    """The memory of what was signed in that database; it lies in the folder of this run."""
    return Memory(Path(settings().data_dir) / "log" / str(database.engine.url.database))


async def publish(database: Database) -> Published | None:
    """Give waiting entries their places and publish, as the worker does within a second.

    A database that was emptied since is a new log, which nobody remembers.
    """
    memory = memory_of(database)
    async with database.read() as session:
        if await tree.latest(session) is None:
            memory.path.unlink(missing_ok=True)
    return await sequencer.publish_once(database, memory)
