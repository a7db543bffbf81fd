"""What is told to those who watch the portal: until when it can seal, and that it no longer can."""

from collections.abc import Iterable
from datetime import timedelta

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric

from app.core import clock
from app.core.config import settings

SOON = timedelta(days=30)  # before the end: time enough to be given another certificate

log = structlog.get_logger("seal")


def tell() -> bool:
    """Whether there is a seal that holds today; what is wrong with it, or soon will be, is logged.

    Documents wait while it does not.
    """
    by = settings().seal
    if by is None:
        return False
    if ended := by.ended():
        log.error("nothing can be sealed; documents wait for another certificate", because=ended)
    elif by.until - clock.now() < SOON:
        log.warning("the seal ends soon", until=by.until.isoformat())
    return not ended


async def metrics() -> Iterable[Metric]:
    """Seconds until the seal ends, below zero since it has; nothing without one. No statement."""
    by = settings().seal
    if by is None:
        return ()
    left = (by.until - clock.now()).total_seconds()
    return (GaugeMetricFamily("portal_seal_ends_seconds", "Until a certificate of it ends", left),)
