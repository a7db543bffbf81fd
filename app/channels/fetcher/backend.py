"""The network as the fetcher sees it: connections to public addresses, and no others."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2

from app.channels.fetcher import addresses
from app.channels.fetcher.errors import NotPublic, TooBig

MOST_ADDRESSES = 3  # of one name, tried in turn
MOST_READ = 2 * 1024 * 1024  # bytes of one answer with all that surrounds its body


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only; TLS and Host go on using the name."""

    def __init__(self, allowed: addresses.Allowed, resolve: addresses.Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve once, refuse unless every address is allowed, connect to one of just those.

        Raises:
            NotFound, NotPublic: as their names say.
        """
        found = await addresses.all_allowed(host, port, self._resolve, self._allowed)
        failure: Exception = httpcore2.ConnectError(host)
        for address, its_port in found[:MOST_ADDRESSES]:
            try:
                stream = await self._inner.connect_tcp(
                    address, its_port, timeout, local_address, socket_options
                )
                return BoundedStream(stream)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                failure = failed
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's interface
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.AsyncNetworkStream:
        """Never.

        Raises:
            NotPublic: a socket of this machine is not the internet.
        """
        raise NotPublic(path)


class BoundedStream(httpcore2.AsyncNetworkStream):
    """A connection that reads `MOST_READ` bytes and no more.

    The bound of the body does not see what stands around it: hints before the answer, a chunk for
    each byte, compressed blocks of nothing. One block of headers is bounded by h11, at 100 KiB.
    """

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self._read = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """As httpcore asks.

        Raises:
            TooBig: more came than any page may have.
        """
        part = await self._inner.read(max_bytes, timeout)
        self._read += len(part)
        if self._read > MOST_READ:
            raise TooBig
        return part

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """As httpcore asks."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """As httpcore asks."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        """As httpcore asks; what is read from then on is bounded as well."""
        return BoundedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """As httpcore asks."""
        return self._inner.get_extra_info(info)
