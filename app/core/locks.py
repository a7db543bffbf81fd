"""Advisory locks of the database, named by words, held until the transaction ends."""

from hashlib import blake2b

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


def lock_number(name: str) -> int:
    """The 64-bit number under which PostgreSQL knows `name`."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


async def hold(session: AsyncSession, name: str) -> None:
    """Wait for the lock `name` and keep it until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(lock_number(name))))
