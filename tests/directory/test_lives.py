"""From where an index comes, and what it does when the database goes or becomes another."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.core.db import Database, make_engine
from app.core.errors import NotReady
from app.directory.search import feed, keeper
from app.directory.search.follower import Follower, OtherLifeError
from app.directory.search.index import Index
from tests import databases
from tests.directory.following import asked, folders, index_on, joined, names, rename, until


async def test_nobody_gets_an_answer_before_the_index_is_whole(
    database: Database, tmp_path: Path
) -> None:
    await joined(database, "An", "Bình")
    async with index_on(database, tmp_path, patience=0.05) as index:
        async with database._sessions() as blocking:
            await blocking.execute(text("LOCK TABLE members IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(NotReady) as refusal:
                await index.found(asked())
            assert refusal.value.retry_after > 0
            assert await index.ready() is False
        await until(index.ready, "the index is whole")
        assert (await index.found(asked())).total == 2


async def test_many_members_need_a_base_and_get_it(database: Database, tmp_path: Path) -> None:
    name = database.engine.url.render_as_string(hide_password=False)
    await joined(database, "An", "Bình")
    async with index_on(database, tmp_path, small=1) as index:
        with pytest.raises(NotReady):
            await index.found(asked())
        await asyncio.to_thread(keeper.build, name, tmp_path)
        assert (await index.found(asked())).total == 2
        await joined(database, "Cúc")
        assert await names(index, database) == ["An", "Bình", "Cúc"]


async def test_a_newer_base_takes_the_place_of_the_old_one(
    database: Database, tmp_path: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    one, _two = await joined(database, "An", "Bình")
    async with index_on(database, tmp_path) as index:
        index.start()
        await index.found(asked())
        assert index.changed == 2
        await rename(database, one, "Yến")
        await asyncio.to_thread(keeper.build, url, tmp_path)

        async def switched() -> bool:
            assert await names(index, database) == ["Bình", "Yến"]
            return index.changed == 0

        await until(switched, "the index stands on the base")


async def test_a_base_of_another_database_is_refused(database: Database, tmp_path: Path) -> None:
    """As after a dump was read in elsewhere: the same members, other transactions."""
    url = database.engine.url.render_as_string(hide_password=False)
    await joined(database, "An", "Bình")
    await asyncio.to_thread(keeper.build, url, tmp_path)
    async with databases.database() as other:
        await joined(other, "Cúc")
        async with index_on(other, tmp_path) as index:
            assert await names(index, other) == ["Cúc"]
        async with index_on(other, tmp_path, small=0) as index:
            with pytest.raises(NotReady):
                await index.found(asked())


async def test_a_table_that_is_filled_anew_is_another_life(
    database: Database, tmp_path: Path
) -> None:
    """As after a dump was read into the same database: no trigger has noted what is different."""
    await joined(database, "An", "Bình")
    async with index_on(database, tmp_path) as index:
        assert (await index.found(asked())).total == 2
        async with database.write() as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            await session.execute(text("CREATE TEMP TABLE kept AS TABLE member_changes"))
            await session.execute(text("TRUNCATE member_changes"))
            await session.execute(text("INSERT INTO member_changes TABLE kept"))
            await session.execute(text("DROP TABLE kept"))
            await session.execute(text("UPDATE members SET topics = '{music}'"))

        async def anew() -> bool:
            return await index.ready() and (await index.found(asked(topic="music"))).total == 2

        await until(anew, "the index is made anew")


async def test_a_damaged_base_is_set_aside(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    await joined(database, "An")
    base = await asyncio.to_thread(keeper.build, url, tmp_path)
    spoil(base.folder / "serials")
    async with index_on(database, tmp_path) as index:
        assert await names(index, database) == ["An"]
        assert base.name not in folders(tmp_path)
        again = await asyncio.to_thread(keeper.build, url, tmp_path)
    assert folders(tmp_path) == [again.name]


async def test_an_index_of_a_time_that_the_database_has_not_reached_is_thrown_away(
    database: Database,
) -> None:
    """The files of the server were put back from a copy while a process ran on."""
    async with database.read() as session:
        now = await feed.state(session)
    ahead = feed.State(now.life, feed.Moment(now.moment.xmax + 1_000_000, ()))
    for state in (ahead, feed.State("0" * 16, now.moment)):
        with pytest.raises(OtherLifeError):
            await Follower(database, Index(), state).catch_up()


@pytest.fixture
def admitting() -> Iterator[psycopg.Connection]:
    with databases._administering() as connection:
        yield connection


async def test_while_the_database_is_away_nobody_is_answered_and_then_everybody(
    tmp_path: Path, admitting: psycopg.Connection
) -> None:
    with databases.clone() as name:
        database = Database(make_engine(databases.url_of(name), pool_size=2))
        await joined(database, "An")
        async with index_on(database, tmp_path, patience=0.1) as index:
            index.start()
            await until(index.ready, "the index is whole")
            away(admitting, name, away=True)

            async def refused() -> bool:
                return not await index.ready()

            await until(refused, "nobody is answered")
            with pytest.raises(NotReady):
                await index.found(asked())
            away(admitting, name, away=False)
            await until(index.ready, "everybody is answered")
            await joined(database, "Bình")
            await until(index.ready, "the look is done")

            async def both() -> Any:
                return (await index.found(asked())).total == 2

            await until(both, "the new member is found")
        await database.close()


def away(admin: psycopg.Connection, name: str, *, away: bool) -> None:
    """Let nobody in to a database, or everybody again; who is in is thrown out."""
    admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {not away}')
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )


def spoil(path: Path) -> None:
    """Turn one byte over, as a dying disk does."""
    body = bytearray(path.read_bytes())
    body[0] ^= 1
    path.write_bytes(body)
