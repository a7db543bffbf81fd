"""A record in the domain's zone, read at a name server on loopback."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import dns.message
import dns.rcode
import pytest

from app.channels.fetcher import Fetcher
from app.channels.fetcher import errors as e
from app.channels.methods import METHODS, dns_txt, for_platform
from app.channels.methods.base import Ask, Reach
from app.channels.models import Outcome
from tests.channels.local_zone import LocalZone, serve_zones, zones_to

CODE = "dta-verify=AAAAAAAAAAAAAAAAAAAAAA"
OTHER = "dta-verify=BBBBBBBBBBBBBBBBBBBBBB"
METHOD = dns_txt.METHOD


@pytest.fixture
async def dns_server() -> AsyncIterator[LocalZone]:
    async with serve_zones() as served:
        served.zone("ten.example")
        yield served


def reach_of(server: LocalZone) -> Reach:
    return Reach(Fetcher(), zones_to(server.port))


def ask(host: str = "ten.example", path: str = "", code: str = CODE) -> Ask:
    return Ask("website", f"https://{host}{path or '/'}", host + path, code)


async def test_a_record_with_the_code_proves_the_domain(dns_server: LocalZone) -> None:
    dns_server.add("_dta-challenge.ten.example", "TXT", "v=spf1 -all", OTHER, CODE)
    found = await METHOD.check(ask(), reach_of(dns_server))
    assert found.outcome is Outcome.SEEN
    assert found.evidence == {
        "chain": ["dns:_dta-challenge.ten.example"],
        "records": 3,
        "sha256": found.evidence["sha256"],
        "bytes": found.evidence["bytes"],
        "matched": CODE,
    }
    assert re.fullmatch("[0-9a-f]{64}", found.evidence["sha256"])
    assert await METHOD.recheck(ask(), reach_of(dns_server)) == found


@pytest.mark.parametrize(
    ("values", "failure"),
    [
        ((f'"{CODE[:20]}" "{CODE[20:]}"',), None),
        ((f'" {CODE} "',), None),
        ((), "record_not_found"),
        ((OTHER,), "record_differs"),
        ((CODE.lower(),), "record_differs"),
        ((f"{CODE}A",), "record_differs"),
        ((CODE.removeprefix("dta-verify="),), "record_differs"),
        (("",), "record_differs"),
    ],
)
async def test_the_whole_value_counts_and_nothing_like_it(
    dns_server: LocalZone, values: tuple[str, ...], failure: str | None
) -> None:
    dns_server.add("_dta-challenge.ten.example", "TXT", *values)
    found = await METHOD.check(ask(), reach_of(dns_server))
    assert (found.failure, found.unsure) == (failure, False)


async def test_no_code_is_never_seen(dns_server: LocalZone) -> None:
    dns_server.add("_dta-challenge.ten.example", "TXT", '""')
    found = await METHOD.check(ask(code=""), reach_of(dns_server))
    assert found.failure == "record_differs"


async def test_a_record_above_counts_and_one_below_or_beside_does_not(
    dns_server: LocalZone,
) -> None:
    dns_server.add("_dta-challenge.ten.example", "TXT", CODE)
    dns_server.add("_dta-challenge.low.blog.ten.example", "TXT", OTHER)
    dns_server.add("_dta-challenge.example", "TXT", OTHER)
    above = await METHOD.check(ask("blog.ten.example"), reach_of(dns_server))
    assert (above.failure, above.evidence["chain"]) == (
        None,
        ["dns:_dta-challenge.blog.ten.example", "dns:_dta-challenge.ten.example"],
    )
    below = await METHOD.check(ask("blog.ten.example", code=OTHER), reach_of(dns_server))
    assert below.failure == "record_differs"
    page = await METHOD.check(ask("ten.example", "/blog"), reach_of(dns_server))
    assert page.failure is None


async def test_the_owner_of_a_suffix_is_never_asked(dns_server: LocalZone) -> None:
    dns_server.zone("com.vn")
    dns_server.add("_dta-challenge.com.vn", "TXT", CODE)
    for host in ("com.vn", "github.io"):
        with pytest.raises(e.NotADomain):
            await METHOD.check(ask(host), reach_of(dns_server))
    assert dns_server.asked == []
    dns_server.zone("ten.com.vn", "ns.example")
    found = await METHOD.check(ask("ten.com.vn"), reach_of(dns_server))
    assert found.failure == "record_not_found"
    assert "_dta-challenge.com.vn" not in [name for name, _, _ in dns_server.asked]


def refuse(reply: dns.message.Message) -> dns.message.Message:
    reply.set_rcode(dns.rcode.SERVFAIL)
    return reply


async def test_a_zone_that_cannot_be_asked_fails_the_fetch_and_one_above_does_not(
    dns_server: LocalZone,
) -> None:
    dns_server.bend("_dta-challenge.blog.ten.example", refuse)
    with pytest.raises(e.ZoneSilent):
        await METHOD.check(ask("blog.ten.example"), reach_of(dns_server))
    dns_server.bends.clear()
    dns_server.bend("_dta-challenge.ten.example", refuse)
    dns_server.add("_dta-challenge.blog.ten.example", "TXT", CODE)
    seen = await METHOD.check(ask("blog.ten.example"), reach_of(dns_server))
    other = await METHOD.check(ask("blog.ten.example", code=OTHER), reach_of(dns_server))
    assert (seen.failure, other.failure) == (None, "record_differs")


async def test_names_in_any_script_are_asked_for_as_their_channel_is_kept(
    dns_server: LocalZone,
) -> None:
    dns_server.zone("xn--tn-eja.example")
    dns_server.add("_dta-challenge.xn--tn-eja.example", "TXT", CODE)
    found = await METHOD.check(ask("xn--tn-eja.example"), reach_of(dns_server))
    assert found.failure is None


def test_a_code_has_128_bits_and_serves_for_the_file_as_well() -> None:
    code, another = METHOD.new_code(), METHOD.new_code()
    assert code != another
    assert re.fullmatch(r"dta-verify=[A-Za-z0-9_-]{22}", code)
    assert METHOD.fits(code)
    assert METHODS["well_known"].fits(code)
    assert not METHOD.fits("DTA-0123456789")
    assert not METHOD.fits("")
    assert METHOD.life == timedelta(days=7)


def test_it_is_offered_for_websites_and_says_what_to_copy() -> None:
    assert METHOD in for_platform("website")
    assert METHOD not in for_platform("mastodon")
    steps = METHOD.steps(ask("blog.ten.example", "/a"))
    assert [s.copy for s in steps] == ["", "_dta-challenge.blog.ten.example", CODE, ""]
    assert all(str(s.label) for s in steps if s.copy)
