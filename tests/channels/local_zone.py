"""An authoritative name server on loopback, which also plays the system's resolver.

In a test: `async with serve_zones() as dns`, then `dns.add("ten.example", "TXT", "hello")`, and
`zones_to(dns.port)` reads there. By itself, for journeys and the demonstration:

    python -m tests.channels.local_zone PORT RECORDS_FILE

It says its port once it listens (PORT may be 0). The file has a record a line (`_dta.ten.example TXT dta-verify=x`) and is read anew at each
question. The portal's process then calls `install_zones(zones_to(PORT))`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import dns.asyncresolver
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from app.channels.fetcher import Turns, Zones
from app.channels.fetcher.addresses import Resolve
from tests.channels.local_web import LOOPBACK

TTL = 0  # nothing is to be kept
NARROW = 512  # bytes of an answer by UDP

Bend = Callable[[dns.message.Message], dns.message.Message | bytes | None]
"""What a test makes of an answer before it is sent; None to keep silent."""


@dataclass
class LocalZone:
    """Records by name and type. A name is served when it, or one above it, has an NS record."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    turning: dict[tuple[str, str], Iterator[list[str]]] = field(default_factory=dict)
    delegated: dict[str, list[str]] = field(default_factory=dict)
    bends: dict[str, Bend] = field(default_factory=dict)
    recursive_bends: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, type, and by what: `udp` or `tcp`."""
    records_file: Path | None = None
    port: int = 0

    def add(self, name: str, kind: str, *values: str) -> None:
        """Let `name` have these records of `kind` as well; texts in quotes, or bare."""
        self.records.setdefault((name.lower(), kind), []).extend(values)

    def zone(self, name: str, server: str = "ns.example") -> None:
        """Let this server be the zone's own."""
        self.add(name, "NS", server)

    def turn(self, name: str, kind: str, *answers: list[str]) -> None:
        """Let `name` change its mind: `answers` one after the other, the last for ever."""
        self.turning[name.lower(), kind] = iter(answers)
        self.records[name.lower(), kind] = answers[-1]

    def delegate(self, name: str, *servers: str) -> None:
        """Let `name` and what lies below it be another server's."""
        self.delegated[name.lower()] = list(servers)

    def bend(self, name: str, bend: Bend, *, always: bool = False) -> None:
        """Let the answers about `name` be bent; `always`: those of the system's resolver too."""
        self.bends[name.lower()] = bend
        self.recursive_bends |= {name.lower()} if always else set()

    def answer(self, wire: bytes, by: str) -> bytes | None:
        """What to send back for the question in `wire`."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, by))
        reply = dns.message.make_response(query)
        self._fill(reply, name, kind, recursive=bool(query.flags & dns.flags.RD))
        bend = self.bends.get(name)
        straight = query.flags & dns.flags.RD and name not in self.recursive_bends
        bent = bend(reply) if bend and not straight else reply
        if bent is None or isinstance(bent, bytes):
            return bent
        if by == "udp" and len(bent.to_wire()) > NARROW:
            bent = dns.message.make_response(query)
            bent.flags |= dns.flags.TC | dns.flags.AA
        return bent.to_wire()

    def _fill(self, reply: dns.message.Message, name: str, kind: str, *, recursive: bool) -> None:
        known = self._known()
        below = next((zone for zone in _above(name) if zone in self.delegated), None)
        if below and not recursive:
            reply.authority.append(_records(below, "NS", self.delegated[below]))
            return
        if not any((zone, "NS") in known for zone in _above(name)):
            reply.set_rcode(dns.rcode.NXDOMAIN if recursive else dns.rcode.REFUSED)
            return
        reply.flags |= dns.flags.AA
        turning = self.turning.get((name, kind))
        values = next(turning, None) if turning else None
        values = known.get((name, kind)) if values is None else values
        alias = known.get((name, "CNAME"))
        if values:
            reply.answer.append(_records(name, kind, values))
        elif alias:
            reply.answer.append(_records(name, "CNAME", alias))
        elif not any(owner == name for owner, _ in known):
            reply.set_rcode(dns.rcode.NXDOMAIN)

    def _known(self) -> dict[tuple[str, str], list[str]]:
        known = dict(self.records)
        lines = self.records_file.read_text().splitlines() if self.records_file else []
        for line in lines:
            name, kind, value = line.split(maxsplit=2)
            known[name.lower(), kind] = [*known.get((name.lower(), kind), []), value]
        return known


def _above(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[n:]) for n in range(len(labels))]


def _records(name: str, kind: str, values: list[str]) -> dns.rrset.RRset:
    written = [_written(kind, value) for value in values]
    return dns.rrset.from_text(f"{name}.", TTL, dns.rdataclass.IN, kind, *written)


def _written(kind: str, value: str) -> str:
    if kind == "TXT" and not value.startswith('"'):
        return f'"{value}"'
    return f"{value}." if kind in ("NS", "CNAME") and not value.endswith(".") else value


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone: LocalZone) -> None:
        self._zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._zone.answer(data, "udp")
        if answer is not None:
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def serve_zones(address: str = "127.0.0.1", port: int = 0) -> AsyncIterator[LocalZone]:
    """A name server for the length of the block, by UDP and TCP at one port."""
    zone = LocalZone()

    async def by_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            size = int.from_bytes(await reader.readexactly(2), "big")
            answer = zone.answer(await reader.readexactly(size), "tcp") or b""
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(by_tcp, address, port)
    zone.port = server.sockets[0].getsockname()[1]
    datagrams, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(zone), local_addr=(address, zone.port)
    )
    try:
        yield zone
    finally:
        datagrams.close()
        server.close()


def system_resolver(port: int, address: str = "127.0.0.1") -> dns.asyncresolver.Resolver:
    """What the portal takes for the system's resolver: the local server."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [address]
    resolver.port = port
    return resolver


def zones_to(port: int, *, resolve: Resolve | None = None, seconds: float = 5.0) -> Zones:
    """A reader for which every name server under `.example` is the local one at `port`."""

    async def here(host: str, _port: int) -> list[tuple[str, int]]:
        if not host.endswith(".example"):
            raise OSError("no such name")
        return [("127.0.0.1", port)]

    return Zones(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolve or here,
        resolver=system_resolver(port),
        seconds=seconds,
        turns=Turns(distance=0),
    )


async def _serve_for_ever(port: int, records_file: Path) -> None:
    async with serve_zones(port=port) as zone:
        zone.records_file = records_file
        print(zone.port, flush=True)  # noqa: T201 - who started it waits for this line
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve_for_ever(int(sys.argv[1]), Path(sys.argv[2])))
