"""Reading TXT records at a zone's own servers: a real name server on loopback, kind or not.

127.0.0.1 plays the public internet; the rest of loopback plays the inside.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from app.channels.fetcher import Turns, Zones, addresses, install_zones, zones
from app.channels.fetcher import errors as e
from app.channels.fetcher.zones import MOST_ADDRESSES, MOST_REFERRALS, MOST_SERVERS
from tests.channels.local_web import LOOPBACK
from tests.channels.local_zone import LocalZone, serve_zones, system_resolver, zones_to

NAME = "_dta-challenge.ten.example"


@pytest.fixture
async def dns_server() -> AsyncIterator[LocalZone]:
    async with serve_zones() as served:
        served.zone("ten.example")
        yield served


async def test_records_are_read_at_the_zones_own_server(dns_server: LocalZone) -> None:
    dns_server.add(NAME, "TXT", "one", "two")
    assert set(await zones_to(dns_server.port).txt(NAME)) == {"one", "two"}
    assert dns_server.asked == [("ten.example", "NS", "udp"), (NAME, "TXT", "udp")]


async def test_the_strings_of_one_record_are_joined_without_spaces(dns_server: LocalZone) -> None:
    dns_server.add(NAME, "TXT", '"dta-verify=" "abc" "def"')
    assert await zones_to(dns_server.port).txt(NAME) == ("dta-verify=abcdef",)


async def test_a_record_that_does_not_fit_is_fetched_by_tcp(dns_server: LocalZone) -> None:
    dns_server.add(NAME, "TXT", " ".join(f'"{"x" * 250}"' for _ in range(40)))
    assert await zones_to(dns_server.port).txt(NAME) == ("x" * 10_000,)
    assert dns_server.asked[-2:] == [(NAME, "TXT", "udp"), (NAME, "TXT", "tcp")]


async def test_no_more_than_a_hundred_records_are_kept(dns_server: LocalZone) -> None:
    dns_server.add(NAME, "TXT", *(f"number {n}" for n in range(300)))
    assert len(await zones_to(dns_server.port).txt(NAME)) == 100


@pytest.mark.parametrize("name", [NAME, "ten.example", "_a._b.deep.down.ten.example"])
async def test_a_name_without_records_has_none(dns_server: LocalZone, name: str) -> None:
    assert await zones_to(dns_server.port).txt(name) == ()


async def test_letters_of_any_script_are_asked_for_in_a_labels(dns_server: LocalZone) -> None:
    dns_server.zone("xn--tn-eja.example")
    dns_server.add("_dta.xn--tn-eja.example", "TXT", "found")
    for written in ("_dta.tên.example", "_DTA.TÊN.Example.", "_dta。tên．ｅｘａｍｐｌｅ"):
        assert await zones_to(dns_server.port).txt(written) == ("found",)


@pytest.mark.parametrize(
    "name",
    [
        "com.vn", "_dta.com.vn", "vn", "_dta-challenge.github.io", "_dta.co.uk", "_dta._dta",
        "127.0.0.1", "_dta.127.0.0.1", "::1", "[::1]", "2130706433", "0x7f000001", "_dta.10.0.0.1",
        "", ".", "a..example", "ten.example..", "x" * 64 + ".example", "a." * 140 + "example",
        "ten example.example", "ten/x.example", "ten\0.example", "xn--.ê\u200d.example", "*.example", "ten\ud800.example",
    ],
)  # fmt: skip
async def test_what_is_no_domain_of_one_owner_is_not_asked_about(
    dns_server: LocalZone, name: str
) -> None:
    with pytest.raises(e.NotADomain):
        await zones_to(dns_server.port).txt(name)
    assert dns_server.asked == []


async def test_a_domain_that_nobody_registered_is_said_to_be_none(dns_server: LocalZone) -> None:
    with pytest.raises(e.NoDomain):
        await zones_to(dns_server.port).txt("_dta-challenge.nobody.example")


async def test_an_alias_is_followed_to_its_own_zone(dns_server: LocalZone) -> None:
    dns_server.zone("other.example")
    dns_server.add(NAME, "CNAME", "proof.other.example")
    dns_server.add("proof.other.example", "TXT", "found")
    assert await zones_to(dns_server.port).txt(NAME) == ("found",)
    assert ("other.example", "NS", "udp") in dns_server.asked


async def test_aliases_are_followed_three_times_and_no_more(dns_server: LocalZone) -> None:
    for n in range(5):
        dns_server.add(f"n{n}.ten.example", "CNAME", f"n{n + 1}.ten.example")
    dns_server.add("n5.ten.example", "TXT", "found")
    assert await zones_to(dns_server.port).txt("n2.ten.example") == ("found",)
    with pytest.raises(e.ZoneLoops):
        await zones_to(dns_server.port).txt("n1.ten.example")


async def test_an_alias_that_leads_to_a_suffix_or_in_a_circle_ends(dns_server: LocalZone) -> None:
    dns_server.add("a.ten.example", "CNAME", "com.vn")
    dns_server.add("b.ten.example", "CNAME", "b.ten.example")
    with pytest.raises(e.NotADomain):
        await zones_to(dns_server.port).txt("a.ten.example")
    with pytest.raises(e.ZoneLoops):
        await zones_to(dns_server.port).txt("b.ten.example")


async def test_a_referral_is_followed_to_the_servers_of_the_zone_below() -> None:
    async with serve_zones() as above, serve_zones() as below:
        above.zone("ten.example", "ns.above.example")
        above.delegate("blog.ten.example", "ns.below.example")
        below.zone("blog.ten.example")
        below.add("_dta.blog.ten.example", "TXT", "found")
        ports = {"ns.above.example": above.port, "ns.below.example": below.port}

        async def resolve(host: str, port: int) -> list[tuple[str, int]]:
            assert port == 53
            return [("127.0.0.1", ports[host])]

        found = await zones_to(above.port, resolve=resolve).txt("_dta.blog.ten.example")
        assert found == ("found",)
        assert below.asked == [("_dta.blog.ten.example", "TXT", "udp")]


async def test_referrals_go_down_only_and_not_for_ever(dns_server: LocalZone) -> None:
    deep = "g.f.e.d.c.b.a.ten.example"

    def deeper(reply: dns.message.Message) -> dns.message.Message:
        referrals.append(len(referrals) + 1)
        zone = ".".join(deep.split(".")[7 - len(referrals) :])
        reply.flags &= ~dns.flags.AA
        reply.authority = [dns.rrset.from_text(f"{zone}.", 0, "IN", "NS", "ns.example.")]
        return reply

    def upward(reply: dns.message.Message) -> dns.message.Message:
        reply.flags &= ~dns.flags.AA
        reply.authority = [dns.rrset.from_text("example.", 0, "IN", "NS", "ns.example.")]
        return reply

    referrals: list[int] = []
    dns_server.bend(deep, deeper)
    with pytest.raises(e.ZoneLoops):
        await zones_to(dns_server.port).txt(deep)
    assert len(referrals) == MOST_REFERRALS + 1
    dns_server.bend(NAME, upward)
    with pytest.raises(e.ZoneSilent):
        await zones_to(dns_server.port).txt(NAME)


def refuse(reply: dns.message.Message) -> dns.message.Message:
    reply.set_rcode(dns.rcode.SERVFAIL)
    return reply


def lame(reply: dns.message.Message) -> dns.message.Message:
    reply.flags &= ~dns.flags.AA
    return reply


def silent(_reply: dns.message.Message) -> None:
    return None


def garbage(_reply: dns.message.Message) -> bytes:
    return b"\xff" * 100


def another(reply: dns.message.Message) -> dns.message.Message:
    reply.id ^= 1
    return reply


@pytest.mark.parametrize("bend", [refuse, lame, silent, garbage, another])
async def test_a_server_out_of_order_is_passed_over_for_the_next(bend: object) -> None:
    async with serve_zones() as broken, serve_zones() as whole:
        for served in (broken, whole):
            served.add("ten.example", "NS", "ns1.example", "ns2.example")
            served.add(NAME, "TXT", "found")
        broken.bend(NAME, bend)  # type: ignore[arg-type]
        ports = {"ns1.example": broken.port, "ns2.example": whole.port}

        async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", ports[host])]

        reader = zones_to(whole.port, resolve=resolve, seconds=2.5)
        assert await reader.txt(NAME) == ("found",)
        assert broken.asked == [(NAME, "TXT", "udp")]
        ports["ns2.example"] = broken.port
        with pytest.raises(e.ZoneSilent):
            await reader.txt(NAME)


async def test_a_zone_that_keeps_silent_is_left_in_time() -> None:
    async def never(_host: str, _port: int) -> list[tuple[str, int]]:
        await asyncio.Event().wait()
        return []

    async with serve_zones() as served:
        served.zone("ten.example")
        with pytest.raises(e.ZoneSilent):
            await zones_to(served.port, resolve=never, seconds=0.1).txt(NAME)


async def test_a_zone_of_a_hundred_servers_makes_us_ask_four(dns_server: LocalZone) -> None:
    names: list[str] = []

    async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
        names.append(host)
        return [("127.0.0.1", dns_server.port)] * 9

    dns_server.add("ten.example", "NS", *(f"ns{n}.victim.example" for n in range(100)))
    dns_server.bend(NAME, refuse)
    with pytest.raises(e.ZoneSilent):
        await zones_to(dns_server.port, resolve=resolve).txt(NAME)
    assert len(names) == MOST_SERVERS
    asked = [one for one in dns_server.asked if one[1] == "TXT"]
    assert len(asked) == MOST_SERVERS * MOST_ADDRESSES


async def test_a_name_server_inside_is_never_asked() -> None:
    async with serve_zones() as outside, serve_zones("127.0.0.2") as inside:
        outside.zone("ten.example")
        inside.zone("ten.example")
        inside.add(NAME, "TXT", "secret")
        places = [
            [("127.0.0.2", inside.port)],
            [("127.0.0.1", outside.port), ("127.0.0.2", inside.port)],
        ]
        for found in places:

            async def resolve(
                _host: str, _port: int, found: list[tuple[str, int]] = found
            ) -> list[tuple[str, int]]:
                return found

            with pytest.raises(e.NotPublic):
                await zones_to(outside.port, resolve=resolve).txt(NAME)
        assert inside.asked == []
        assert outside.asked == [("ten.example", "NS", "udp")] * 2


@pytest.mark.parametrize(
    "server", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "localhost", "169.254.169.254"]
)
async def test_the_portals_own_guard_refuses_name_servers_inside_in_any_notation(
    dns_server: LocalZone, server: str
) -> None:
    dns_server.zone("inside.example", server)
    guarded = Zones(resolver=system_resolver(dns_server.port))
    with pytest.raises(e.NotPublic):
        await guarded.txt("_dta-challenge.inside.example")
    assert [kind for _, kind, _ in dns_server.asked] == ["NS"]


async def test_servers_are_asked_at_the_port_of_name_servers_and_no_other(
    dns_server: LocalZone,
) -> None:
    ports: list[int] = []

    async def resolve(_host: str, port: int) -> list[tuple[str, int]]:
        ports.append(port)
        return [("127.0.0.1", dns_server.port)]

    await zones_to(dns_server.port, resolve=resolve).txt(NAME)
    assert ports == [53]
    assert await addresses.resolve("127.0.0.1", 53) == [("127.0.0.1", 53)]


async def test_a_resolver_that_is_not_there_is_no_fault_of_the_domain() -> None:
    async with serve_zones() as gone:
        port = gone.port
    reader = Zones(
        allowed=lambda a: a == LOOPBACK, resolver=system_resolver(port), seconds=0.2, turns=Turns()
    )
    with pytest.raises(e.ZoneSilent):
        await reader.txt(NAME)


def test_a_process_has_one_reader_which_only_code_can_replace() -> None:
    install_zones(None)
    guarded = zones()
    assert zones() is guarded
    assert guarded._allowed is addresses.is_public
    assert guarded._resolve is addresses.resolve
    install_zones(None)


async def test_the_local_server_runs_by_itself_and_reads_its_records_anew(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.write_text("ten.example NS ns.example\n")
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.channels.local_zone", "0", records, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        reader = zones_to(int(await server.stdout.readline()))
        assert await reader.txt(NAME) == ()
        records.write_text(f"ten.example NS ns.example\n{NAME} TXT put in later\n")
        assert await reader.txt(NAME) == ("put in later",)
    finally:
        server.kill()
        await server.wait()
