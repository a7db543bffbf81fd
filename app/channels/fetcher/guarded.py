"""The one way to open an address that a user gave.

It resolves a name once, refuses unless every address found is public, and connects to that very
address, so that a second answer of the name server changes nothing. Redirects are followed by
hand, each checked like the first. Time, size, type and ports are limited; there are no cookies,
no proxies and no credentials. See `docs/decisions/0006-guarded-fetcher.md`.

No setting loosens it. A test builds a `Fetcher` of its own and hands it to `install_fetcher`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

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
from app.core.config import settings
from app.core.crypto import digest

SECONDS = 5.0  # for everything: name, connection, redirects, body
MOST_BYTES = 1024 * 1024  # of the decoded body
MOST_REDIRECTS = 3
LONGEST_URL = 2000
MEDIA_TYPES = frozenset({"text/html", "text/plain", "application/xhtml+xml", "application/json"})
PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Page:
    """What was read. `chain` are all addresses gone through; its last is `url`."""

    url: str
    chain: tuple[str, ...]
    status: int
    media_type: str
    body: bytes
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the decoded body, in lower-case hexadecimal."""
        return digest(self.body)


class Fetcher:
    """Opens addresses that users gave.

    Args:
        allowed: which network addresses may be connected to. Tests pass another, to reach their
            own server; nothing else does.
        resolve: from a name to addresses. Tests pass another, to play a name server.
        tls: whom to believe. Tests pass one that believes their server.
        seconds: how long one fetch may take in all.
    """

    def __init__(
        self,
        *,
        allowed: addresses.Allowed = addresses.is_public,
        resolve: addresses.Resolve = addresses.resolve,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._tls = tls or httpx2.create_ssl_context(trust_env=False)
        self._seconds = seconds
        chosen = settings()
        self._headers = {
            "User-Agent": f"DigitalTrustAlliance/1.0 (+{chosen.base_url}; {chosen.contact})",
            "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,application/json;q=0.8",
            "Accept-Encoding": "gzip",
            "Accept-Language": "vi,en;q=0.8",
        }

    async def fetch(self, url: str) -> Page:
        """Read the page at `url`.

        Raises:
            FetchFailed: it could not be read; the subclass says why.
        """
        async with self._within_limits(url):
            return await self._follow(url)

    async def redirect_of(self, url: str) -> str | None:
        """Where `url` sends one on to, by one redirect; None when it shows a page itself.

        What it sends on to is not opened.

        Raises:
            FetchFailed: it could not be asked.
        """
        async with self._within_limits(url):
            target = _checked(url)
            found = await self._get(target, (str(target),))
            return None if isinstance(found, Page) else str(_joined(found, target))

    @asynccontextmanager
    async def _within_limits(self, url: str) -> AsyncIterator[None]:
        """The time for one piece of work; what the libraries raise becomes a `FetchFailed`."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except (TimeoutError, httpcore2.TimeoutException) as slow:
            raise TooSlow(url) from slow
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as broken:
            raise NoConnection(type(broken).__name__) from broken

    async def _follow(self, url: str) -> Page:
        chain: list[str] = []
        target = _checked(url)
        while len(chain) <= MOST_REDIRECTS:
            chain.append(str(target))
            found = await self._get(target, tuple(chain))
            if isinstance(found, Page):
                return found
            target = _checked(found, target)
        raise TooManyRedirects(" ".join(chain))

    async def _get(self, url: httpx2.URL, chain: tuple[str, ...]) -> Page | str:
        """One request on a connection of its own. Returns: the page, or where it sends us on."""
        request = httpx2.Request("GET", url, headers=self._headers)
        backend = GuardedBackend(self._allowed, self._resolve)
        async with (
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
            return await _read(answer, headers, chain)


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
    answer: httpcore2.Response, headers: httpx2.Headers, chain: tuple[str, ...]
) -> Page:
    """The page, once it says that it is one."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    media_type = kind.strip().lower()
    if media_type not in MEDIA_TYPES:
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
