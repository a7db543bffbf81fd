"""Which network addresses count as public: the wall between a user's link and our own network.

Source: IANA special-purpose address registries (RFC 6890 and successors), through `ipaddress`, and
what that module lets pass although it leads elsewhere.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from app.channels.fetcher.errors import NotFound, NotPublic

Address = IPv4Address | IPv6Address
Allowed = Callable[[Address], bool]
Resolve = Callable[[str, int], Awaitable[list[tuple[str, int]]]]
"""From a host name and port to the addresses to connect to, each with its port."""

_UNICAST = ip_network("2000::/3")  # the one part of IPv6 handed out to hosts of the internet

# `is_global` is true for these, in one release of Python or another, yet each carries an IPv4
# address of the sender's choosing, reaches more than one host, or is a cloud's own. Learnt from
# trials, see the decision record on the guarded fetcher.
_CARRIERS = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # protocols' own: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # examples
        "2002::/16",  # 6to4
        "3fff::/20",  # examples, RFC 9637
        "100.64.0.0/10",  # carrier-grade NAT; some clouds' metadata
        "192.0.0.0/24",  # protocols' own; some clouds' metadata
        "192.88.99.0/24",  # 6to4 relay
        "168.63.129.16/32",  # a cloud's own services under a public address
    )
)


def is_public(address: Address) -> bool:
    """Whether `address` is one host on the public internet, and nothing in disguise."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if address.version == _UNICAST.version and address not in _UNICAST:
        return False  # mapped, compatible, translated, NAT64, site-local: none is a host out there
    return not any(address in block for block in _CARRIERS if block.version == address.version)


async def resolve(host: str, port: int) -> list[tuple[str, int]]:
    """What the system's resolver says of `host`, which may itself be an address in any notation.

    Raises:
        OSError: there is no such name.
        UnicodeError: it cannot be a name.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(row[4][0]), int(row[4][1])) for row in found))


def parse(address: str) -> Address:
    """The address as a value; a zone (`fe80::1%eth0`) makes it one of a local link.

    Raises:
        ValueError: it is none.
    """
    return ip_address(address)


async def all_allowed(
    host: str, port: int, resolve: Resolve, allowed: Allowed
) -> list[tuple[str, int]]:
    """The addresses of `host`, asked for once, when every one of them is allowed.

    Raises:
        NotFound: it has none.
        NotPublic: one of them is not allowed; the others may be bait.
    """
    try:
        found = await resolve(host, port)
        parsed = [parse(address) for address, _ in found]
    except (OSError, ValueError) as unknown:
        raise NotFound(host) from unknown
    if not parsed:
        raise NotFound(host)
    if not all(allowed(address) for address in parsed):
        raise NotPublic(host)
    return found
