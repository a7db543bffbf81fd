"""Which network addresses count as public: the wall between a user's link and our own network.

Source: IANA special-purpose address registries (RFC 6890 and successors), through `ipaddress`, and
what that module lets pass although it leads elsewhere.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
Allowed = Callable[[Address], bool]
Resolve = Callable[[str, int], Awaitable[list[tuple[str, int]]]]
"""From a host name and port to the addresses to connect to, each with its port."""

# `is_global` is true for these, yet each carries an IPv4 address of the sender's choosing, or
# reaches more than one host. Learnt from trials, see the decision record on the guarded fetcher.
_CARRIERS = tuple(
    ip_network(block)
    for block in (
        "::/96",  # IPv4-compatible, RFC 4291 §2.5.5.1
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64 of one's own network, RFC 8215
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "100.64.0.0/10",  # carrier-grade NAT
        "192.88.99.0/24",  # 6to4 relay
        "168.63.129.16/32",  # a cloud's own services under a public address
    )
)


def is_public(address: Address) -> bool:
    """Whether `address` is one host on the public internet, and nothing in disguise."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
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
