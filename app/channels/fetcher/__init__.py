"""Reading pages at addresses that users gave, behind a guard."""

from app.channels.fetcher.errors import FAILURES, FetchFailed
from app.channels.fetcher.guarded import Fetcher, Page, fetcher, install_fetcher

__all__ = ["FAILURES", "FetchFailed", "Fetcher", "Page", "fetcher", "install_fetcher"]
