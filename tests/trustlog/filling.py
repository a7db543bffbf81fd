"""Entries for tests of the log that care for how many there are, and not for what they tell."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import Database
from app.trustlog import service
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event
from tests.trustlog.publishing import publish

MANY = text("""
INSERT INTO log_entries (id, created_at, kind, at, body, leaf_hash)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now(), 'code.published', now(),
       body, sha256('\\x00'::bytea || body)
FROM (SELECT n, convert_to('{"kind":"code.published","n":' || n || '}', 'UTF8') AS body
      FROM generate_series(1, :count) AS n) AS made
""")


async def append(session: AsyncSession, count: int, kind: Kind = Kind.CODE_PUBLISHED) -> None:
    """Write `count` entries that are about nobody, each with something hidden."""
    for number in range(count):
        hidden = {"note": f"hidden-{number}"}
        await service.append(session, Event(kind, facts={"version": f"1.{number}"}, hidden=hidden))


async def published_log(database: Database, size: int) -> tuple[bytes, ...]:
    """A published log of `size` entries, small ones. Returns: their bodies, in order."""
    async with database.write() as session:
        await session.execute(MANY, {"count": size})
    await publish(database)
    async with database.read() as session:
        found = await session.execute(
            text("SELECT body FROM log_entries WHERE index IS NOT NULL ORDER BY index")
        )
        return tuple(bytes(row.body) for row in found)
