"""A log of one's own for each test."""

from collections.abc import AsyncIterator

import pytest

from app.core import db
from app.core.db import Database, make_engine
from tests import databases


@pytest.fixture(scope="session")
async def log_database() -> AsyncIterator[tuple[str, Database]]:
    """One database a worker for tests that commit to the log, emptied after each."""
    with databases.clone() as name:
        chosen = Database(make_engine(databases.url_of(name), pool_size=5))
        try:
            yield name, chosen
        finally:
            await chosen.close()


@pytest.fixture
async def log(log_database: tuple[str, Database]) -> AsyncIterator[Database]:
    """An empty log, as the database of this process."""
    name, chosen = log_database
    db.use_database(chosen)
    try:
        yield chosen
    finally:
        db.use_database(None)
        databases.empty(name)
