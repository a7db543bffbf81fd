"""The ways out of this process, as methods take them."""

from app.channels.fetcher import fetcher, zones
from app.channels.methods.base import Reach


def reach() -> Reach:
    """The guarded fetcher and the guarded reader of zones."""
    return Reach(fetcher(), zones())
