"""Reading pages and zones that users name, behind a guard."""

from app.channels.fetcher.errors import FAILURES, FetchFailed, HttpFailed
from app.channels.fetcher.guarded import Fetcher, Page, fetcher, install_fetcher
from app.channels.fetcher.zones import Zones, install_zones, zones

__all__ = [
    "FAILURES",
    "FetchFailed",
    "Fetcher",
    "HttpFailed",
    "Page",
    "Zones",
    "fetcher",
    "install_fetcher",
    "install_zones",
    "zones",
]
