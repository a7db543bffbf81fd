"""The database: engine, base classes, transactions. PostgreSQL only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Enum, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import clock, liveness
from app.core.crypto import uuid7
from app.core.errors import Conflict

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the portal; names of constraints are settled here."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[str]: JSONB,
    }


class Record(Base):
    """A row with an id of its own that sorts by age."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def text_enum(kind: type[StrEnum], name: str) -> Enum:
    """Text with a CHECK that it is one of `kind`; `name` becomes the constraint's.

    Text, not a PostgreSQL enum: a value is added by a migration that takes no lock for long.
    """
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda e: [member.value for member in e],
        validate_strings=True,
    )


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine that notices a dead connection before it is used.

    Its connections refuse to write outside a transaction that was begun for writing, as each is
    that is begun by this engine.

    Args:
        url: `postgresql+psycopg://…`.
        pool_size: connections kept open; as many again may be opened under load.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        hide_parameters=True,  # an error's words end up in logs; what people typed must not
        connect_args={
            "options": "-c timezone=UTC -c statement_timeout=15000 -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=60000 -c default_transaction_read_only=on",
            "connect_timeout": 5,
        },
        execution_options={"postgresql_readonly": False},  # said with BEGIN
    )
    liveness.watch(engine)
    return engine


@asynccontextmanager
async def or_conflict(session: AsyncSession, message: object) -> AsyncIterator[None]:
    """Let a broken constraint inside the block become a `Conflict` that says `message`.

    The block runs in a savepoint, so the caller's other work survives the refusal.
    """
    try:
        async with session.begin_nested():
            yield
            await session.flush()
    except IntegrityError as broken:
        raise Conflict(message) from broken


class Database:
    """The engine of this process and its two kinds of session."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = async_sessionmaker(reading, expire_on_commit=False)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A connection to read from; the database itself refuses a stray write.

        Each question sees what is committed when it is asked, as in a transaction of PostgreSQL's
        usual kind, without the two round trips that such a one costs. A connection is taken with
        the first question: who asks nothing needs no database.
        """
        async with self._readers() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


_database: Database | None = None


def database() -> Database:
    """The database of this process.

    Raises:
        RuntimeError: `use_database` was not called yet.
    """
    if _database is None:
        raise RuntimeError("no database: the process did not call use_database() at its start")
    return _database


def use_database(chosen: Database | None) -> None:
    """Let this process work on `chosen` (called once by main, worker, cli and the tests)."""
    global _database  # noqa: PLW0603 - one database a process, set at its start
    _database = chosen


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One write transaction for a job or a command."""
    async with database().write() as session:
        yield session
