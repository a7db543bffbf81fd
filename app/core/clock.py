"""The one clock. Times are UTC with a zone; a *day* is a day in Vietnam."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Ahead = Callable[[], timedelta]

_ahead: ContextVar[Ahead] = ContextVar("clock_ahead", default=timedelta)  # which gives zero


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC) + _ahead.get()()


def today() -> date:
    """The date in Vietnam."""
    return now().astimezone(VIETNAM).date()


@contextmanager
def ahead(by: Ahead) -> Iterator[None]:
    """Let the code inside live ahead of time, by as much as `by()` says each time it is asked.

    For a test's own processes, whose clock is moved while they run.
    """
    token = _ahead.set(by)
    try:
        yield
    finally:
        _ahead.reset(token)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the code inside believe that it is `moment` and running on.

    For the demonstration, which tells months of history, and for tests.
    """
    offset = moment - datetime.now(UTC)
    with ahead(lambda: offset):
        yield
