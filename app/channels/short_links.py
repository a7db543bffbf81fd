"""Where a platform's own short link leads, asked of that platform through the guarded fetcher.

Nothing but the `Location` of its answers is read, and no page is opened. The caller holds no
transaction meanwhile.
"""

import asyncio
from urllib.parse import urlsplit

from app.channels.fetcher import FetchFailed, fetcher
from app.channels.policy.links import Link, clean, recognise
from app.channels.policy.platforms import Platform, platforms
from app.channels.policy.reasons import NotRecognised

SECONDS = 3.0  # for all of it
MOST_HOPS = 3


class LeadsAway(Exception):
    """The short link leads to no page of its platform, or nobody said where it leads."""


class NotShort(Exception):
    """It is a channel already: there is nothing to look behind."""


async def opened(given: str) -> Link:
    """The channel behind a short link of one of the platforms.

    Raises:
        NotRecognised: it is no link that we know, or leads to what is no channel; `kind` says why.
        NotShort: it is a channel's own link.
        LeadsAway: it leads to another site, or to nothing.
        FetchFailed, TimeoutError: the platform did not answer.
    """
    address = clean(given)
    async with asyncio.timeout(SECONDS):
        for _hop in range(MOST_HOPS):
            platform, asked = _short(address)
            there = await fetcher().redirect_of(asked)
            if there is None:
                raise LeadsAway
            try:
                return _of(platform, there)
            except NotRecognised as refused:
                if refused.kind != "short_link":
                    raise
            address = there
    raise LeadsAway


def _short(address: str) -> tuple[Platform, str]:
    """The platform whose short link `address` is, and how it is asked for: by https.

    Raises:
        NotRecognised, NotShort: it is none.
    """
    try:
        recognise(address)
    except NotRecognised as refused:
        if refused.kind != "short_link":
            raise
    else:
        raise NotShort
    rest = address.partition("://")[2] or address.removeprefix("//")
    asked = f"https://{rest}"
    host = (urlsplit(asked).hostname or "").removeprefix("www.")
    return next(p for p in platforms().values() if host in p.short_hosts), asked


def _of(platform: Platform, address: str) -> Link:
    """The channel at an address that a short link of `platform` led to.

    Raises:
        NotRecognised: what is there is no channel, or a further short link.
        LeadsAway: it is none of the platform's.
    """
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    if host in platform.short_hosts:
        raise NotRecognised("short_link")
    try:
        link = recognise(address)
    except NotRecognised as refused:
        if refused.kind in ("unknown_host", "short_link"):
            raise LeadsAway from refused
        raise
    if link.platform != platform.key:
        raise LeadsAway
    return link


NO_ANSWER = (FetchFailed, TimeoutError)
