"""What the page of the log says of how the log is."""

from datetime import datetime, timedelta
from enum import StrEnum

PATIENCE = timedelta(minutes=10)  # for an entry to be published; usually it takes a second


class Health(StrEnum):
    """How the log is."""

    OFF = "off"  # no key is configured: nothing is signed
    REFUSING = "refusing"  # the portal will not sign, since that could contradict what it signed
    SILENT = "silent"  # entries wait for far too long
    EMPTY = "empty"  # nothing to publish yet
    WELL = "well"


def of(
    *, has_keys: bool, refuses: bool, size: int, waiting_since: datetime | None, now: datetime
) -> Health:
    """How the log is at `now`.

    Args:
        size: entries in the newest signed tree, 0 when there is none.
        waiting_since: when the oldest entry was written that is not published yet.
    """
    if not has_keys:
        return Health.OFF
    if refuses:
        return Health.REFUSING
    if waiting_since is not None and now - waiting_since > PATIENCE:
        return Health.SILENT
    return Health.WELL if size else Health.EMPTY
