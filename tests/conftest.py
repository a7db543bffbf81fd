"""What every test may ask for: a rolled-back session, or the whole portal on its own database."""

import os
import shutil
import tempfile

os.environ.setdefault("PORTAL_SECRET_KEY", "only-for-tests-0123456789abcdef0123456789")
os.environ["PORTAL_BASE_URL"] = "http://localhost:8000"
os.environ["PORTAL_DATA_DIR"] = tempfile.mkdtemp(prefix="portal-tests-")
os.environ["PORTAL_LOG_FORMAT"] = "text"
os.environ["PORTAL_LOG_KEYS"] = "test:" + "A" * 43 + "="
os.environ["PORTAL_CREDENTIAL_KEYS"] = "test:" + "B" * 42 + "A="
os.environ["PORTAL_PROVIDERS"] = (
    '[{"name": "test", "issuer": "http://localhost:9", "client_id": "portal", "label": "Test"}]'
)

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager

import hypothesis
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core import i18n
from app.core.db import Database, make_engine
from tests import commands, databases
from tests.commands import Commands
from tests.portal import Portal, running

hypothesis.settings.register_profile(  # the same examples each time, however busy the machine
    "portal",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("portal")


def pytest_configure(config: pytest.Config) -> None:
    """See to what must be gone when the run is over."""
    config.add_cleanup(lambda: shutil.rmtree(os.environ["PORTAL_DATA_DIR"], ignore_errors=True))
    if not hasattr(config, "workerinput"):  # workers end before the run does
        kept = ExitStack()
        kept.enter_context(databases.in_use())
        config.add_cleanup(kept.close)


@pytest.fixture(scope="session")
async def shared_database() -> AsyncIterator[Database]:
    """One database a worker, in which nothing is ever committed."""
    async with databases.database() as chosen:
        yield chosen


@pytest.fixture
async def session(shared_database: Database) -> AsyncIterator[AsyncSession]:
    """A session whose work is undone after the test."""
    async with databases.rolled_back(shared_database) as found:
        yield found


@pytest.fixture(scope="session")
async def page_database() -> AsyncIterator[tuple[str, Database]]:
    """One database a worker for tests of pages, emptied after each; its name and the way to it."""
    with databases.clone() as name:
        chosen = Database(make_engine(databases.url_of(name), pool_size=5))
        try:
            yield name, chosen
        finally:
            await chosen.close()


@pytest.fixture
async def portal(page_database: tuple[str, Database]) -> AsyncIterator[Portal]:
    """The running application on a database of its own, with one browser."""
    name, chosen = page_database
    try:
        async with running(chosen, databases.url_of(name)) as found:
            yield found
    finally:
        databases.empty(name)


@pytest.fixture(scope="session")
def portal_command() -> Iterator[Commands]:
    """`portal …`, each time in a process of its own."""
    with commands.running() as found:
        yield found


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages in the language of the source, unless a test chooses another."""
    with i18n.use_locale("en"):
        yield


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The SQL statements sent inside the block, savepoints and transactions aside."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET TRANSACTION")):
            seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
