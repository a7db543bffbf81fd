"""Waiting for what other tests on the same server have under way."""

import asyncio
import time

from sqlalchemy import text

from tests.portal import Portal

PATIENCE = 60.0


async def settled(portal: Portal) -> None:
    """Wait until no transaction runs that began before now, in whichever database of the server.

    Until then `/changes` holds back what was committed meanwhile, as it must.
    """
    until = await _number(portal, "pg_snapshot_xmax(pg_current_snapshot())")
    end = time.monotonic() + PATIENCE
    while await _number(portal, "pg_snapshot_xmin(pg_current_snapshot())") < until:
        assert time.monotonic() < end, "a transaction runs on and on"
        await asyncio.sleep(0.02)


async def _number(portal: Portal, of: str) -> int:
    async with portal.database.read() as session:
        return int(await session.scalar(text(f"SELECT {of}::text")) or 0)
