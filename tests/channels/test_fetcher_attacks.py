"""The guarded fetcher under attack, by real servers on loopback.

127.0.0.1 plays the public internet, 127.0.0.2 the inside, unless a test says otherwise.
"""

import asyncio
import gzip
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import dns.resolver
import httpx2
import pytest

from app.channels.fetcher import Fetcher, Turns, addresses
from app.channels.fetcher import errors as e
from app.channels.fetcher.backend import MOST_READ
from tests.channels import rude_web
from tests.channels.local_web import (
    LOOPBACK,
    Answer,
    LocalWeb,
    certify,
    fetcher_of,
    page,
    redirect,
    resolver,
    serve,
)
from tests.channels.local_zone import LocalZone, serve_zones

SITE = "http://site.example/"

LOOPBACKS = [
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "0x7f000001", "0x7F.1", "0x7f.0x0.0x0.0x1",
    "2130706433", "017700000001", "0177.0.0.1", "0177.1", "00000177.0.0.01", "127.000.000.001",
    "127.0.0.1%00", "%31%32%37.0.0.1", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:0:7f00:1]", "[::127.0.0.1]", "[::7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::1%25lo]", "[::ffff:127.0.0.1%25lo]",
    "localhost", "LOCALHOST.", "127.0.0.2", "127.255.255.254", "0", "0.0", "0x0", "[::]",
]  # fmt: skip
"""Every way of writing 127.0.0.1 that a client or a system somewhere takes for it."""

OTHERS_INSIDE = [
    "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "192.0.2.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "168.63.129.16",
    "192.0.0.192", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[2001:db8::1]", "[64:ff9b::a00:1]",
    "[2001::1]", "[fec0::1]", "[3fff::1]", "[5f00::1]", "[fd00:ec2::254]", "[100::1]", "[4000::1]",
    "[2002:a00:1::]", "[::ffff:10.0.0.1]",
]  # fmt: skip

REFUSALS = (e.NotPublic, e.NotFound, e.BadAddress)


@pytest.fixture
async def web() -> AsyncIterator[LocalWeb]:
    async with serve() as served:
        yield served


@pytest.mark.parametrize("host", LOOPBACKS + OTHERS_INSIDE)
async def test_nothing_inside_is_reached_by_any_notation(host: str) -> None:
    with pytest.raises(REFUSALS):
        await Fetcher().fetch(f"http://{host}/")


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "[::1]", "10.0.0.1"])
async def test_a_notation_that_the_system_understands_is_refused_for_where_it_leads(
    host: str,
) -> None:
    with pytest.raises(e.NotPublic):
        await Fetcher().fetch(f"http://{host}/")


@pytest.mark.parametrize("host", LOOPBACKS + OTHERS_INSIDE)
async def test_no_redirect_leads_inward_in_any_notation(host: str) -> None:
    async with serve(address="127.0.0.9") as outside:

        async def resolve(name: str, port: int) -> list[tuple[str, int]]:
            if name == "site.example":
                return [("127.0.0.9", outside.port)]
            return await addresses.resolve(name, port)

        outside.sites["site.example/"] = redirect(f"http://{host}/")
        allowed = Fetcher(allowed=lambda a: a == ip_address("127.0.0.9"), resolve=resolve)
        with pytest.raises(REFUSALS):
            await allowed.fetch(SITE)
        assert len(outside.asked) == 1


@pytest.mark.parametrize(
    ("to", "error"),
    [
        ("http://inside.example/", e.NotPublic),
        ("http://127.0.0.2/", e.NotFound),  # the test's name server knows no numbers
        ("//inside.example/x", e.NotPublic),
        ("file:///etc/passwd", e.BadAddress),
        ("http://site.example:6379/", e.BadAddress),
        ("http://user@site.example/", e.BadAddress),
    ],
)
async def test_a_redirect_inward_is_refused(web: LocalWeb, to: str, error: type[Exception]) -> None:
    async with serve(address="127.0.0.2") as inside:
        web.sites["site.example/"] = redirect(to)
        inside.sites["inside.example/"] = page("secret")
        with pytest.raises(error):
            await fetcher_of(web, inside=("127.0.0.2", inside.port)).fetch("http://site.example/")
        assert inside.asked == []


async def test_a_name_that_also_leads_inside_is_refused_as_a_whole(web: LocalWeb) -> None:
    async def both(_host: str, _port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", web.port), ("127.0.0.2", web.port)]

    with pytest.raises(e.NotPublic):
        await Fetcher(allowed=lambda a: a == LOOPBACK, resolve=both).fetch("http://site.example/")
    assert web.asked == []


@contextmanager
def system_asks(server: LocalZone) -> Iterator[None]:
    """For the block, the whole process asks `server` for the addresses of names."""
    chosen = dns.resolver.Resolver(configure=False)
    chosen.nameservers, chosen.port = ["127.0.0.1"], server.port
    dns.resolver.override_system_resolver(chosen)
    try:
        yield
    finally:
        dns.resolver.restore_system_resolver()


def addresses_asked(server: LocalZone) -> int:
    return sum(kind == "A" for _, kind, _ in server.asked)


async def test_a_rebinding_name_server_leads_plain_httpx_inside_and_not_us(web: LocalWeb) -> None:
    async with serve_zones() as names, serve(address="127.0.0.2", port=web.port) as inside:
        web.sites |= {"site.example/": page("public"), f"site.example:{web.port}/": page("public")}
        inside.sites |= {"site.example/": page("secret")}
        inside.sites[f"site.example:{web.port}/"] = page("secret")
        names.zone("site.example")
        with system_asks(names):
            names.turn("site.example", "A", ["127.0.0.1"], ["127.0.0.2"])
            checked = await addresses.resolve("site.example", web.port)
            assert checked == [("127.0.0.1", web.port)]  # the guard of others: it is allowed
            address = f"http://site.example:{web.port}/"
            answer = await asyncio.to_thread(httpx2.get, address, trust_env=False)
            assert answer.text == "secret"
            assert (len(web.asked), len(inside.asked)) == (0, 1)

            async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
                return await addresses.resolve(host, web.port)

            names.asked.clear()
            names.turn("site.example", "A", ["127.0.0.1"], ["127.0.0.2"])
            ours = Fetcher(
                allowed=lambda a: a == LOOPBACK, resolve=resolve, turns=Turns(distance=0)
            )
            assert (await ours.fetch(SITE)).text == "public"
            assert addresses_asked(names) == 1  # there is no second answer to be led by
            with pytest.raises(e.NotPublic):
                await ours.fetch(SITE)
            names.turn("site.example", "A", ["127.0.0.1", "127.0.0.2"])
            with pytest.raises(e.NotPublic):
                await ours.fetch(SITE)
            assert (len(web.asked), len(inside.asked)) == (1, 1)


async def test_a_name_that_turns_inward_between_two_redirects_gains_nothing(web: LocalWeb) -> None:
    async with serve_zones() as names, serve(address="127.0.0.2", port=web.port) as inside:
        web.sites["site.example/"] = redirect("/next")
        inside.sites["site.example/next"] = page("secret")
        names.zone("site.example")
        names.turn("site.example", "A", ["127.0.0.1"], ["127.0.0.2"])

        async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
            return await addresses.resolve(host, web.port)

        with system_asks(names), pytest.raises(e.NotPublic):
            await Fetcher(allowed=lambda a: a == LOOPBACK, resolve=resolve).fetch(SITE)
        assert (len(web.asked), len(inside.asked)) == (1, 0)


@pytest.mark.parametrize("answer", rude_web.SLOW.values(), ids=rude_web.SLOW)
async def test_who_is_slow_is_left(web: LocalWeb, answer: Answer) -> None:
    web.sites["site.example/"] = answer
    with pytest.raises(e.TooSlow):
        await fetcher_of(web, seconds=0.2).fetch(SITE)


async def test_a_name_server_that_keeps_silent_is_left() -> None:
    async with serve_zones() as names:
        names.bend("site.example", lambda _reply: None, always=True)
        with system_asks(names), pytest.raises(e.TooSlow):
            await Fetcher(seconds=0.1).fetch(SITE)


@pytest.mark.parametrize("answer", rude_web.HUGE.values(), ids=rude_web.HUGE)
async def test_what_never_ends_is_left_once_it_is_too_big(web: LocalWeb, answer: Answer) -> None:
    web.sites["site.example/"] = answer
    tracemalloc.start()
    try:
        with pytest.raises(e.TooBig):
            await fetcher_of(web, seconds=60).fetch(SITE)
        assert tracemalloc.get_traced_memory()[1] < 4 * MOST_READ
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("answer", rude_web.FLOODS.values(), ids=rude_web.FLOODS)
async def test_a_flood_of_headers_is_left_before_it_fills_anything(
    web: LocalWeb, answer: Answer
) -> None:
    web.sites["site.example/"] = answer
    tracemalloc.start()
    try:
        with pytest.raises(e.NoConnection):
            await fetcher_of(web, seconds=60).fetch(SITE)
        assert tracemalloc.get_traced_memory()[1] < MOST_READ
    finally:
        tracemalloc.stop()


async def test_a_bomb_is_defused_before_it_fills_the_memory(web: LocalWeb) -> None:
    web.sites["site.example/"] = rude_web.bomb()
    tracemalloc.start()
    try:
        with pytest.raises(e.TooBig):
            await fetcher_of(web, seconds=60).fetch(SITE)
        assert tracemalloc.get_traced_memory()[1] < 4 * MOST_READ
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("answer", rude_web.BROKEN.values(), ids=rude_web.BROKEN)
async def test_what_is_broken_is_no_connection(web: LocalWeb, answer: Answer) -> None:
    web.sites["site.example/"] = answer
    with pytest.raises(e.NoConnection):
        await fetcher_of(web).fetch(SITE)


async def test_a_circle_of_redirects_is_left(web: LocalWeb) -> None:
    web.sites["site.example/"] = rude_web.CIRCLE
    with pytest.raises(e.TooManyRedirects):
        await fetcher_of(web).fetch(SITE)
    assert len(web.asked) == 4


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate", "br", "zstd"])
async def test_an_encoding_not_asked_for_is_not_opened(web: LocalWeb, encoding: str) -> None:
    web.sites["site.example/"] = page(
        gzip.compress(gzip.compress(b"0" * 1_000_000)), Content_Encoding=encoding
    )
    with pytest.raises(e.WrongType):
        await fetcher_of(web).fetch("http://site.example/")


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-7", "rot13", "\0"])
async def test_a_codec_that_no_page_is_written_in_is_not_believed(
    web: LocalWeb, charset: str
) -> None:
    web.sites["site.example/"] = page(
        "là-\\x41", kind=f"text/html; charset={charset.strip(chr(0))}"
    )
    assert (await fetcher_of(web).fetch("http://site.example/")).text == "là-\\x41"


async def test_tls_believes_the_name_and_not_the_address(tmp_path: Path) -> None:
    server, authority = certify(tmp_path, ["site.example"])
    async with serve(server) as web:
        web.sites["site.example/"] = page("over tls")
        table = dict.fromkeys(("site.example", "other.example"), ("127.0.0.1", web.port))
        ours = Fetcher(
            allowed=lambda a: a == LOOPBACK,
            resolve=resolver(table),
            tls=ssl.create_default_context(cafile=str(authority)),
        )
        assert (await ours.fetch("https://site.example/")).text == "over tls"
        with pytest.raises(e.NoConnection):  # the certificate is for another name
            await ours.fetch("https://other.example/")
        strict = Fetcher(allowed=lambda a: a == LOOPBACK, resolve=resolver(table))
        with pytest.raises(e.NoConnection):  # nobody we know vouches for it
            await strict.fetch("https://site.example/")


async def test_the_environment_cannot_vouch_for_a_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, authority = certify(tmp_path, ["site.example"])
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    async with serve(server) as web:
        web.sites["site.example/"] = page("over tls")
        with pytest.raises(e.NoConnection):
            await fetcher_of(web).fetch("https://site.example/")
        assert web.asked == []
