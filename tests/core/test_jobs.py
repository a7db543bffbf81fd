import procrastinate
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs
from app.core.db import Database
from app.core.locks import hold, lock_number

blueprint = procrastinate.Blueprint()


@blueprint.task(name="note")
async def note(word: str) -> None:
    """Never run here."""


if "tests:note" not in jobs.queue.tasks:
    jobs.queue.add_tasks_from(blueprint, namespace="tests")

WAITING = "SELECT args->>'word' FROM procrastinate_jobs WHERE task_name = 'tests:note' ORDER BY id"


async def waiting(session: AsyncSession) -> list[str]:
    return list((await session.scalars(text(WAITING))).all())


async def test_a_job_is_enqueued_with_the_change_that_asks_for_it(
    shared_database: Database,
) -> None:
    async def change_and_fail() -> None:
        async with shared_database.write() as session:
            assert await jobs.defer(session, note, word="lost")
            assert await waiting(session) == ["lost"]
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        await change_and_fail()
    async with shared_database.read() as session:
        assert await waiting(session) == []


async def test_a_second_job_of_the_same_key_is_refused_and_spoils_nothing(
    session: AsyncSession,
) -> None:
    assert await jobs.defer(session, note, key="one", word="first")
    await session.execute(text("INSERT INTO provinces VALUES ('97', 'Giữa chừng')"))
    assert not await jobs.defer(session, note, key="one", word="second")
    assert await jobs.defer(session, note, key="two", word="third")
    assert await jobs.defer(session, note, word="fourth")
    assert await jobs.defer(session, note, word="fifth")
    assert await waiting(session) == ["first", "third", "fourth", "fifth"]
    found = await session.scalar(text("SELECT count(*) FROM provinces WHERE key = '97'"))
    assert found == 1


async def test_a_named_lock_is_held_until_the_transaction_ends(shared_database: Database) -> None:
    ask = text("SELECT pg_try_advisory_xact_lock(:number)")
    number = {"number": lock_number("a name")}
    async with shared_database.write() as other:
        async with shared_database.write() as holder:
            await hold(holder, "a name")
            assert await other.scalar(ask, number) is False
            assert await other.scalar(ask, {"number": lock_number("another name")}) is True
        assert await other.scalar(ask, number) is True
