"""The portal as a process of its own, answering over HTTP, for programs that are not ours."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from app.core.config import ROOT
from app.core.db import Database, make_engine
from app.demo.children import Child, Family
from app.trustlog import service as log
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event
from tests import databases
from tests.factories.conduct import make_code
from tests.factories.directory import Crowd
from tests.journeys.site import free_port

PATIENCE = 60.0
MEMBERS = 40


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """Its address, with some members behind it, for as long as the block lasts."""
    port = free_port()
    with databases.clone() as name:
        await _fill(name)
        environment = {
            **os.environ,
            "DATABASE_URL": databases.url_of(name),
            "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
            "PORTAL_PORT": str(port),
            "PORTAL_DATA_DIR": str(folder),
            "PORTAL_API_A_MINUTE": "1000000",
        }
        family = Family(ROOT, folder / "logs", environment, os.getpid())
        child = Child("web", ("-m", "app.cli", "web"))
        family.add(child)
        try:
            _wait(f"http://127.0.0.1:{port}/api/v1/members", family, child)
            yield f"http://127.0.0.1:{port}"
        finally:
            family.end()


def _wait(address: str, family: Family, child: Child) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx2.get(address, timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"it does not answer:\n{family.last_words(child, 20)}")


async def _fill(name: str) -> None:
    database = Database(make_engine(databases.url_of(name), pool_size=1))
    try:
        async with database.write() as session:
            crowd = Crowd(MEMBERS, seed=7)
            await crowd.move_in(session)
            first = crowd.members[0]
            await log.append(
                session,
                Event(
                    Kind.MEMBERSHIP_BEGUN, first["account_id"], hidden={"number": first["number"]}
                ),
            )
            await make_code(session)
    finally:
        await database.close()
