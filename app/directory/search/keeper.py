"""Keeps a base that is new enough, so that every process starts quickly and stays small.

One builder at a time, in a process of its own: it writes beside, and what is complete takes the
place of what was there. A builder that dies at any point leaves the last base as it was.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.directory.search import base as files
from app.directory.search import bases, feed
from app.directory.search.documents import Document
from app.directory.search.live import SMALL

LEAST = 5_000  # changes worth a new base, whatever its size
SHARE = 0.01  # of the members: a process takes over so many in three seconds at its start
OLDEST = timedelta(days=1)


class BusyError(Exception):
    """Another process builds."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is, and whether a new base is due. `base` is None while there is none."""

    base: bases.Base | None
    changed: int  # members, since the base; 0 without one
    many: bool  # so that a process does not make its index in memory

    @property
    def due(self) -> bool:
        """Whether to build."""
        if self.base is None:
            return self.many
        old = clock.now() - self.base.built_at > OLDEST
        return self.changed > max(LEAST, SHARE * self.base.members) or (old and self.changed > 0)


async def situation(session: AsyncSession, folder: Path) -> Situation:
    """What there is now. Three statements."""
    base = bases.newest(folder, await feed.state(session))
    changed = await feed.how_many_changed(session, base.state.moment) if base else 0
    return Situation(base, changed, await feed.more_than(session, SMALL))


def build(url: str, folder: Path) -> bases.Base:
    """Build a base of the database as it is now, and remove all others.

    Args:
        url: the database, as SQLAlchemy knows it.
        folder: where bases are; made when it does not exist.

    Raises:
        BusyError: somebody else is building.
        OSError: no room, or no right to write; the last base is untouched.
        SQLAlchemyError: the database is away; likewise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        engine = create_engine(url, hide_parameters=True)
        try:
            with engine.connect() as connection:
                with connection.begin():
                    state = feed.state_now(connection)
                found = bases.newest(folder, state)
                if found is None or found.name != bases.name_of(state):
                    found = _write(folder, state, feed.everybody_now(connection))
        finally:
            engine.dispose()
        bases.tidy(folder, keep=found)
        return found


def _write(folder: Path, state: feed.State, documents: Iterator[Document]) -> bases.Base:
    half = folder / f"{bases.HALF}{bases.name_of(state)}"
    shutil.rmtree(half, ignore_errors=True)
    try:
        half.mkdir()
        members = files.write(half, documents)
        bases.write_facts(half, state, clock.now(), members)
        return bases.publish(half, state)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel takes it back from whoever dies."""
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise BusyError from busy
        yield
