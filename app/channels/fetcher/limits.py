"""Turns at a site: how many of us may knock at once, and how soon again.

Kept in this process: a worker more is a worker's politeness more, which a site can bear.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.channels.fetcher.errors import Busy
from app.channels.fetcher.suffixes import owned

AT_ONCE = 2  # requests to one site
DISTANCE = 0.25  # seconds from the start of one request to that of the next
PATIENCE = 20.0  # seconds that a fetch waits for its turn
MOST_IDLE = 1000  # sites remembered although nobody waits for them


@dataclass(slots=True)
class _Line:
    free: asyncio.Semaphore
    next_start: float = 0.0
    waiting: int = 0


class Turns:
    """Who may open a site, and when.

    Hosts under one registrable domain are one site (`a.ten.vn`, `b.ten.vn`), so that a name server
    that answers to any name gains nothing; customers of a shared host (`ten.github.io`) are one
    each, so that none of them can hold up the others.

    Args:
        pause: how to let time pass, `now` what time it is; tests pass their own.
    """

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        distance: float = DISTANCE,
        patience: float = PATIENCE,
        now: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._at_once = at_once
        self._distance = distance
        self._patience = patience
        self._now = now
        self._pause = pause
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, host: str, clock: asyncio.Timeout | None = None) -> AsyncIterator[None]:
        """One request to `host`, once it is its turn.

        Args:
            clock: the time limit of the whole work. It stands still as long as one waits here: a
                site must not look slow because many ask for it.

        Raises:
            Busy: its turn did not come within `patience`.
        """
        left = _stop(clock)
        line = self._line(owned(host) or host)
        line.waiting += 1
        try:
            await self._slot(line, host)
            try:
                await self._distant(line)
                _go_on(clock, left)
                yield
            finally:
                line.free.release()
        finally:
            line.waiting -= 1

    def _line(self, site: str) -> _Line:
        if len(self._lines) > MOST_IDLE and site not in self._lines:
            now = self._now()
            self._lines = {
                name: line
                for name, line in self._lines.items()
                if line.waiting or line.next_start > now
            }
        return self._lines.setdefault(site, _Line(asyncio.Semaphore(self._at_once)))

    async def _slot(self, line: _Line, host: str) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await line.free.acquire()
        except TimeoutError as late:
            raise Busy(host) from late

    async def _distant(self, line: _Line) -> None:
        now = self._now()
        start = max(now, line.next_start)
        line.next_start = start + self._distance
        if start > now:
            await self._pause(start - now)


def _stop(clock: asyncio.Timeout | None) -> float | None:
    """Let `clock` stand still. Returns: the seconds it had left."""
    if clock is None:
        return None
    when = clock.when()
    clock.reschedule(None)
    return None if when is None else when - asyncio.get_running_loop().time()


def _go_on(clock: asyncio.Timeout | None, left: float | None) -> None:
    if clock is not None and left is not None:
        clock.reschedule(asyncio.get_running_loop().time() + left)
