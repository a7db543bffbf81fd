"""An index that follows the database: it takes over whatever changed since it looked last."""

import asyncio
import time
from collections.abc import Iterator, Sequence

from app.core.db import Database
from app.directory.search import feed
from app.directory.search.index import Index

READ = 500  # documents read in one statement
APPLY = 20  # members taken over before others may use the event loop: about two milliseconds


class OtherLifeError(Exception):
    """The database is another one than the index was made from, or went back in time."""


class Follower:
    """An index with the state of the database that it shows. One task at a time brings it up.

    `base` is the name of the base under it; "" when it was made without one.
    """

    def __init__(self, database: Database, index: Index, state: feed.State, base: str = "") -> None:
        self.index = index
        self.state = state
        self.base = base
        self.heard_at = time.monotonic()  # when the database answered last
        self._database = database

    async def catch_up(self) -> None:
        """Take over every change that is committed by now; the index may be asked meanwhile.

        A member is taken over as a whole. When it fails half-way, what was taken over stays, and
        the next time asks for all of it again.

        Raises:
            OtherLifeError: no change since can lead from the index to this database.
            SQLAlchemyError, OSError: the database is away.
        """
        async with self._database.read() as session:
            told = await feed.changes(session, self.state.moment)
        self.heard_at = time.monotonic()
        if not told.state.continues(self.state.life, self.state.moment):
            raise OtherLifeError
        known = self.index.version
        stale = [serial for serial, version in told.versions.items() if known(serial) != version]
        for serials in _parts(stale, READ):
            await self._take_over(serials)
        self.state = told.state

    async def _take_over(self, serials: Sequence[int]) -> None:
        async with self._database.read() as session:
            found = {each.serial: each for each in await feed.documents(session, serials)}
        self.heard_at = time.monotonic()
        for some in _parts(serials, APPLY):
            for serial in some:
                if serial in found:
                    self.index.put(found[serial])
                else:
                    self.index.drop(serial)
            await asyncio.sleep(0)


def _parts(serials: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (serials[start : start + size] for start in range(0, len(serials), size))
