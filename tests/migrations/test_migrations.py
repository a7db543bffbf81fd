"""One line of migrations that goes up and down, with rows in, and ends where the models are."""

from collections.abc import AsyncIterator, Iterator

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pytest_alembic.plugin.fixtures import alembic_config, alembic_runner  # noqa: F401
from pytest_alembic.tests import (  # noqa: F401
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)
from sqlalchemy import Connection, Engine, create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.core.config import ROOT
from app.core.db import Database, make_engine
from app.tables import metadata
from tests import databases
from tests.migrations import rows

NOT_FILLED = {"rate_counters", "sessions", "sign_in_attempts", "identity_links"}
APPEND_ONLY = ("audit_events", "standing_changes", "conduct_signatures", "channel_checks")


@pytest.fixture
def alembic_engine() -> Iterator[Engine]:
    """An empty database, for the tests that come with pytest-alembic."""
    with databases.clone(of="template0") as name:
        engine = create_engine(databases.url_of(name))
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
async def filled() -> AsyncIterator[str]:
    """The name of a database with rows in every table that the slices fill."""
    with databases.clone() as name:
        chosen = Database(make_engine(databases.url_of(name)))
        async with chosen.write() as session:
            await rows.fill(session)
        await chosen.close()
        yield name


@pytest.fixture
def connection(filled: str) -> Iterator[Connection]:
    """A way to the filled database, in a transaction that is undone: migrations included."""
    engine = create_engine(databases.url_of(filled))
    with engine.connect() as found, found.begin() as outer:
        yield found
        outer.rollback()
    engine.dispose()


def configuration(connection: Connection) -> Config:
    found = Config(ROOT / "alembic.ini")
    found.attributes["connection"] = connection
    return found


def test_the_rows_leave_no_table_out(connection: Connection) -> None:
    empty = {
        name
        for name, table in metadata.tables.items()
        if not connection.scalar(select(func.count()).select_from(table))
    }
    assert empty == NOT_FILLED


def test_every_step_goes_down_and_up_again_with_rows_in(connection: Connection) -> None:
    config = configuration(connection)
    tables = set(inspect(connection).get_table_names())
    for _step in ScriptDirectory.from_config(config).walk_revisions():
        command.downgrade(config, "-1")
        command.upgrade(config, "+1")
        command.downgrade(config, "-1")
    assert inspect(connection).get_table_names() == ["alembic_version"]
    left = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    ours = f"{left} AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = oid AND deptype = 'e')"
    assert connection.scalar(text(ours)) == 0
    command.upgrade(config, "head")
    assert set(inspect(connection).get_table_names()) == tables


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "change", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]
)
def test_the_database_refuses_to_rewrite_what_is_append_only(
    connection: Connection, table: str, change: str
) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        connection.execute(text(change.format(table)))
