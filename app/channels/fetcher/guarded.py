"""The one way to open an address that a user gave.

It resolves a name once, refuses unless every address found is public, and connects to that very
address, so that a second answer of the name server changes nothing. Redirects are followed by
hand, each checked like the first. Time, size, type and ports are limited, and so is how often one
site is asked; there are no cookies and no proxies. See `docs/decisions/0006-guarded-fetcher.md`.

No setting loosens it. A test builds a `Fetcher` of its own and hands it to `install_fetcher`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpcore2
import httpx2

from app.channels.fetcher import addresses
from app.channels.fetcher.backend import GuardedBackend
from app.channels.fetcher.body import charset_of, decoded
from app.channels.fetcher.errors import (
    BadAddress,
    HttpFailed,
    NoConnection,
    TooManyRedirects,
    TooSlow,
    WrongType,
)
from app.channels.fetcher.limits import Turns
from app.channels.fetcher.page import JSON, PAGES, Page
from app.core.config import settings

SECONDS = 5.0  # for everything: name, connection, redirects, body
MOST_BYTES = 1024 * 1024  # of the decoded body
MOST_REDIRECTS = 3
LONGEST_URL = 2000
ACCEPT = "text/html,application/xhtml+xml,text/plain;q=0.9,application/json;q=0.8"
PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Fetcher:
    """Opens addresses that users gave.

    Args:
        allowed: which network addresses may be connected to. Tests pass another, to reach their
            own server; nothing else does.
        resolve: from a name to addresses. Tests pass another, to play a name server.
        tls: whom to believe. Tests pass one that believes their server.
        seconds: how long one fetch may take in all, its waiting in line apart.
        turns: how often one site may be asked.
    """

    def __init__(
        self,
        *,
        allowed: addresses.Allowed = addresses.is_public,
        resolve: addresses.Resolve = addresses.resolve,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        turns: Turns | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._tls = tls or httpx2.create_ssl_context(trust_env=False)
        self._seconds = seconds
        self._turns = turns or Turns()
        chosen = settings()
        self._headers = {
            "User-Agent": f"DigitalTrustAlliance/1.0 (+{chosen.base_url}; {chosen.contact})",
            "Accept-Encoding": "gzip",
            "Accept-Language": "vi,en;q=0.8",
        }

    async def fetch(
        self,
        url: str,
        *,
        types: Collection[str] = PAGES,
        accept: str = ACCEPT,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Read the page at `url`.

        Args:
            types: the media types to read; an answer of any other is refused unread.
            accept: what to say of them, when the site may choose.
            headers: more to send, such as a key of ours; never to another host than that of `url`.

        Raises:
            FetchFailed: it could not be read; the subclass says why.
        """
        async with self._within_limits(url) as clock:
            wanted = _Wanted(frozenset(types), accept, headers or {}, clock)
            return await self._follow(url, wanted)

    async def fetch_json(
        self,
        url: str,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Page, dict[str, Any]]:
        """Ask a public API. Returns: its answer as it came, and the object in it.

        Raises:
            FetchFailed: it could not be read, or is no JSON object.
        """
        page = await self.fetch(url, types=JSON, accept=accept, headers=headers)
        return page, page.json()

    async def redirect_of(self, url: str) -> str | None:
        """Where `url` sends one on to, by one redirect; None when it shows a page itself.

        What it sends on to is not opened.

        Raises:
            FetchFailed: it could not be asked.
        """
        async with self._within_limits(url) as clock:
            target = _checked(url)
            found = await self._get(target, (str(target),), _Wanted(PAGES, ACCEPT, {}, clock))
            return None if isinstance(found, Page) else str(_joined(found, target))

    @asynccontextmanager
    async def _within_limits(self, url: str) -> AsyncIterator[asyncio.Timeout]:
        """The time for one piece of work; what the libraries raise becomes a `FetchFailed`."""
        try:
            async with asyncio.timeout(self._seconds) as clock:
                yield clock
        except (TimeoutError, httpcore2.TimeoutException) as slow:
            raise TooSlow(url) from slow
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as broken:
            raise NoConnection(type(broken).__name__) from broken

    async def _follow(self, url: str, wanted: "_Wanted") -> Page:
        chain: list[str] = []
        target = first = _checked(url)
        while len(chain) <= MOST_REDIRECTS:
            chain.append(str(target))
            found = await self._get(
                target, tuple(chain), wanted if _same_origin(target, first) else wanted.bare()
            )
            if isinstance(found, Page):
                return found
            target = _checked(found, target)
        raise TooManyRedirects(" ".join(chain))

    async def _get(self, url: httpx2.URL, chain: tuple[str, ...], wanted: "_Wanted") -> Page | str:
        """One request on a connection of its own. Returns: the page, or where it sends us on."""
        sent = {**self._headers, "Accept": wanted.accept, **wanted.headers}
        request = httpx2.Request("GET", url, headers=sent)
        backend = GuardedBackend(self._allowed, self._resolve)
        async with (
            self._turns.turn(url.host, wanted.clock),
            httpcore2.AsyncConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream(
                request.method,
                httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write"), self._seconds)},
            ) as answer,
        ):
            headers = httpx2.Headers(answer.headers)
            if answer.status in _REDIRECTS and "location" in headers:
                return headers["location"]
            if not httpx2.codes.is_success(answer.status):
                raise HttpFailed(answer.status)
            return await _read(answer, headers, chain, wanted.types)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one fetch asks for, and the clock that it runs against."""

    types: frozenset[str]
    accept: str
    headers: Mapping[str, str]
    clock: asyncio.Timeout

    def bare(self) -> "_Wanted":
        """The same, for a host that our own headers are none of the business of."""
        return replace(self, headers={})


def _same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    return (one.scheme, one.host) == (other.scheme, other.host)


def _checked(url: str, base: httpx2.URL | None = None) -> httpx2.URL:
    """`url` as one that may be opened.

    Raises:
        BadAddress: scheme, port, user-info or shape forbid it.
    """
    target = _joined(url, base)
    fits = (
        target.scheme in PORTS
        and target.port in (None, PORTS[target.scheme])
        and not target.userinfo
        and target.host
        and len(str(target)) <= LONGEST_URL
    )
    steps_down = base is not None and base.scheme == "https" != target.scheme
    if not fits or steps_down:
        raise BadAddress(url[:100])
    return target.copy_with(fragment=None)


def _joined(url: str, base: httpx2.URL | None) -> httpx2.URL:
    try:
        return base.join(url) if base else httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as broken:
        raise BadAddress(url[:100]) from broken


async def _read(
    answer: httpcore2.Response,
    headers: httpx2.Headers,
    chain: tuple[str, ...],
    types: frozenset[str],
) -> Page:
    """The page, once it says that it is one."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    media_type = kind.strip().lower()
    if media_type not in types:
        raise WrongType(media_type[:100])
    encoding = headers.get("content-encoding", "")
    body = await decoded(answer.aiter_stream(), encoding, MOST_BYTES)
    return Page(
        url=chain[-1],
        chain=chain,
        status=answer.status,
        media_type=media_type,
        body=body,
        text=body.decode(charset_of(parameters), errors="replace"),
    )


_installed: Fetcher | None = None


def install_fetcher(chosen: Fetcher | None) -> None:
    """Let this process fetch through `chosen`; only the tests' own entry points call this."""
    global _installed  # noqa: PLW0603 - one fetcher a process, set at its start
    _installed = chosen


def fetcher() -> Fetcher:
    """The fetcher of this process: the guarded one, unless a test installed its own."""
    global _installed  # noqa: PLW0603 - made when first needed: it reads the certificates
    if _installed is None:
        _installed = Fetcher()
    return _installed
