"""The one clock. Times are UTC with a zone; a *day* is a day in Vietnam."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC) + _offset.get()


def today() -> date:
    """The date in Vietnam."""
    return now().astimezone(VIETNAM).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the code inside believe that it is `moment` and running on.

    For the demonstration, which tells months of history, and for tests.
    """
    token = _offset.set(moment - datetime.now(UTC))
    try:
        yield
    finally:
        _offset.reset(token)
