"""Counts of followers as people write them, and as of when they may be told."""

import re
from datetime import date, timedelta

MOST_FOLLOWERS = 8_000_000_000
OLDEST_COUNT = timedelta(days=365)

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
