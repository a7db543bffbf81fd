"""Which part of a name somebody registered, and which part is everybody's.

Source: the public suffix list (https://publicsuffix.org), as `publicsuffixlist` brings it along.
"""

from functools import lru_cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=1)
def _everybody() -> PublicSuffixList:
    """With the suffixes of shared hosts (`github.io`), whose customers are strangers."""
    return PublicSuffixList()


@lru_cache(maxsize=1)
def _registries() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


def owned(host: str) -> str | None:
    """The domain in `host` (A-labels) that is one owner's; None for a suffix or a number."""
    return None if _is_number(host) else _everybody().privatesuffix(_plain(host))


def registered(host: str) -> str | None:
    """The domain in `host` that a registry gave out, which is where its zone may begin."""
    return None if _is_number(host) else _registries().privatesuffix(_plain(host))


def _plain(host: str) -> str:
    return host.lower().rstrip(".")


def _is_number(host: str) -> bool:
    """Whether `host` is an address, in the notation of names or of numbers."""
    bare = host.strip("[]").partition("%")[0]
    try:
        ip_address(bare)
    except ValueError:
        return bare.rstrip(".").rpartition(".")[2].isdigit()
    return True
