"""The index of this process: made at its start, kept up, asked by every page.

What is answered is never older than `max_age` plus `patience`, whatever happens to the database or
to other processes; when it would be, `NotReady` is raised instead (decision 0020).
"""

import asyncio
import time
from collections.abc import Collection, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import Database
from app.core.errors import NotReady
from app.directory.policy import PER_PAGE, Query
from app.directory.search import bases, feed, places
from app.directory.search.base import DamagedError
from app.directory.search.documents import Found, Suggestion, UnknownCursor
from app.directory.search.follower import Follower, OtherLifeError
from app.directory.search.index import Index

SMALL = 20_000  # members whose index is made in memory, within two seconds, without a base
PATIENCE = 1.0  # seconds that a question waits for the database
EVERY = 0.5  # seconds between two looks at the database when nobody asks
RETRY_AFTER = 2  # seconds after which to ask again
AWAY = (SQLAlchemyError, OSError)  # TimeoutError is an OSError

log = structlog.get_logger("directory.search")


class Live:
    """The members as they are now, in an index."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        max_age: float,
        patience: float = PATIENCE,
        small: int = SMALL,
    ) -> None:
        """An index that is not made yet: the first question does it, or `start`.

        Args:
            database: where members are.
            folder: where bases are; it need not exist.
            max_age: seconds for which an answer may be out of date before the database is asked.
            patience: seconds that a question waits for the database.
            small: up to how many members do without a base.
        """
        self._database = database
        self._folder = folder
        self._max_age = max_age
        self._patience = patience
        self._small = small
        self._serving: Follower | None = None
        self._anew = 0  # times that the index was made for another database
        self._fresh_at = -float("inf")  # when the last look began after which all was taken over
        self._work: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    async def found(self, query: Query, after: str = "", size: int = PER_PAGE) -> Found:
        """What `query` finds now; `after` and `size` as `Index.search` has them.

        Raises:
            NotReady: the index is still being made, or the database is silent.
            UnknownCursor: `after` belongs to another question.
        """
        if after:
            try:
                places.parsed(after, query)
            except ValueError as other:
                raise UnknownCursor from other
        return (await self._current()).search(query, after=after, size=size)

    async def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Ways to complete what is being typed.

        Raises: as `found`.
        """
        return (await self._current()).suggest(text)

    async def version(self, serial: int) -> int | None:
        """The version of what the public sees of a member; None when there is no such member.

        Raises: as `found`.
        """
        return (await self._current()).version(serial)

    async def skeletons(self, asked: Collection[str]) -> frozenset[str]:
        """Those of `asked` by which the database may find somebody; of no other it will.

        Raises: as `found`.
        """
        return (await self._current()).skeletons(asked)

    @property
    def life(self) -> str:
        """Of which database the versions are: in another one they stand for other content.

        The same in every process; "" while there is no index.
        """
        return self._serving.state.life if self._serving else ""

    @property
    def era(self) -> tuple[str, int]:
        """Changes with `life`, and when the same database went back in time: for what is kept here.

        Whatever a process keeps by serial and version has this in its key.
        """
        return (self.life, self._anew)

    @property
    def changed(self) -> int:
        """How many members differ from the base under the index; all when there is none."""
        return self._serving.index.changed if self._serving else 0

    async def ready(self) -> bool:
        """Whether a question would be answered now."""
        try:
            await self._current()
        except NotReady:
            return False
        return True

    def start(self) -> None:
        """Make the index, and keep it up from now on, also when nobody asks."""
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Let go of the database; nothing may be asked any more."""
        for task in (self._following, self._work):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        self._serving = None

    async def _current(self) -> Index:
        """The index, in which all stands that was committed `max_age` ago or earlier."""
        wanted = time.monotonic() - self._max_age
        with suppress(*AWAY):
            async with asyncio.timeout(self._patience):
                while self._fresh_at < wanted:  # a look that began earlier may have missed it
                    await asyncio.shield(self._look())
        oldest = time.monotonic() - self._max_age - self._patience
        if self._serving is None or self._serving.heard_at < oldest:
            raise NotReady(RETRY_AFTER)
        return self._serving.index

    def _look(self) -> asyncio.Task[None]:
        """The look at the database that goes on, or a new one: one at a time, for all who wait."""
        if self._work is None or self._work.done():
            self._work = _begun(self._bring_up(self._serving))
        return self._work

    async def _bring_up(self, serving: Follower | None) -> None:
        began = time.monotonic()
        while True:
            serving = serving or await self._made()
            try:
                await serving.catch_up()
                break
            except OtherLifeError:
                log.warning("another database; the index is made anew")
                self._serving = serving = None
                self._anew += 1
        self._serving, self._fresh_at = serving, began

    async def _made(self) -> Follower:
        """An index: from the newest base, or of all members while they are few.

        Raises:
            NotReady: they are many, and nobody has built a base yet.
        """
        async with self._database.read() as session:
            state = await feed.state(session)
            many = await feed.more_than(session, self._small)
        if base := bases.newest(self._folder, state):
            with suppress(DamagedError):
                return await self._opened(base)
        if many:
            raise NotReady(RETRY_AFTER)
        documents = [each async for each in feed.everybody(self._database)]
        return Follower(self._database, await asyncio.to_thread(Index.of, documents), state)

    async def _opened(self, base: bases.Base) -> Follower:
        try:
            index = await asyncio.to_thread(Index.open, base.folder)
        except DamagedError:
            log.exception("a damaged base is set aside", base=base.name)
            bases.set_aside(base)
            raise
        return Follower(self._database, index, base.state, base.name)

    async def _follow(self) -> None:
        told = ""
        while True:
            wrong = ""
            try:
                await asyncio.shield(self._look())
                await self._switch()
            except (*AWAY, NotReady, OtherLifeError, DamagedError) as away:
                wrong = type(away).__name__
            except Exception as bug:
                log.exception("the index is not kept up", exc_info=bug)
            if wrong != told:  # once, not twice a second
                log.warning("the index waits" if wrong else "the index is kept up", kind=wrong)
            told = wrong
            await asyncio.sleep(EVERY)

    async def _switch(self) -> None:
        """Go over to a newer base, once an index on it shows no less than the one that serves."""
        serving = self._serving
        base = bases.newest(self._folder, serving.state) if serving else None
        if serving is None or base is None or base.name == serving.base:
            return
        follower = await self._opened(base)
        await follower.catch_up()
        while self._work is not None and not self._work.done():
            await asyncio.wait([self._work])
        self._work = _begun(self._bring_up(follower))
        await asyncio.shield(self._work)


def _begun(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task whose failure is told to those who wait for it, and to nobody when nobody does."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda over: over.cancelled() or over.exception())
    return task


_live: Live | None = None


def live() -> Live:
    """The index of this process.

    Raises:
        RuntimeError: `use_live` was not called yet.
    """
    if _live is None:
        raise RuntimeError("no index: the process did not call use_live() at its start")
    return _live


def use_live(chosen: Live | None) -> None:
    """Let this process answer from `chosen` (called by main at its start, and by the tests)."""
    global _live  # noqa: PLW0603 - one index a process, set at its start
    _live = chosen
