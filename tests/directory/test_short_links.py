"""Short links: what the platform says is read and nothing else, and no transaction is open."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from app.channels import short_links
from app.channels.fetcher import Fetcher, install_fetcher
from app.channels.policy.platforms import platforms
from app.channels.policy.reasons import NotRecognised
from app.web import ratelimit
from tests.channels.local_web import LOOPBACK, LocalWeb, certify, page, redirect, resolver, serve
from tests.limits import one_window
from tests.portal import Portal

SHORT = sorted(host for platform in platforms().values() for host in platform.short_hosts)
CHANNEL = "https://www.tiktok.com/@bepsuong?lang=vi&_r=1"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certify(tmp_path_factory.mktemp("tls"), [*SHORT, "evil.example"])


@asynccontextmanager
async def world(
    tls: tuple[ssl.SSLContext, Path], names: list[str] | None = None
) -> AsyncIterator[tuple[LocalWeb, list[str]]]:
    """The platforms' short hosts on loopback, and which names were asked for."""
    asked: list[str] = []
    async with serve(tls[0]) as web:
        ports = dict.fromkeys(SHORT if names is None else names, ("127.0.0.1", web.port))
        install_fetcher(
            Fetcher(
                allowed=lambda address: address == LOOPBACK,
                resolve=resolver(ports, asked),
                tls=ssl.create_default_context(cafile=str(tls[1])),
            )
        )
        yield web, asked


@pytest.fixture(autouse=True)
def own_fetcher() -> Iterator[None]:
    yield
    install_fetcher(None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "pasted",
    [
        "https://vt.tiktok.com/ZS8abc/",
        "vt.tiktok.com/ZS8abc/",
        "http://vt.tiktok.com/ZS8abc/",  # asked by https all the same
        " //vt.tiktok.com/ZS8abc/ ",
    ],
)
async def test_a_short_link_leads_to_its_channel(
    tls: tuple[ssl.SSLContext, Path], pasted: str, status: int
) -> None:
    async with world(tls) as (web, asked):
        web.sites["vt.tiktok.com/ZS8abc/"] = redirect(CHANNEL, status)
        link = await short_links.opened(pasted)
        assert (link.platform, link.url) == ("tiktok", "https://www.tiktok.com/@bepsuong")
        assert asked == ["vt.tiktok.com"], "what it leads to is not opened"
        assert len(web.asked) == 1


async def test_a_short_link_may_lead_on_to_another_of_its_platform(
    tls: tuple[ssl.SSLContext, Path],
) -> None:
    async with world(tls) as (web, asked):
        web.sites["vt.tiktok.com/a"] = redirect("https://vm.tiktok.com/b")
        web.sites["vm.tiktok.com/b"] = redirect(f"{CHANNEL}/video/71")
        assert (await short_links.opened("vt.tiktok.com/a")).handle == "bepsuong"
        assert asked == ["vt.tiktok.com", "vm.tiktok.com"]


async def test_a_ring_of_short_links_ends(tls: tuple[ssl.SSLContext, Path]) -> None:
    async with world(tls) as (web, _asked):
        web.sites["vt.tiktok.com/a"] = redirect("https://vt.tiktok.com/a")
        with pytest.raises(short_links.LeadsAway):
            await short_links.opened("vt.tiktok.com/a")
        assert len(web.asked) == 3


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/@bepsuong",
        "https://www.tiktok.com.evil.example/@bepsuong",
        "https://www.instagram.com/bepsuong/",  # a channel, and of another platform
        "https://vn.shp.ee/abc",  # a short link of another platform
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:5432/",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
async def test_what_leads_away_is_refused_unopened(
    tls: tuple[ssl.SSLContext, Path], there: str
) -> None:
    async with world(tls) as (web, asked):
        web.sites["vt.tiktok.com/a"] = redirect(there)
        with pytest.raises((short_links.LeadsAway, NotRecognised)):
            await short_links.opened("vt.tiktok.com/a")
        assert asked == ["vt.tiktok.com"]


async def test_what_leads_to_no_channel_says_so(tls: tuple[ssl.SSLContext, Path]) -> None:
    async with world(tls) as (web, _asked):
        web.sites["youtu.be/abc"] = redirect("https://www.youtube.com/watch?v=abc")
        with pytest.raises(NotRecognised) as refused:
            await short_links.opened("youtu.be/abc")
        assert refused.value.kind == "not_a_channel"


@pytest.mark.parametrize(
    "answer",
    [
        page("<p>an app is opened by a script</p>"),
        page("gone", status=404),
        page("", status=302),  # leads nowhere
        b"nonsense\r\n\r\n",
    ],
)
async def test_a_platform_that_does_not_say_is_no_answer(
    tls: tuple[ssl.SSLContext, Path], answer: bytes
) -> None:
    async with world(tls) as (web, _asked):
        web.sites["vt.tiktok.com/a"] = answer
        with pytest.raises((short_links.LeadsAway, *short_links.NO_ANSWER)):
            await short_links.opened("vt.tiktok.com/a")


async def test_a_platform_that_is_slow_is_not_waited_for(
    tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_links, "SECONDS", 0.05)

    async def never() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async with world(tls) as (web, _asked):
        web.sites["vt.tiktok.com/a"] = never
        with pytest.raises(TimeoutError):
            await short_links.opened("vt.tiktok.com/a")


@pytest.mark.parametrize(
    "pasted",
    [
        "https://www.tiktok.com/@bepsuong",
        "https://evil.example/abc",
        "https://vt.tiktok.com.evil.example/abc",
        "https://vt.tiktok.com:8080/abc",
        "https://user@vt.tiktok.com/abc",
        "http://127.0.0.1/",
        "@bepsuong",
        "",
        "x" * 600,
    ],
)
async def test_nothing_else_is_opened(tls: tuple[ssl.SSLContext, Path], pasted: str) -> None:
    async with world(tls, ["evil.example", *SHORT]) as (web, asked):
        with pytest.raises((NotRecognised, short_links.NotShort)):
            await short_links.opened(pasted)
        assert (web.asked, asked) == ([], [])


async def test_the_button_leads_to_the_answer_with_no_transaction_open(
    portal: Portal, tls: tuple[ssl.SSLContext, Path]
) -> None:
    out: set[object] = set()
    meanwhile: list[int] = []
    pool = portal.database.engine.sync_engine

    def taken(_dbapi: object, record: object, _proxy: object) -> None:
        out.add(record)

    def given_back(_dbapi: object, record: object) -> None:
        out.discard(record)

    async def said() -> AsyncIterator[bytes]:
        meanwhile.append(len(out))
        yield redirect(CHANNEL)

    event.listen(pool, "checkout", taken)
    event.listen(pool, "checkin", given_back)
    try:
        async with world(tls) as (web, _asked):
            web.sites["vt.tiktok.com/ZS8abc/"] = said
            asked = await portal.get("/check?q=https://vt.tiktok.com/ZS8abc/")
            assert web.asked == [], "looking at a page asks nobody outside"
            assert 'action="/check/short"' in asked.text
            assert 'name="link" value="https://vt.tiktok.com/ZS8abc/"' in asked.text
            answer = await portal.post("/vi/check/short", {"link": "https://vt.tiktok.com/ZS8abc/"})
    finally:
        event.remove(pool, "checkout", taken)
        event.remove(pool, "checkin", given_back)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/vi/check?q=www.tiktok.com/@bepsuong"
    assert meanwhile == [0]


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (redirect("https://evil.example/"), "leads to no page of its own platform"),
        (page("", status=500), "did not say where this short link leads"),
        (redirect("https://www.tiktok.com/tag/food"), "to a post or a page of the platform"),
    ],
)
async def test_without_a_channel_the_page_says_what_to_paste(
    portal: Portal, tls: tuple[ssl.SSLContext, Path], there: bytes, said: str
) -> None:
    async with world(tls) as (web, _asked):
        web.sites["vt.tiktok.com/a"] = there
        answer = await portal.post("/check/short", {"link": "vt.tiktok.com/a"})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="vt.tiktok.com/a"' in answer.text, "what was asked stays in the box"
    assert "/check/short" not in answer.text, "the same button would say the same"


async def test_short_links_are_looked_behind_ten_times_a_minute(portal: Portal) -> None:
    ratelimit.forget_shares()
    async with one_window():
        for _ in range(10):
            assert (await portal.post("/check/short", {"link": "nothing"})).status_code == 422
        refused = await portal.post("/check/short", {"link": "nothing"})
        assert refused.status_code == 429


async def test_another_site_cannot_have_us_look(portal: Portal) -> None:
    answer = await portal.post(
        "/check/short", {"link": "vt.tiktok.com/a"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
