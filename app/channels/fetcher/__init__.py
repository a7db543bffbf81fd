"""Reading pages and zones that users name, behind a guard."""

from app.channels.fetcher.errors import FAILURES, FetchFailed, HttpFailed, Unreadable
from app.channels.fetcher.guarded import Fetcher, fetcher, install_fetcher
from app.channels.fetcher.limits import Turns
from app.channels.fetcher.page import Page
from app.channels.fetcher.zones import Zones, install_zones, zones

__all__ = [
    "FAILURES",
    "FetchFailed",
    "Fetcher",
    "HttpFailed",
    "Page",
    "Turns",
    "Unreadable",
    "Zones",
    "fetcher",
    "install_fetcher",
    "install_zones",
    "zones",
]
