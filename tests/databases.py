"""Databases for tests: a template built once for the code as it is, cloned wherever one is needed."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import lru_cache

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import embedded_postgres, reference_tables
from app.core.config import DATA, ROOT
from app.core.crypto import digest, token
from app.core.db import Database, make_engine
from app.core.locks import lock_number

PATIENCE = 60.0  # seconds
EMBEDDED = ROOT / ".data" / "tests"
KEPT = frozenset({"alembic_version", "provinces", "topics", "platforms"})
SHAPE = ("app/**/models.py", "app/core/reference_tables.py", "migrations/**/*.py")


def server() -> URL:
    """The server to test on: `DATABASE_URL`, else the embedded one, kept for the next run."""
    given = os.environ.get("DATABASE_URL") or embedded_postgres.database_url(EMBEDDED)
    return make_url(given).set(drivername="postgresql")


@contextmanager
def in_use() -> Iterator[None]:
    """Keep the embedded server for this process and its workers; the last to leave stops it.

    Its users hold a shared lock. The kernel takes it back from those who die, so that the next
    run's end stops what they left.
    """
    if os.environ.get("DATABASE_URL"):
        yield
        return
    EMBEDDED.mkdir(parents=True, exist_ok=True)
    with (EMBEDDED / "in-use").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with suppress(BlockingIOError):  # somebody else is still at work
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                embedded_postgres.stop(EMBEDDED)


@lru_cache
def _server() -> URL:
    return server()


def url_of(name: str) -> str:
    """SQLAlchemy's address of the database `name` on the server."""
    return (
        _server()
        .set(drivername="postgresql+psycopg", database=name)
        .render_as_string(hide_password=False)
    )


@contextmanager
def _administering() -> Iterator[psycopg.Connection]:
    plain = _server().set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection


def shape() -> str:
    files = sorted({path for pattern in SHAPE for path in ROOT.glob(pattern)} | set(DATA.iterdir()))
    return digest("".join(digest(path.read_bytes()) + str(path) for path in files))[:16]


@lru_cache
def template() -> str:
    """The name of the template for the code as it is; built when nobody did yet."""
    name = f"portal_template_{shape()}"
    with _administering() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [lock_number("test template")])
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        half = f"{name}_half"
        admin.execute(f'DROP DATABASE IF EXISTS "{half}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{half}" TEMPLATE template0')
        build(url_of(half))
        admin.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    return name


def build(url: str) -> None:
    """Give the database at SQLAlchemy's `url` its shape and the reference data."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(ROOT / "alembic.ini")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with engine.begin() as connection:
        for statement in reference_tables.statements():
            connection.execute(statement)
    engine.dispose()


@contextmanager
def clone(of: str = "") -> Iterator[str]:
    """A database of one's own, as the migrations and the reference data leave it; its name.

    Args:
        of: another template than the one for the code as it is.
    """
    name = f"portal_test_{os.getpid()}_{token(6).lower().replace('-', '_')}"
    with _administering() as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of or template()}"')
    try:
        yield name
    finally:
        with _administering() as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def empty(name: str) -> None:
    """Take all rows out of the database `name`, those of the vocabularies aside.

    Cheaper by far than another clone. Triggers sleep meanwhile: append-only tables are emptied too.
    """
    plain = _server().set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'",
            [name],
        )
        connection.execute(_emptying(connection))


@lru_cache
def _emptying_of(tables: tuple[str, ...], sequences: tuple[str, ...]) -> str:
    return "; ".join(
        (
            "SET session_replication_role = replica",
            *(f"DELETE FROM {table}" for table in tables),  # noqa: S608 - names from the catalogue
            *(f"ALTER SEQUENCE {sequence} RESTART" for sequence in sequences),
        )
    )


def _emptying(connection: psycopg.Connection) -> bytes:
    found = connection.execute(
        "SELECT oid::regclass::text, relkind FROM pg_class"
        " WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace ORDER BY 1"
    ).fetchall()
    tables = tuple(name for name, kind in found if kind == "r" and name not in KEPT)
    return _emptying_of(tables, tuple(name for name, kind in found if kind == "S")).encode()


@asynccontextmanager
async def database(pool_size: int = 5) -> AsyncIterator[Database]:
    """A clone with an engine on it, both gone at the end."""
    with clone() as name:
        chosen = Database(make_engine(url_of(name), pool_size=pool_size))
        try:
            yield chosen
        finally:
            await chosen.close()


async def settled(chosen: Database) -> None:
    """Wait until no transaction runs that began before now, in whichever database of the server.

    Until then `members.queries.changes` holds back what was committed meanwhile, as it must.
    """
    until = await _number(chosen, "pg_snapshot_xmax(pg_current_snapshot())")
    end = time.monotonic() + PATIENCE
    while await _number(chosen, "pg_snapshot_xmin(pg_current_snapshot())") < until:
        assert time.monotonic() < end, "a transaction runs on and on"
        await asyncio.sleep(0.02)


async def _number(chosen: Database, of: str) -> int:
    async with chosen.read() as session:
        return int(await session.scalar(text(f"SELECT {of}::text")) or 0)


@asynccontextmanager
async def rolled_back(chosen: Database) -> AsyncIterator[AsyncSession]:
    """A session whose work, commits included, is undone at the end."""
    async with chosen.engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        await outer.rollback()
