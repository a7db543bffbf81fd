"""Rows of the log's tree: what waits gets its place, is signed, and a witness signs beside us."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.ext.asyncio import AsyncSession

from app.trustlog import keys, rounds
from app.trustlog.memory import Memory
from app.trustlog.models import LogCosignature


async def fill(session: AsyncSession) -> None:
    """Tiles, a checkpoint, a line of a witness."""
    with TemporaryDirectory() as folder:
        memory = Memory(Path(folder) / "signed")
        assert await rounds.sequence(session, keys.signers(), memory)
        published = await rounds.publish(session, keys.signers(), memory)
    assert published is not None
    session.add(LogCosignature(size=published.size, witness="w", line="— w AAAA"))
    await session.flush()
