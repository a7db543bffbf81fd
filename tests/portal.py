"""The portal as tests of pages use it: the whole application on a database of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from typing import Any
from unittest.mock import patch
from uuid import UUID

import httpx2
from fastapi import FastAPI
from procrastinate.periodic import PeriodicRegistry
from sqlalchemy.ext.asyncio import AsyncSession

from app import worker  # noqa: F401 - registers the tasks
from app.core import clock, db, jobs
from app.core.config import settings
from app.core.crypto import digest, token
from app.directory.search.live import Live, use_live
from app.main import make_app
from app.web import ratelimit
from app.web.models import WebSession
from app.web.sessions import cookie_name

HEADERS = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
Fields = Mapping[str, str | Sequence[str]]


@lru_cache
def application() -> FastAPI:
    """The application, made once; which database it works on is settled by `db.use_database`."""
    return make_app()


class Browser:
    """One browser: cookies of its own, no redirects followed, requests as from our own pages."""

    def __init__(self, portal: "Portal") -> None:
        self._portal = portal
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=application(), raise_app_exceptions=False),
            base_url="http://localhost:8000",
            headers=HEADERS,
        )

    async def get(self, path: str, **given: Any) -> httpx2.Response:
        """Open `path`."""
        return await self.http.get(path, **given)

    async def post(self, path: str, data: Fields | None = None, **given: Any) -> httpx2.Response:
        """Send a form to `path`."""
        return await self.http.post(path, data=dict(data or {}), **given)

    async def sign_in(self, account_id: UUID) -> None:
        """Let this browser be signed in to the account, as of now."""
        value, at = token(32), clock.now()
        async with self._portal.transaction() as session:
            session.add(
                WebSession(
                    token_hash=digest(value),
                    account_id=account_id,
                    provider="test",
                    issuer="https://issuer.example",
                    signed_in_at=at,
                    last_seen_at=at,
                    address="127.0.0.1",
                    user_agent="test",
                )
            )
        self.sign_out()
        self.http.cookies.set(cookie_name(), value, domain="localhost.local")

    def sign_out(self) -> None:
        """Let this browser forget who it was."""
        self.http.cookies.clear()


class Portal(Browser):
    """The application and its first browser."""

    def __init__(self, database: db.Database, url: str) -> None:
        self.database = database
        self.url = url
        self._others: list[Browser] = []
        super().__init__(self)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction beside the application's own: to arrange and to look."""
        return self.database.write()

    def client(self) -> Browser:
        """A further browser."""
        self._others.append(Browser(self))
        return self._others[-1]

    async def work(self, queues: Sequence[str] | None = None) -> None:
        """Do the jobs that wait, those of the clock aside, until none is due."""
        with (
            patch.object(jobs.queue, "periodic_registry", PeriodicRegistry()),
            jobs.queue.replace_connector(jobs.connector(self.url)),
        ):
            async with jobs.queue.open_async():
                await jobs.queue.run_worker_async(
                    queues=queues,
                    wait=False,
                    install_signal_handlers=False,
                    listen_notify=False,
                    delete_jobs="successful",
                )

    async def close(self) -> None:
        """Close all browsers."""
        for browser in (self, *self._others):
            await browser.http.aclose()


@asynccontextmanager
async def running(database: db.Database, url: str) -> AsyncIterator[Portal]:
    """The application on `database`, as this process's own, which nobody has asked for anything."""
    ratelimit.forget_shares()
    db.use_database(database)
    index = Live(database, settings().search_folder, max_age=0, patience=30)
    use_live(index)
    portal = Portal(database, url)
    try:
        yield portal
    finally:
        await portal.close()
        use_live(None)
        await index.stop()
        db.use_database(None)
