"""The guarded fetcher under attack, against a real server on loopback.

127.0.0.1 plays the public internet; 127.0.0.2 and the rest of loopback play the inside.
"""

import asyncio
import gzip
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from app.channels.fetcher import Fetcher, addresses, fetcher, install_fetcher
from app.channels.fetcher import errors as e
from tests.channels.local_web import (
    LOOPBACK,
    LocalWeb,
    certify,
    fetcher_to,
    page,
    redirect,
    resolver,
    serve,
)

INSIDE = [
    "http://127.0.0.1/", "http://127.1/", "http://0x7f000001/", "http://2130706433/",
    "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://0.0.0.0/", "http://[::]/", "http://localhost/", "http://LOCALHOST./",
    "http://１２７.０.０.１/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://192.0.2.1/",
    "http://198.18.0.1/", "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/",
    "http://[fe80::1]/", "http://[fc00::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/",
    "http://[64:ff9b:1::1]/", "http://[2001::1]/", "http://168.63.129.16/", "http://192.0.0.192/",
    "http://[fec0::1]/", "http://[::ffff:0:7f00:1]/", "http://[3fff::1]/", "http://[5f00::1]/",
    "http://[fd00:ec2::254]/", "http://[100::1]/", "http://[4000::1]/",
]  # fmt: skip

PUBLIC = ["1.1.1.1", "113.160.0.1", "2606:4700:4700::1111", "2001:ee0:1::1"]


@pytest.fixture
async def web() -> AsyncIterator[LocalWeb]:
    async with serve() as served:
        yield served


def fetcher_of(
    web: LocalWeb, *names: str, seconds: float = 5.0, **more: tuple[str, int]
) -> Fetcher:
    """A fetcher for which the `.example` names lead to `web`."""
    table = {f"{name}.example": ("127.0.0.1", web.port) for name in names or ("site",)}
    return Fetcher(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolver(table | {f"{k}.example": v for k, v in more.items()}),
        seconds=seconds,
    )


@pytest.mark.parametrize("url", INSIDE)
async def test_nothing_inside_is_reached_by_any_notation(url: str) -> None:
    with pytest.raises((e.NotPublic, e.NotFound, e.BadAddress)) as refused:
        await Fetcher().fetch(url)
    if "１" not in url and "localhost" not in url.lower():
        assert not isinstance(refused.value, e.NotFound)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert addresses.is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://site.example/", "ftp://site.example/", "data:text/html,x",
        "https://site.example:8443/", "http://site.example:443/", "https://a@site.example/",
        "https://a:b@site.example/", "//site.example/", "/etc/passwd", "", "https://",
        "http://site.example:99999/", "https://site.example/" + "a" * 3000,
    ],
)  # fmt: skip
async def test_only_plain_addresses_are_opened(web: LocalWeb, url: str) -> None:
    with pytest.raises(e.BadAddress):
        await fetcher_of(web).fetch(url)
    assert web.asked == []


async def test_a_page_is_read(web: LocalWeb) -> None:
    web.sites["site.example/a?b=1"] = page(
        "là".encode("cp1252"), kind='text/html; charset="cp1252"'
    )
    web.sites["site.example/odd"] = page("là", kind="text/html; charset=zlib")
    web.sites["site.example/vi"] = page("Xin chào", kind="Text/Plain")
    found = await fetcher_of(web).fetch("http://site.example/vi#top")
    assert (found.text, found.media_type, found.status) == ("Xin chào", "text/plain", 200)
    assert found.chain == ("http://site.example/vi",)
    assert len(found.sha256) == 64
    assert (await fetcher_of(web).fetch("http://site.example/a?b=1")).text == "là"
    assert (await fetcher_of(web).fetch("http://site.example/odd")).text == "là"
    head = web.asked[0].decode()
    assert "Host: site.example\r\n" in head
    assert "DigitalTrustAlliance/" in head
    assert "lienhe@" in head


async def test_redirects_are_followed_three_times_and_no_more(web: LocalWeb) -> None:
    for n in range(4):
        web.sites[f"site.example/{n}"] = redirect(f"/{n + 1}", 301 + n % 2)
    web.sites["site.example/4"] = page("there")
    found = await fetcher_of(web).fetch("http://site.example/1")
    assert found.chain == tuple(f"http://site.example/{n}" for n in (1, 2, 3, 4))
    with pytest.raises(e.TooManyRedirects):
        await fetcher_of(web).fetch("http://site.example/0")


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


async def test_a_name_server_that_changes_its_answer_gains_nothing(web: LocalWeb) -> None:
    web.sites["site.example/"] = page("public")
    async with serve(address="127.0.0.2") as inside:
        inside.sites["site.example/"] = page("secret")
        answers = [("127.0.0.1", web.port)] + [("127.0.0.2", inside.port)] * 9
        given = iter(answers)

        async def rebinding(_host: str, _port: int) -> list[tuple[str, int]]:
            return [next(given)]

        # whoever checks a name first and connects to the name after is led inside
        await rebinding("site.example", 80)
        address, port = (await rebinding("site.example", 80))[0]
        reader, writer = await asyncio.open_connection(address, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: site.example\r\n\r\n")
        assert b"secret" in await reader.read()
        writer.close()

        given = iter(answers)
        fetch = Fetcher(allowed=lambda a: a == LOOPBACK, resolve=rebinding).fetch
        assert (await fetch("http://site.example/")).text == "public"
        with pytest.raises(e.NotPublic):
            await fetch("http://site.example/")
        assert len(inside.asked) == 1


async def test_a_slow_body_is_left(web: LocalWeb) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n"
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.02)

    web.sites["site.example/"] = drip
    with pytest.raises(e.TooSlow):
        await fetcher_of(web, seconds=0.3).fetch("http://site.example/")


async def test_silence_a_slow_name_server_and_endless_hints_are_left(web: LocalWeb) -> None:
    async def silence() -> AsyncIterator[bytes]:
        await asyncio.sleep(2)
        yield b""

    async def hints() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"HTTP/1.1 103 Early Hints\r\n\r\n"
            await asyncio.sleep(0.01)

    async def never(_host: str, _port: int) -> list[tuple[str, int]]:
        await asyncio.sleep(2)
        return []

    web.sites |= {"site.example/silence": silence, "site.example/hints": hints}
    for path in ("silence", "hints"):
        with pytest.raises(e.TooSlow):
            await fetcher_of(web, seconds=0.2).fetch(f"http://site.example/{path}")
    with pytest.raises(e.TooSlow):
        await Fetcher(resolve=never, seconds=0.1).fetch("http://site.example/")


async def test_an_endless_body_is_left(web: LocalWeb) -> None:
    sent = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        for _ in range(20_000):
            sent += 65_536
            yield b"x" * 65_536

    web.sites["site.example/"] = flood
    with pytest.raises(e.TooBig):
        await fetcher_of(web).fetch("http://site.example/")
    assert sent < 30_000_000  # what the sockets buffer, not what was on offer


async def test_a_bomb_is_defused_before_it_fills_the_memory(web: LocalWeb) -> None:
    web.sites["site.example/"] = page(gzip.compress(b"0" * 200_000_000), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        with pytest.raises(e.TooBig):
            await fetcher_of(web).fetch("http://site.example/")
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate", "br", "zstd"])
async def test_an_encoding_not_asked_for_is_not_opened(web: LocalWeb, encoding: str) -> None:
    web.sites["site.example/"] = page(
        gzip.compress(gzip.compress(b"0" * 1_000_000)), Content_Encoding=encoding
    )
    with pytest.raises(e.WrongType):
        await fetcher_of(web).fetch("http://site.example/")


async def test_a_compressed_page_is_read(web: LocalWeb) -> None:
    web.sites["site.example/"] = page(gzip.compress("Đây".encode()), Content_Encoding="GZIP")
    assert (await fetcher_of(web).fetch("http://site.example/")).text == "Đây"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-7", "rot13", "\0"])
async def test_a_codec_that_no_page_is_written_in_is_not_believed(
    web: LocalWeb, charset: str
) -> None:
    web.sites["site.example/"] = page(
        "là-\\x41", kind=f"text/html; charset={charset.strip(chr(0))}"
    )
    assert (await fetcher_of(web).fetch("http://site.example/")).text == "là-\\x41"


async def test_nobody_is_sent_down_from_https(tmp_path: Path) -> None:
    server, authority = certify(tmp_path, ["site.example"])
    async with serve(server) as web:
        web.sites["site.example/"] = redirect("http://site.example/plain")
        with pytest.raises(e.BadAddress):
            await fetcher_to(web.port, authority).fetch("https://site.example/")
        assert len(web.asked) == 1


async def test_a_flood_of_headers_is_left(web: LocalWeb) -> None:
    async def flood() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        for n in range(10_000):
            yield b"X-%d: " % n + b"y" * 1000 + b"\r\n"

    web.sites["site.example/"] = flood
    with pytest.raises(e.NoConnection):
        await fetcher_of(web).fetch("http://site.example/")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (page(b"\x89PNG", kind="image/png"), e.WrongType),
        (page("x", kind="application/octet-stream"), e.WrongType),
        (page("x", kind=""), e.WrongType),
        (page("x", status=404), e.HttpFailed),
        (page("x", status=500), e.HttpFailed),
        (page("x", status=302), e.HttpFailed),  # sends on to nowhere
        (b"not http at all\r\n\r\n", e.NoConnection),
        (b"", e.NoConnection),
        (page(b"not gzip", Content_Encoding="gzip"), e.NoConnection),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nshort", e.NoConnection),
    ],
)  # fmt: skip
async def test_what_is_no_page_is_refused_with_its_reason(
    web: LocalWeb, answer: bytes, error: type[e.FetchFailed]
) -> None:
    web.sites["site.example/"] = answer
    with pytest.raises(error) as refused:
        await fetcher_of(web).fetch("http://site.example/")
    assert str(refused.value.TEXT)
    assert refused.value.key in e.FAILURES


async def test_no_cookie_is_kept_and_no_proxy_taken_from_the_environment(
    web: LocalWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.sites["site.example/"] = page("", status=302, Location="/next", Set_Cookie="a=b")
    web.sites["site.example/next"] = page("there")
    assert (await fetcher_of(web).fetch("http://site.example/")).text == "there"
    assert all(b"cookie" not in head.lower() for head in web.asked)


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


async def test_a_closed_port_is_told_apart_from_a_name_without_an_address(web: LocalWeb) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = ("127.0.0.1", free.getsockname()[1])
    with pytest.raises(e.NoConnection):
        await fetcher_of(web, closed=closed).fetch("http://closed.example/")
    with pytest.raises(e.NotFound):
        await fetcher_of(web).fetch("http://nobody.example/")


def test_a_process_has_one_fetcher_which_only_code_can_replace() -> None:
    install_fetcher(None)
    guarded = fetcher()
    assert fetcher() is guarded
    assert guarded._allowed is addresses.is_public
    install_fetcher(None)
