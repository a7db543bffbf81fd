"""Rules of accounts; pure."""

from datetime import datetime, timedelta

from app.core import clock
from app.core.viewer import Viewer

ATTEMPT_LIFE = timedelta(minutes=10)
RECENT = timedelta(minutes=15)


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
