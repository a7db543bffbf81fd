"""The check in pages of others: framed by anyone, knowing nobody."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from playwright.async_api import Browser, FrameLocator, Page, async_playwright, expect

from app.members.models import Member, Standing
from app.web import ratelimit
from app.web.framed import HEADERS, POLICY
from tests.channels.local_web import page, serve
from tests.conftest import statements
from tests.factories.directory import PROVEN, prove
from tests.factories.members import make_member
from tests.journeys.browser import launch_options
from tests.limits import one_window
from tests.portal import Portal, application

LINK = "https://www.tiktok.com/@bepnhasuong"
FRAMED = ("/embed/check", "/embed/check?q=%40bepnhasuong", "/embed/check/badge?q=%40bepnhasuong")
HOSTILE = ("%00", "%ff", "%E2%80%AE", "a" * 9000, "%3Cscript%3Ealert(1)%3C/script%3E", "%22%3E%3Cb")


async def member(portal: Portal) -> Member:
    async with portal.transaction() as session:
        found = await make_member(session, stage_name="Bếp Nhà Sương")
        await prove(session, found, LINK)
    return found


@pytest.mark.parametrize("prefix", ["", "/vi", "/en", "/fr"])
@pytest.mark.parametrize("path", FRAMED)
async def test_anyone_may_frame_it_and_it_loads_nothing_from_elsewhere(
    portal: Portal, path: str, prefix: str
) -> None:
    answer = await portal.get(prefix + path)
    assert answer.status_code == 200
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "x-frame-options" not in answer.headers
    assert "<script" not in answer.text
    assert " style=" not in answer.text


async def test_an_unknown_address_has_a_page_that_its_policy_lets_show(portal: Portal) -> None:
    answer = await portal.get("/vi/embed/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"] == POLICY
    assert "<h1>Không có trang này</h1>" in answer.text
    assert "css/embed.css" in answer.text
    assert "<script" not in answer.text
    assert ".woff2" not in answer.text


def test_its_policy_allows_no_script_and_only_its_own_forms() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "*",
    }


@pytest.mark.parametrize("path", ["/check", "/check?q=%40bepnhasuong", "/check/embed", "/"])
async def test_no_other_page_may_be_framed(portal: Portal, path: str) -> None:
    answer = await portal.get(path)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", FRAMED)
async def test_no_cookie_is_read_or_set(portal: Portal, path: str) -> None:
    signed_in = await member(portal)
    await portal.sign_in(signed_in.account_id)
    portal.http.cookies.set("lang", "fr", domain="localhost.local")
    portal.http.cookies.set("flash", "x", domain="localhost.local")
    known = await portal.get(path)
    portal.sign_out()
    unknown = await portal.get(path)
    assert "set-cookie" not in known.headers
    assert known.text.split("True on")[0] == unknown.text.split("True on")[0]
    assert 'lang="en"' in known.text, "the browser's language, not the cookie's"


@pytest.mark.parametrize("given", HOSTILE)
@pytest.mark.parametrize("path", ["/embed/check", "/embed/check/badge", "/check/embed"])
async def test_whatever_is_asked_comes_back_as_text(portal: Portal, path: str, given: str) -> None:
    answer = await portal.get(f"{path}?q={given}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert '"><b' not in answer.text


async def test_a_badge_says_the_standing_and_follows_it(portal: Portal) -> None:
    found = await member(portal)
    path = f"/embed/check/badge?q={found.number}"
    good = await portal.get(path)
    assert "Bếp Nhà Sương" in good.text
    assert "In good standing" in good.text
    tag = {"If-None-Match": good.headers["etag"]}
    assert (await portal.get(path, headers=tag)).status_code == 304
    async with portal.transaction() as session:
        changed = await session.get_one(Member, found.id)
        changed.standing, changed.standing_until = Standing.SUSPENDED, PROVEN.date()
    after = await portal.get(path, headers=tag)
    assert after.status_code == 200
    assert "In good standing" not in after.text
    assert "Suspended" in after.text


async def test_a_badge_that_a_browser_has_costs_no_question_to_the_database(
    portal: Portal,
) -> None:
    found = await member(portal)
    path = f"/embed/check/badge?q={found.number}"
    await portal.get(path)  # the search takes the member in with the first question
    had = {"If-None-Match": (await portal.get(path)).headers["ETag"]}
    with statements(portal.database.engine) as seen:
        assert (await portal.get(path, headers=had)).status_code == 304
    assert [asked for asked in seen if "member_changes" not in asked] == []
    async with portal.transaction() as session:
        (await session.get_one(Member, found.id)).stage_name = "Bếp Mới"
    changed = await portal.get(path, headers=had)
    assert (changed.status_code, "Bếp Mới" in changed.text) == (200, True)


async def test_a_badge_of_an_imitator_warns(portal: Portal) -> None:
    await member(portal)
    answer = await portal.get("/embed/check/badge?q=tiktok.com/@bepnhasu0ng")
    assert "Be careful: this looks like Bếp Nhà Sương, and is not proven" in answer.text
    assert "In good standing" not in answer.text


@pytest.mark.parametrize("path", ["/embed/check", "/embed/check/badge"])
async def test_too_many_checks_are_told_in_the_frame(portal: Portal, path: str) -> None:
    ratelimit.forget_shares()
    async with one_window():
        for other in ("/check", "/embed/check", "/embed/check/badge"):
            for _ in range(20):
                assert (await portal.get(f"{other}?q=0901234567")).status_code == 200
        refused = await portal.get(f"{path}?q=0901234567")
    assert refused.status_code == 429
    assert "ETag" not in refused.headers
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert "Too many checks from here" in refused.text
    assert "<nav" not in refused.text


async def test_a_badge_that_the_browser_has_counts_as_no_check(portal: Portal) -> None:
    found = await member(portal)
    path = f"/embed/check/badge?q={found.number}"
    ratelimit.forget_shares()
    async with one_window():
        tag = (await portal.get(path)).headers["ETag"]
        again = [(await portal.get(path, headers={"If-None-Match": tag})) for _ in range(60)]
        assert {answer.status_code for answer in again} == {304}
        assert (await portal.get("/check?q=0901234567")).status_code == 200


async def test_the_lines_to_copy_are_text_and_lead_here(portal: Portal) -> None:
    answer = await portal.get("/vi/check/embed?q=@bep%22suong")
    base = "http://localhost:8000/vi/embed/check"
    assert f"&lt;iframe src=&#34;{base}&#34;" in answer.text
    assert f"&lt;iframe src=&#34;{base}/badge?q=@bep%22suong&#34;" in answer.text
    assert answer.text.count("<iframe") == 2, "one to look at for each line"
    assert "frame-src 'self'" in answer.headers["content-security-policy"]
    assert (await portal.get("/check/embed")).text.count("<iframe") == 1


@asynccontextmanager
async def on_a_port() -> AsyncIterator[str]:
    """The application served to a browser. Yields: its origin."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application(), lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[found]))
        try:
            yield f"http://localhost:{found.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(**launch_options())
        yield browser
        await browser.close()


def framed(web_page: Page) -> FrameLocator:
    return web_page.frame_locator("iframe")


@pytest.mark.journey
@pytest.mark.parametrize("isolated", [False, True], ids=["plain", "isolated"])
async def test_a_reader_of_another_site_checks_in_its_frame(
    portal: Portal, *, isolated: bool
) -> None:
    await member(portal)
    own = {"Cross_Origin_Embedder_Policy": "require-corp"} if isolated else {}
    async with on_a_port() as origin, serve() as web, chromium() as browser:
        here = f"127.0.0.1:{web.port}"
        web.sites[f"{here}/"] = page(
            f'<!doctype html><iframe src="{origin}/en/embed/check" width="390" height="500">', **own
        )
        context = await browser.new_context()
        opened = await context.new_page()
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        await opened.goto(f"http://{here}/")
        frame = framed(opened)
        await frame.get_by_label("Is this account real?").fill("tiktok.com/@bepnhasu0ng")
        await frame.get_by_role("button", name="Check").press("Enter")
        await expect(frame.get_by_role("heading", level=2)).to_have_text(
            "Be careful: this looks like Bếp Nhà Sương, and is not proven"
        )
        await expect(frame.locator("mark")).to_have_text(["0", "o"])
        assert await frame.locator("body").evaluate("el => el.scrollWidth <= innerWidth")
        assert await context.cookies() == []
        assert [text for text in said if "favicon" not in text and "404" not in text] == []


@pytest.mark.journey
async def test_a_browser_keeps_every_other_page_out_of_frames(portal: Portal) -> None:
    async with on_a_port() as origin, serve() as web, chromium() as browser:
        here = f"127.0.0.1:{web.port}"
        web.sites[f"{here}/"] = page(f'<!doctype html><iframe src="{origin}/en/check">')
        opened = await browser.new_page()
        await opened.goto(f"http://{here}/")
        await expect(framed(opened).get_by_role("search")).to_have_count(0)
        assert any("frame-ancestors" in text for text in await refusals(opened, f"http://{here}/"))


async def refusals(opened: Page, address: str) -> list[str]:
    """What the browser says when the page is opened once more."""
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    await opened.goto(address)
    await opened.wait_for_load_state("networkidle")
    return said
