"""The notice of somebody without a proven channel: how long it runs, and when they are told. Pure.

Source: issue 5 §3.
"""

from datetime import datetime, timedelta
from enum import StrEnum

NOTICE = timedelta(days=30)
REMIND_BEFORE = timedelta(days=7)
MOST_WORDS = 1000


class Letter(StrEnum):
    """What is told of a notice, each once."""

    BEGAN = "began"
    SOON = "soon"
    OVER = "over"


def letter_due(ends_at: datetime, now: datetime) -> Letter | None:
    """Which letter is to be on its way at `now`; None as long as only the first is."""
    if now >= ends_at:
        return Letter.OVER
    return Letter.SOON if now >= ends_at - REMIND_BEFORE else None
