"""What tests of the search that follows the database have in common."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import update

from app.core.db import Database
from app.directory.policy import Query
from app.directory.search.live import Live
from app.members import queries
from app.members.models import Member
from tests.factories.members import make_member

PATIENCE = 20.0


def asked(**given: str) -> Query:
    return Query.parse([("sort", "name"), *given.items()])


@asynccontextmanager
async def index_on(database: Database, folder: Path, **given: Any) -> AsyncIterator[Live]:
    """An index that asks the database before each answer; nobody else keeps it up."""
    index = Live(database, folder, **{"max_age": 0, "patience": PATIENCE, **given})
    try:
        yield index
    finally:
        await index.stop()


async def joined(database: Database, *names: str, **given: Any) -> list[Member]:
    async with database.write() as session:
        return [await make_member(session, stage_name=name, **given) for name in names]


async def rename(database: Database, member: Member, name: str) -> None:
    async with database.write() as session:
        await session.execute(
            update(Member).where(Member.id == member.id).values(stage_name=name, sort_key=name)
        )


async def names(index: Live, database: Database, **given: str) -> list[str]:
    """Whom the index finds, by the names that the database has for them."""
    found = await index.found(asked(**given))
    async with database.read() as session:
        people = await queries.by_serials(session, [hit.serial for hit in found.hits])
    return [people[hit.serial].stage_name for hit in found.hits]


def folders(folder: Path) -> list[str]:
    """The bases in a folder, whole or not."""
    return sorted(found.name for found in folder.iterdir() if found.is_dir())


async def until(done: Callable[[], Awaitable[object]], what: str) -> None:
    """Ask again and again whether something is so; fail by name when it stays otherwise."""
    end = time.monotonic() + PATIENCE
    while not await done():
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}"
        await asyncio.sleep(0.01)
