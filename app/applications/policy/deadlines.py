"""When things fall due: promises in working days, drafts and questions that run out."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

import holidays

from app.applications.models import Status
from app.core.clock import VIETNAM

PROMISE_DAYS = 10  # working days from a submission to an answer (issue: "Review")
CLOSING = time(17, 0)
LIVES: Mapping[Status, timedelta] = MappingProxyType(
    {Status.DRAFT: timedelta(days=60), Status.INFO_REQUESTED: timedelta(days=30)}
)
REMINDERS: Mapping[Status, tuple[int, ...]] = MappingProxyType(
    {Status.DRAFT: (14, 3), Status.INFO_REQUESTED: (10, 3)}
)
"""Days before the end, furthest first."""


@lru_cache
def closed_days(year: int) -> frozenset[date]:
    """The public holidays of Vietnam in `year`, days off in lieu included.

    Source: Labour Code 45/2019/QH14, art. 112; the dates of Tết and the yearly exchange of days
    are kept by the library `holidays`.
    """
    return frozenset(holidays.country_holidays("VN", years=year))


def is_working_day(day: date, closed: Collection[date] | None = None) -> bool:
    """Whether offices in Vietnam work on `day`; `closed` replaces the public holidays."""
    off = closed_days(day.year) if closed is None else closed
    return day.weekday() < 5 and day not in off  # noqa: PLR2004 - Monday to Friday


def due_at(sent: datetime, days: int, closed: Collection[date] | None = None) -> datetime:
    """When a promise made at `sent` falls due: the end of the last working day.

    Args:
        sent: when it was submitted, with a zone; that day itself is not counted.
        days: working days promised, 1 or more.
        closed: public holidays as dates in Vietnam; those of the law when left out.

    Returns: 17:00 in Vietnam on that day, in UTC.

    Raises:
        ValueError: `days` is under 1, or `sent` has no zone.

    Source: issue 3, "Review"; Labour Code 45/2019/QH14, art. 112 (holidays).
    """
    if days < 1 or sent.tzinfo is None:
        raise ValueError("a promise is at least a day, counted from a moment with a zone")
    day = sent.astimezone(VIETNAM).date()
    left = days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, closed)
    return datetime.combine(day, CLOSING, VIETNAM).astimezone(UTC)


def working_days_between(first: date, last: date, closed: Collection[date] | None = None) -> int:
    """How many working days lie after `first`, up to and with `last`; negative when it is past."""
    if last < first:
        return -working_days_between(last, first, closed)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_working_day(day, closed) for day in days)


def expires_at(status: Status, since: datetime) -> datetime | None:
    """When an application that is `status` since `since` runs out; None when it does not."""
    life = LIVES.get(status)
    return since + life if life else None


def reminder_due(status: Status, since: datetime, now: datetime) -> int | None:
    """Which reminder, in days before the end, is the one to send at `now`; None when none is.

    The nearest one only: a clock that stood still does not send several letters at once.
    """
    end = expires_at(status, since)
    if end is None or now >= end:
        return None
    return min((d for d in REMINDERS[status] if now >= end - timedelta(days=d)), default=None)
