"""Two web processes on one database: both tell the truth, whoever of them dies, or the database."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from app.core import clock, embedded_postgres
from app.core.config import ROOT
from app.core.db import Database, make_engine
from app.core.viewer import Viewer
from app.demo.children import Child, Family
from app.directory.search import keeper
from app.members import service
from app.members.models import Standing
from tests.factories.directory import Crowd
from tests.journeys.site import PATIENCE, environment_of, fill, free_port, migrate

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("embedded")]

MEMBERS = 600
SHOWN_WITHIN = 2.0  # seconds (issue 4, section 1)
OPERATOR = Viewer.system("test")


@dataclass
class Web:
    """One web process, and who asks it."""

    name: str
    port: int
    family: Family
    http: httpx2.AsyncClient = field(default_factory=lambda: httpx2.AsyncClient(timeout=20))

    async def total(self, standing: Standing) -> int | None:
        """How many members it says are in this standing; None when it says that it cannot tell."""
        try:
            answer = await self.http.get(
                f"http://localhost:{self.port}/api/v1/members",
                params={"standing": standing.value, "limit": "1", "facets": "true"},
            )
        except httpx2.TransportError:
            return None  # nobody there, or gone while answering
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
            return None
        assert answer.status_code == 200, answer.text
        total: int = answer.json()["total"]
        return total

    async def shows(self, standing: Standing, expected: int, since: float) -> None:
        """Ask until the answer is `expected`; nothing asked two seconds after `since` may differ."""
        end = time.monotonic() + PATIENCE
        while (asked_at := time.monotonic()) < end:
            found = await self.total(standing)
            if found == expected:
                return
            assert found is None or asked_at < since + SHOWN_WITHIN, (self.name, found, expected)
            await asyncio.sleep(0.02)
        raise AssertionError(f"{self.name} stays silent")

    def start(self) -> None:
        family = self.family
        self._child.start(family.environment, family.root, family.logs, family.parent)

    def kill(self) -> None:
        """`kill -9`."""
        process = self._child.process
        assert process is not None
        process.kill()
        process.wait()

    @property
    def _child(self) -> Child:
        return self.family.children[0]


@dataclass
class Pair:
    """Both processes, and the database behind them."""

    folder: Path
    url: str
    database: Database
    one: Web
    two: Web
    crowd: Crowd

    def having(self, standing: Standing) -> int:
        return sum(row["standing"] == standing for row in self.crowd.members)

    async def suspend(self, place: int) -> float:
        """Suspend one of those in good standing. Returns: when that was committed."""
        row = [each for each in self.crowd.members if each["standing"] == Standing.ACTIVE][place]
        until = clock.today() + timedelta(days=30)
        async with self.database.write() as session:
            await service.suspend(session, OPERATOR, row["number"], until, "Vì thế.")
        row["standing"] = Standing.SUSPENDED
        return time.monotonic()

    async def both_show(self, since: float) -> None:
        for web in (self.one, self.two):
            await self.shows(web, since)

    async def shows(self, web: Web, since: float) -> None:
        for standing in (Standing.ACTIVE, Standing.SUSPENDED):
            await web.shows(standing, self.having(standing), since)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        url = await asyncio.to_thread(embedded_postgres.database_url, tmp_path)
        stack.callback(embedded_postgres.remove, tmp_path)
        await asyncio.to_thread(migrate, url)
        database = Database(make_engine(url, pool_size=2))
        stack.push_async_callback(database.close)
        await fill(database)
        crowd = Crowd(MEMBERS)
        async with database.write() as session:
            await crowd.move_in(session)
        ports = {"one": free_port(), "two": free_port(), "web": 8000, "sign-in": 9400}
        environment = environment_of(tmp_path, url, ports, smtp=25)
        environment["PORTAL_API_A_MINUTE"] = "1000000"
        webs = []
        for name in ("one", "two"):
            port = {"PORTAL_PORT": str(ports[name])}
            family = Family(ROOT, tmp_path / "logs", environment | port, os.getpid())
            stack.push_async_callback(asyncio.to_thread, family.end)
            family.add(Child(name, ("-m", "app.cli", "web")))
            webs.append(Web(name, ports[name], family))
            stack.push_async_callback(webs[-1].http.aclose)
        yield Pair(tmp_path, url, database, *webs, crowd)


async def test_both_tell_the_truth_whoever_dies(pair: Pair) -> None:
    one, two = pair.one, pair.two
    await pair.both_show(since=time.monotonic())
    await pair.both_show(await pair.suspend(0))

    two.kill()
    await pair.shows(one, await pair.suspend(1))
    await asyncio.to_thread(keeper.build, pair.url, pair.folder / "search")
    await pair.suspend(2)
    two.start()  # from the base, and from what changed since
    await pair.shows(two, since=0)
    await pair.both_show(await pair.suspend(3))

    await the_database_dies(pair)
    await pair.both_show(await pair.suspend(4))


async def the_database_dies(pair: Pair) -> None:
    """Both say that they cannot tell, and are back by themselves."""
    pid = embedded_postgres.server_pid(pair.folder)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    for web in (pair.one, pair.two):
        while await web.total(Standing.ACTIVE) is not None:
            assert time.monotonic() < killed + PATIENCE, f"{web.name} answers without a database"
            await asyncio.sleep(0.02)
    await asyncio.to_thread(embedded_postgres.start, pair.folder)
    await pair.database.engine.dispose()
