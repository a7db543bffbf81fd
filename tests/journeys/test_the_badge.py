"""A member puts the badge on a page of another site, under a strict policy; then is suspended."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from app.core import clock
from app.core.viewer import Viewer
from app.directory.profile.badge_drawing import TONES
from app.members import service
from tests.channels.local_web import LocalWeb, page, serve
from tests.factories.directory import prove
from tests.journeys import channels
from tests.journeys.site import Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

PROMISED = 5.0  # seconds until a change of standing shows
OPERATOR = Viewer.system("test")


@pytest.fixture
async def elsewhere() -> AsyncIterator[LocalWeb]:
    """Another site, which knows nothing of the portal."""
    async with serve() as web:
        yield web


async def test_a_badge_on_another_site_tells_the_truth(site: Site, elsewhere: LocalWeb) -> None:
    kol = await site.person("Nguyễn Khánh Linh")
    member = await channels.becomes_a_member(kol, site)
    number = member.number
    async with site.database.write() as session:
        await prove(session, member, "https://www.tiktok.com/@bepnhasuong")
    await kol.goes_to(f"/members/{number}")
    await kol.follows("The badge for a site or a bio")
    await kol.sees("Where it is valid")
    await scans(kol.page, f"{site.base}/members/{number}")
    lines = await kol.page.locator("code.badge-code").first.text_content() or ""
    button = kol.page.get_by_role("button", name=kol.words("Copy"), exact=True).first
    await expect(button).to_be_visible()

    here = f"127.0.0.1:{elsewhere.port}"
    policy = f"default-src 'none'; img-src {site.base}"
    isolated = {"Cross_Origin_Embedder_Policy": "require-corp"}
    body = f'<!doctype html><html lang="vi"><title>Bếp</title><body>{lines}'
    elsewhere.sites[f"{here}/"] = page(body, Content_Security_Policy=policy)
    elsewhere.sites[f"{here}/alone"] = page(body, Content_Security_Policy=policy, **isolated)
    reader = await site.person("", locale="en")
    refused: list[str] = []
    reader.page.on("console", lambda said: refused.append(said.text))
    for path in ("/", "/alone"):
        await reader.page.goto(f"http://{here}{path}")
        assert await panel_of(reader.page) == TONES["active"].panel
        await reader.page.reload()  # as the browser has it, by a 304
        assert await panel_of(reader.page) == TONES["active"].panel

    async with site.database.write() as session:
        until = clock.today() + timedelta(days=30)
        await service.suspend(session, OPERATOR, number, until, "Quảng cáo sai.")
    changed = time.monotonic()
    while await panel_of(reader.page) != TONES["suspended"].panel:
        assert time.monotonic() - changed < PROMISED, "the badge is old"
        await asyncio.sleep(0.2)
        await reader.page.reload()
    forged = lines.replace(number, "DTA-26-99999-0")
    elsewhere.sites[f"{here}/forged"] = page(forged, Content_Security_Policy=policy)
    await reader.page.goto(f"http://{here}/forged")
    assert await panel_of(reader.page) == TONES["nobody"].panel
    assert [said for said in refused if "favicon" not in said] == []

    await reader.page.goto(f"http://{here}/")
    async with reader.page.expect_navigation():
        await reader.page.get_by_role("link").click()
    assert reader.page.url == f"{site.base}/members/{number}"
    await reader.sees("Suspended")
    assert await reader.page.locator(".person__accounts li").count() == 1
    assert site.looks.findings == []


async def panel_of(opened: Page) -> str:
    """The colour of the badge's panel, as a reader sees it."""
    picture = opened.get_by_role("img")
    await expect(picture).to_be_visible()
    shown = await picture.evaluate("one => one.decode().then(() => one.naturalWidth)")
    assert shown > 0
    image = Image.open(BytesIO(await picture.screenshot())).convert("RGB")
    colour = image.getpixel((4, image.height // 2))
    assert isinstance(colour, tuple)
    return "#" + bytes(map(int, colour)).hex()


async def scans(opened: Page, address: str) -> None:
    """Read the code off the screen, as a telephone does."""
    code = opened.locator(".badge-qr")
    await code.scroll_into_view_if_needed()
    screen = Image.open(BytesIO(await opened.screenshot()))
    found = [read.text for read in zxingcpp.read_barcodes(screen)]
    assert found == [address]
