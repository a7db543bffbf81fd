"""A log of one's own for each test."""

from collections.abc import AsyncIterator

import pytest

from app.core import db
from app.core.db import Database
from tests import databases


@pytest.fixture
async def log(page_database: tuple[str, Database]) -> AsyncIterator[Database]:
    """An empty log to commit to, as the database of this process."""
    name, chosen = page_database
    db.use_database(chosen)
    try:
        yield chosen
    finally:
        db.use_database(None)
        databases.empty(name)
