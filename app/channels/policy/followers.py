"""Counts of followers as people write them, and as of when they may be told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

MOST_FOLLOWERS = 8_000_000_000
OLDEST_COUNT = timedelta(days=365)

PATTERN_DAYS = 180  # how far back a count is held against those before
MOST_OF_PATTERN = 60  # counts
ENOUGH = 4  # counts that make a pattern of a channel's own
SLACK = 1_000  # followers: small channels double overnight
AT_ONCE = 0.2  # of the last count, whatever the days between
A_DAY = 0.03  # more for each day
MOST_FALL = 0.6  # of the last count, however long ago
TIMES_USUAL = 10  # a channel's own median change a day
NOTEWORTHY = 0.05  # of the last count: less is no jump, however even a channel grew

_WRITTEN = re.compile(
    r"(?P<whole>\d{1,3}(?:[., ]\d{3})+|\d+)(?:[.,](?P<part>\d{1,2}))?"
    r" ?(?P<unit>k|n|nghìn|ngàn|m|tr|triệu)?",
    re.IGNORECASE,
)
_UNITS = {"k": 1_000, "n": 1_000, "nghìn": 1_000, "ngàn": 1_000}
_MILLION = 1_000_000


def read_followers(given: str) -> int | None:
    """The count that `given` writes: `12000`, `12.000`, `12,3K`, `1,2 Tr`; None if it is none.

    Platforms show counts in short, so the short forms of Vietnamese and English are read as well.
    """
    found = _WRITTEN.fullmatch(" ".join(given.split()))
    if found is None or (found["part"] and not found["unit"]):
        return None
    if found["unit"] and not found["whole"].isdecimal():
        return None  # 1.234K may mean either
    whole, part = re.sub(r"\D", "", found["whole"]), found["part"] or ""
    unit = _UNITS.get(found["unit"].lower(), _MILLION) if found["unit"] else 1
    return int(whole + part.ljust(2, "0")) * unit // 100


def followers_wrong(followers: int | None, counted_on: date | None, today: date) -> str | None:
    """What is wrong with a count as of a day, in a word: `followers` or `counted_on`; else None.

    Args:
        followers: how many; 0 or more.
        counted_on: the day of the count, in Vietnam.
        today: today's date there.
    """
    if followers is None:
        return None
    if not 0 <= followers <= MOST_FOLLOWERS:
        return "followers"
    if counted_on is not None and not today - OLDEST_COUNT <= counted_on <= today:
        return "counted_on"
    return None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many followed a channel on a day in Vietnam."""

    day: date
    followers: int


def out_of_pattern(history: Sequence[Counted], new: Counted) -> bool:
    """Whether a count jumps so that somebody should look.

    Two rules, ours (issue 5 §3 asks for one and names none). A count that differs from the last
    one by more than a fifth of it, and 3 % more for each day between, and 1,000, jumps; a fall of
    more than 60 % and 1,000 always does. Where four counts or more tell how a channel usually
    moves, so does a change of ten times the median change a day, when it is over 5 % and 1,000.

    Args:
        history: the counts before, oldest first, of any source: what the owner declared and what
            the platform says are held against each other as well.
    """
    if not history:
        return False
    last = history[-1]
    change = abs(new.followers - last.followers)
    if change <= SLACK:
        return False
    days = max(1, abs((new.day - last.day).days))
    allowed = last.followers * (AT_ONCE + A_DAY * days)
    if new.followers < last.followers:
        allowed = min(allowed, last.followers * MOST_FALL)
    if change > allowed + SLACK:
        return True
    if len(history) < ENOUGH or change <= last.followers * NOTEWORTHY:
        return False
    return change / days > TIMES_USUAL * _usual_change(history)


def _usual_change(history: Sequence[Counted]) -> float:
    """The median change a day between one count and the next."""
    return median(
        abs(b.followers - a.followers) / max(1, abs((b.day - a.day).days))
        for a, b in pairwise(history)
    )


def count_of(given: object) -> int | None:
    """A count as platforms write it, in digits or as a number; None for what is none."""
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 20:  # noqa: PLR2004
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_FOLLOWERS:
        return None
    return given
