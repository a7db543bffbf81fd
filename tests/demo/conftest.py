"""A demonstration of few people, filled once for all tests that only look at it."""

from collections.abc import AsyncIterator

import pytest

from app.conduct import code
from app.conduct import service as conduct
from app.core import db, i18n
from app.core.db import Database
from app.core.viewer import Viewer
from app.demo.kols import Kol, invented
from app.demo.seed import seed
from tests import databases


def few(count: int = 30) -> tuple[Kol, ...]:
    """Those who have a button, and enough others for every fate."""
    return invented()[:count]


async def publish(database: Database) -> None:
    """The code of conduct, which people of the demonstration sign."""
    async with database.write() as session:
        await conduct.publish(session, Viewer.system("tests"), code.read_file(code.FIRST))


@pytest.fixture(scope="module")
async def filled() -> AsyncIterator[Database]:
    """A database with the demonstration in it; also this process's, for the module."""
    async with databases.database() as chosen:
        await publish(chosen)
        db.use_database(chosen)
        with i18n.use_locale("en"):
            await seed(lambda _words: None, few())
        yield chosen
        db.use_database(None)
