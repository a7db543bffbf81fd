"""Rules of accounts; pure."""

import re
from datetime import datetime, timedelta

from app.core import clock
from app.core.viewer import Viewer

ATTEMPT_LIFE = timedelta(minutes=10)
RECENT = timedelta(minutes=15)
LONGEST_NAME = 100


def recent(viewer: Viewer, at: datetime | None = None) -> bool:
    """Whether the person signed in within the last 15 minutes: enough for weighty acts."""
    if viewer.signed_in_at is None:
        return False
    return (at or clock.now()) - viewer.signed_in_at <= RECENT


def may_unlink(ways_in: int) -> bool:
    """Whether one of `ways_in` identities may go: somebody must still be able to come in."""
    return ways_in > 1


def may_manage_staff(viewer: Viewer) -> bool:
    """Only administrators, and the command line."""
    return viewer.is_system or viewer.has("administrator")


def landing(viewer: Viewer) -> str:
    """Where somebody goes who signed in without having wanted a certain page."""
    return "/staff" if viewer.is_staff else "/apply"


_BROWSERS = (  # the first that fits: Chrome's name stands in nearly every other's
    ("Zalo", r"\bZalo\b"),
    ("Facebook", r"\bFBA[NV]\b"),
    ("TikTok", r"\b(musical_ly|BytedanceWebview|TikTok)\b"),
    ("Cốc Cốc", r"\bcoc_coc_browser\b"),
    ("Samsung Internet", r"\bSamsungBrowser\b"),
    ("Edge", r"\bEdg(A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"(Chrome|CriOS)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def device(user_agent: str) -> tuple[str, str]:
    """Browser and system as people call them, each "" when it is not known."""
    browser = next((name for name, mark in _BROWSERS if re.search(mark, user_agent)), "")
    system = next((name for name, mark in _SYSTEMS if re.search(mark, user_agent)), "")
    return browser, system
