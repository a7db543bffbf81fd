"""What the guarded fetcher opens, brings back and says of what it cannot read."""

import gzip
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from app.channels.fetcher import addresses
from app.channels.fetcher import errors as e
from tests.channels.local_web import (
    LocalWeb,
    certify,
    fetcher_of,
    fetcher_to,
    page,
    redirect,
    serve,
)

PUBLIC = ["1.1.1.1", "113.160.0.1", "2606:4700:4700::1111", "2001:ee0:1::1"]


@pytest.fixture
async def web() -> AsyncIterator[LocalWeb]:
    async with serve() as served:
        yield served


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


async def test_a_compressed_page_is_read(web: LocalWeb) -> None:
    web.sites["site.example/"] = page(gzip.compress("Đây".encode()), Content_Encoding="GZIP")
    assert (await fetcher_of(web).fetch("http://site.example/")).text == "Đây"


async def test_nobody_is_sent_down_from_https(tmp_path: Path) -> None:
    server, authority = certify(tmp_path, ["site.example"])
    async with serve(server) as web:
        web.sites["site.example/"] = redirect("http://site.example/plain")
        with pytest.raises(e.BadAddress):
            await fetcher_to(web.port, authority).fetch("https://site.example/")
        assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (page(b"\x89PNG", kind="image/png"), e.WrongType),
        (page("x", kind="application/octet-stream"), e.WrongType),
        (page("x", kind=""), e.WrongType),
        (page("x", status=404), e.HttpFailed),
        (page("x", status=500), e.HttpFailed),
        (page("x", status=302), e.HttpFailed),  # sends on to nowhere
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


async def test_a_closed_port_is_told_apart_from_a_name_without_an_address(web: LocalWeb) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = ("127.0.0.1", free.getsockname()[1])
    with pytest.raises(e.NoConnection):
        await fetcher_of(web, closed=closed).fetch("http://closed.example/")
    with pytest.raises(e.NotFound):
        await fetcher_of(web).fetch("http://nobody.example/")


async def test_only_the_types_that_a_call_expects_are_read(web: LocalWeb) -> None:
    web.sites["site.example/"] = page("{}", kind="application/json")
    fetch = fetcher_of(web).fetch
    with pytest.raises(e.WrongType):
        await fetch("http://site.example/", types={"text/html"}, accept="text/html")
    found = await fetch(
        "http://site.example/", types={"application/json"}, accept="application/json"
    )
    assert found.text == "{}"
    accepts = [
        line for head in web.asked for line in head.splitlines() if line.startswith(b"Accept:")
    ]
    assert accepts == [b"Accept: text/html", b"Accept: application/json"]


async def test_an_answer_of_an_api_is_read_as_an_object(web: LocalWeb) -> None:
    kind = "application/activity+json; charset=utf-8"
    web.sites["site.example/"] = page('{"handle": "t\u00ean"}', kind=kind)
    found, answer = await fetcher_of(web).fetch_json("http://site.example/")
    assert (answer, found.chain) == ({"handle": "tên"}, ("http://site.example/",))
    assert b"Accept: application/json\r\n" in web.asked[0]


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", '"text"', "null", "1", '{"a": NaN}', '{"a": Infinity}', b"\xff\xfe{",
        "[" * 500_000, '{"a":' * 100_000, '{"a": ' + "9" * 900_000 + "}", '{"a": 1} {"b": 2}',
    ],
)  # fmt: skip
async def test_what_is_no_object_is_unreadable(web: LocalWeb, body: str | bytes) -> None:
    web.sites["site.example/"] = page(body, kind="application/json")
    with pytest.raises(e.Unreadable):
        await fetcher_of(web).fetch_json("http://site.example/")


async def test_a_page_is_no_answer_of_an_api(web: LocalWeb) -> None:
    web.sites["site.example/"] = page("{}")
    with pytest.raises(e.WrongType):
        await fetcher_of(web).fetch_json("http://site.example/")


async def test_headers_of_ours_go_to_the_host_they_are_meant_for_and_no_other(
    web: LocalWeb,
) -> None:
    web.sites |= {
        "site.example/": redirect("/next"),
        "site.example/next": redirect("http://other.example/"),
        "other.example/": page("{}", kind="application/json"),
    }
    ask = fetcher_of(web, "site", "other").fetch_json
    await ask("http://site.example/", headers={"X-Key": "ours"})
    assert [b"X-Key: ours" in head for head in web.asked] == [True, True, False]
