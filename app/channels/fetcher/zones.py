"""Reading TXT records at the very servers of a zone, which no cache makes late.

Who serves a zone is asked of the system's own resolver, as any address is. The servers themselves
were named by whoever owns the zone, so the guard of the fetcher holds for them too: a name is
resolved once, every address of it must be public, and that very address is asked, at port 53. See
`docs/decisions/0006-guarded-fetcher.md`.

Sources: RFC 1034, section 4.3.2 (answers, aliases, referrals); RFC 7208, section 3.3 (the strings
of one record are joined without spaces).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import dns.asyncquery
import dns.asyncresolver
import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.resolver

from app.channels.fetcher import addresses
from app.channels.fetcher.errors import (
    FetchFailed,
    NoDomain,
    NotADomain,
    NotFound,
    NotPublic,
    ZoneLoops,
    ZoneSilent,
)
from app.channels.fetcher.limits import Turns
from app.channels.fetcher.names import a_labels, domain_of
from app.channels.fetcher.replies import Alias, Records, Referral, read, servers_in
from app.channels.fetcher.suffixes import registered

SECONDS = 5.0  # for everything: who serves the zone, its aliases, its servers
PORT = 53
MOST_SERVERS = 4  # of one zone, tried in turn
MOST_ADDRESSES = 2  # of one server
MOST_ALIASES = 3
MOST_REFERRALS = 4  # from a zone to one below it
MOST_QUERIES = 12  # in all
AT_ONCE = 4  # queries to one server; many zones share theirs
DISTANCE = 0.05  # seconds between them


@dataclass(slots=True)
class _Work:
    """What is left of one piece of work."""

    clock: asyncio.Timeout
    queries: int = MOST_QUERIES

    def spend(self) -> None:
        if self.queries == 0:
            raise ZoneLoops
        self.queries -= 1


class Zones:
    """Asks name servers about names that users gave.

    Args:
        allowed: which servers may be asked. Tests pass another, to reach their own; nothing else.
        resolve: from a server's name to addresses. Tests pass another, for their own port.
        resolver: who says which servers a zone has; None for the system's.
        seconds: how long all of it may take, waiting in line apart.
    """

    def __init__(
        self,
        *,
        allowed: addresses.Allowed = addresses.is_public,
        resolve: addresses.Resolve = addresses.resolve,
        resolver: dns.asyncresolver.Resolver | None = None,
        seconds: float = SECONDS,
        turns: Turns | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._resolver = resolver
        self._seconds = seconds
        self._turns = turns or Turns(at_once=AT_ONCE, distance=DISTANCE)

    async def txt(self, name: str) -> tuple[str, ...]:
        """The TXT records of `name`, each with its parts joined; () when it has none.

        Args:
            name: in letters of any script. Labels that begin with an underscore stand before the
                domain, which must be one owner's: no public suffix, no address.

        Raises:
            FetchFailed: its zone could not be asked, or it is no name to ask about.
        """
        ascii_name = a_labels(name)
        domain_of(ascii_name)
        async with self._within_limits(name) as work:
            asked = dns.name.from_text(ascii_name)
            for _ in range(MOST_ALIASES + 1):
                found = await self._at_its_zone(asked, work)
                if isinstance(found, Records):
                    return found.texts
                asked = found.target
            raise ZoneLoops(ascii_name)

    @asynccontextmanager
    async def _within_limits(self, name: str) -> AsyncIterator[_Work]:
        try:
            async with asyncio.timeout(self._seconds) as clock:
                yield _Work(clock)
        except TimeoutError as slow:
            raise ZoneSilent(name) from slow

    async def _at_its_zone(self, asked: dns.name.Name, work: _Work) -> Records | Alias:
        """What the servers of the zone say that `asked` lies in, from its registered domain on."""
        domain = registered(asked.to_text(omit_final_dot=True))
        if domain is None:
            raise NotADomain(str(asked))
        zone = dns.name.from_text(domain)
        servers = await self._servers_of(zone)
        for _ in range(MOST_REFERRALS + 1):
            found = await self._ask(servers, asked, zone, work)
            if not isinstance(found, Referral):
                return found
            zone, servers = found.zone, found.servers
        raise ZoneLoops(str(asked))

    async def _servers_of(self, zone: dns.name.Name) -> tuple[str, ...]:
        try:
            if self._resolver is None:
                self._resolver = dns.asyncresolver.Resolver()  # reads the system's configuration
            answer = await self._resolver.resolve(
                zone, dns.rdatatype.NS, search=False, lifetime=self._seconds
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as none:
            raise NoDomain(str(zone)) from none
        except (dns.exception.DNSException, OSError) as broken:
            raise ZoneSilent(type(broken).__name__) from broken
        if answer.rrset is None or answer.canonical_name != zone:
            raise NoDomain(str(zone))
        return servers_in(answer.rrset)

    async def _ask(
        self, servers: Sequence[str], asked: dns.name.Name, zone: dns.name.Name, work: _Work
    ) -> Records | Alias | Referral:
        """What the first of `servers` says that answers for `zone`.

        Raises:
            NotPublic: none of them may be asked.
            ZoneSilent: none of them answers in order.
        """
        refused: list[FetchFailed] = []
        for server in servers[:MOST_SERVERS]:
            try:
                found = await addresses.all_allowed(server, PORT, self._resolve, self._allowed)
            except (NotFound, NotPublic) as failed:
                refused.append(failed)
                continue
            for address, port in found[:MOST_ADDRESSES]:
                reply = await self._query(address, port, asked, work)
                said = None if reply is None else read(reply, asked, zone)
                if said is not None:
                    return said
        if refused and all(isinstance(failed, NotPublic) for failed in refused):
            raise NotPublic(str(zone))
        raise ZoneSilent(str(zone))

    async def _query(
        self, address: str, port: int, asked: dns.name.Name, work: _Work
    ) -> dns.message.Message | None:
        """One question to one server, by TCP when UDP is too narrow; None when it fails.

        Without EDNS, which old servers stumble over: what does not fit goes by TCP anyway.
        """
        work.spend()
        query = dns.message.make_query(asked, dns.rdatatype.TXT, use_edns=False, flags=0)
        try:
            async with self._turns.turn(address, work.clock):
                reply, _ = await dns.asyncquery.udp_with_fallback(
                    query,
                    address,
                    timeout=self._seconds / 5,
                    port=port,
                    ignore_unexpected=True,
                    ignore_errors=True,
                )
        except (dns.exception.DNSException, OSError, EOFError):
            return None
        return reply


_installed: Zones | None = None


def install_zones(chosen: Zones | None) -> None:
    """Let this process read zones through `chosen`; only the tests' own entry points call this."""
    global _installed  # noqa: PLW0603 - one a process, set at its start
    _installed = chosen


def zones() -> Zones:
    """The reader of zones of this process: the guarded one, unless a test installed its own."""
    global _installed  # noqa: PLW0603 - made when first needed
    if _installed is None:
        _installed = Zones()
    return _installed
