"""What tests of the search that follows the database start from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.core.db import Database
from app.directory.search.live import Live
from tests import databases
from tests.directory.following import index_on


@pytest.fixture
async def database(page_database: tuple[str, Database]) -> AsyncIterator[Database]:
    """A database in which things are committed, emptied afterwards."""
    name, found = page_database
    yield found
    databases.empty(name)


@pytest.fixture
async def index(database: Database, tmp_path: Path) -> AsyncIterator[Live]:
    """An index that asks the database before each answer."""
    async with index_on(database, tmp_path) as found:
        yield found
