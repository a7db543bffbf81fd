"""Brings the demonstration's database up to date: shape, vocabularies, code of conduct, people.

A process of its own (`python -m app.demo.fill`), since it needs nearly all of the portal, and the
supervisor that waits for it nearly nothing. Safe to run again, and to be killed half-way.
"""

import asyncio
import sys

from app.conduct import code
from app.conduct import service as conduct
from app.core import db, migrations, reference_tables
from app.core.config import DATA, settings
from app.core.viewer import Viewer
from app.demo import seed


def say(words: str) -> None:
    """Show progress."""
    sys.stdout.write(f"• {words}\n")
    sys.stdout.flush()


async def fill() -> None:
    """Give the database its contents."""
    chosen = db.Database(db.make_engine(settings().database_url, pool_size=4))
    db.use_database(chosen)
    try:
        async with db.transaction() as session:
            await reference_tables.load(session)
            for path in sorted(DATA.glob("conduct-[0-9]*.yaml")):
                await conduct.publish(session, Viewer.system("demo"), code.read_file(path))
        await seed.seed(say)
    finally:
        db.use_database(None)
        await chosen.close()


if __name__ == "__main__":
    migrations.upgrade()
    asyncio.run(fill())
