"""The portal as a process of its own, answering over HTTP, for programs that are not ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.core.db import Database, make_engine
from app.trustlog import service as log
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event
from tests import databases
from tests.factories.conduct import make_code
from tests.factories.directory import Crowd
from tests.journeys.site import free_port
from tests.served import web

MEMBERS = 40


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """Its address, with some members behind it, for as long as the block lasts."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    ours = {"PORTAL_BASE_URL": address, "PORTAL_API_A_MINUTE": "1000000"}
    with databases.clone() as name:
        await _fill(name)
        with web(folder, name, port, "/api/v1/members", **ours):
            yield address


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
