from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import db, liveness
from app.core.db import Database
from app.core.errors import Conflict
from app.core.reference_tables import ProvinceRow
from tests import databases


async def test_the_database_itself_refuses_a_write_while_reading(
    shared_database: Database,
) -> None:
    async with shared_database.read() as session:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(text("INSERT INTO provinces VALUES ('99', 'Nơi nào đó')"))


async def test_leaving_by_an_exception_undoes_the_work(shared_database: Database) -> None:
    async def change_ones_mind() -> None:
        async with shared_database.write() as session:
            session.add(ProvinceRow(key="99", name_vi="Nơi nào đó"))
            await session.flush()
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_ones_mind()
    async with shared_database.read() as session:
        assert await session.get(ProvinceRow, "99") is None


async def test_a_broken_constraint_is_a_conflict_that_spoils_nothing_else(
    session: AsyncSession,
) -> None:
    session.add(ProvinceRow(key="98", name_vi="Giữ lại"))
    await session.flush()
    with pytest.raises(Conflict, match="taken"):
        async with db.or_conflict(session, "taken"):
            await session.execute(text("INSERT INTO provinces VALUES ('98', 'Lần nữa')"))
    assert (await session.get_one(ProvinceRow, "98")).name_vi == "Giữ lại"


async def test_connections_give_up_instead_of_waiting_for_ever(session: AsyncSession) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    found = [await session.scalar(text(f"SHOW {name}")) for name in names]
    assert found == ["15s", "5s", "1min", "UTC"]


def test_a_process_that_chose_no_database_is_told_so() -> None:
    db.use_database(None)
    with pytest.raises(RuntimeError, match="use_database"):
        db.database()


async def test_reading_takes_a_connection_with_the_first_question(
    shared_database: Database,
) -> None:
    pool = shared_database.engine.pool
    async with shared_database.read() as session:
        assert pool.checkedout() == 0
        assert await session.scalar(text("SHOW transaction_read_only")) == "on"
        assert pool.checkedout() == 1
    assert pool.checkedout() == 0


async def test_a_connection_that_has_read_may_write_afterwards(
    shared_database: Database,
) -> None:
    async with shared_database.read() as session:
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
    async with shared_database.write() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) == pid
        assert await session.scalar(text("SHOW transaction_read_only")) == "off"


async def test_a_writer_may_read_and_a_reader_begins_no_transaction(
    shared_database: Database,
) -> None:
    in_one = text("SELECT pg_current_xact_id_if_assigned() IS NULL, now() = statement_timestamp()")
    async with shared_database.read() as session:
        await session.execute(text("SELECT 1"))
        assert (await session.execute(in_one)).one() == (True, True)
    async with shared_database.write() as session:
        await session.execute(text("SELECT 1"))
        assert (await session.execute(in_one)).one() == (True, False)


async def _ended(of: Database, by: Database) -> int:
    """End the one session that `of` has kept; its number."""
    async with of.read() as session:
        pid: int = await session.scalar(text("SELECT pg_backend_pid()"))
    async with by.read() as session:
        assert await session.scalar(text(f"SELECT pg_terminate_backend({pid}, 10000)"))
    return pid


@pytest.mark.parametrize("quiet", [0.0, 1e9])
async def test_a_session_that_the_server_ended_is_replaced_before_it_is_asked(
    shared_database: Database, monkeypatch: pytest.MonkeyPatch, quiet: float
) -> None:
    monkeypatch.setattr(liveness, "QUIET", quiet)
    async with databases.database(pool_size=1) as chosen:
        ended = await _ended(chosen, shared_database)
        for way in (chosen.read, chosen.write):
            async with way() as session:
                assert await session.scalar(text("SELECT pg_backend_pid()")) != ended


async def test_a_connection_that_was_quiet_for_long_is_asked_whether_it_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with databases.database(pool_size=1) as chosen:
        for quiet, asked in ((1e9, []), (0.0, [True])):
            monkeypatch.setattr(liveness, "QUIET", quiet)
            async with chosen.read() as session:
                await session.scalar(text("SELECT 1"))
            found: list[bool] = []
            with monkeypatch.context() as patched:
                ask = chosen.engine.dialect.do_ping

                def noted(connection: Any, ask: Any = ask, found: list[bool] = found) -> bool:
                    found.append(ask(connection))
                    return found[-1]

                patched.setattr(chosen.engine.dialect, "do_ping", noted)
                async with chosen.read() as session:
                    await session.scalar(text("SELECT 1"))
            assert found == asked
