"""Brings the demonstration's database up to date: shape, vocabularies, code of conduct, people.

A process of its own (`python -m app.demo.fill`), since it needs nearly all of the portal, and the
supervisor that waits for it nearly nothing. Safe to run again, and to be killed half-way.
"""

import asyncio
import sys

from psycopg.errors import InsufficientPrivilege
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.conduct import code
from app.conduct import service as conduct
from app.core import db, migrations, reference_tables
from app.core.config import DATA, settings, told
from app.core.viewer import Viewer
from app.demo.seed import filling


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
        await filling.seed(say)
    finally:
        db.use_database(None)
        await chosen.close()


def main() -> int:
    """Do it all. Returns: the exit status; what went wrong for reasons outside is a sentence."""
    try:
        migrations.upgrade()
        asyncio.run(fill())
    except filling.FilledForAnother as refusal:
        sentence = str(refusal)
    except ValidationError as wrong:
        sentence = told(wrong)
    except OperationalError as away:
        sentence = f"The database cannot be used: {str(away.orig).strip()}"
    except ProgrammingError as lacking:
        if not isinstance(lacking.orig, InsufficientPrivilege):
            raise
        sentence = (
            f"The database's user may not do what is needed: {lacking.orig.diag.message_primary}."
            " Let them own the database (ALTER DATABASE … OWNER TO …) and create the extensions"
            " pg_trgm and unaccent."
        )
    else:
        return 0
    sys.stderr.write(f"\n{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
