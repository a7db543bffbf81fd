"""The network as the fetcher sees it: connections to public addresses, and no others."""

from collections.abc import Iterable

import httpcore2

from app.channels.fetcher import addresses
from app.channels.fetcher.errors import NotFound, NotPublic

MOST_ADDRESSES = 3  # of one name, tried in turn


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
        try:
            found = await self._resolve(host, port)
            parsed = [addresses.parse(address) for address, _ in found]
        except (OSError, ValueError) as unknown:
            raise NotFound(host) from unknown
        if not parsed:
            raise NotFound(host)
        if not all(self._allowed(address) for address in parsed):
            raise NotPublic(host)
        failure: Exception = httpcore2.ConnectError(host)
        for address, its_port in found[:MOST_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(
                    address, its_port, timeout, local_address, socket_options
                )
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
