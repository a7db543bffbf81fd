"""Is this account real? One look-alike, a check in somebody else's page, and a whole list at once."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from playwright.async_api import Download, Error, Locator, Route, ViewportSize, expect
from python_calamine import load_workbook
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.members.models import Member
from app.members.policy import number
from tests.directory import sheets
from tests.factories.directory import prove
from tests.factories.members import make_member
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import DESK, PHONE
from tests.journeys.person import Person
from tests.journeys.site import Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

REAL = "https://www.tiktok.com/@bep.suong"
FAKE = "tiktok.com/@bep.su0ng"
MANY = 10_000


@pytest.mark.parametrize("scripts", ["js", "no-js"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desktop", "phone"])
async def test_a_fake_is_told_from_the_member_by_keyboard_alone(
    site: Site, size: ViewportSize, scripts: str
) -> None:
    member = await a_member(site)
    buyer = await site.person("", javascript=scripts == "js")
    await buyer.page.set_viewport_size(size)
    keys = Keyboard(buyer)

    await checks_the_fake(keys, member)
    await sees_it_in_a_page_of_others(site, buyer)
    before = await everything_kept(site)
    await is_refused_a_hostile_workbook(keys)
    assert await everything_kept(site) == before
    await checks_a_whole_list(keys, member)
    assert await everything_kept(site) == before
    assert site.looks.findings == []


async def test_a_list_can_be_stopped_and_goes_on_after_a_pause(site: Site) -> None:
    await a_member(site)
    buyer = await site.person("")
    keys, held = Keyboard(buyer), asyncio.Event()

    async def slow(route: Route) -> None:
        await held.wait()
        with suppress(Error):  # the page has given it up by then
            await route.abort()

    await buyer.page.route("**/check/many/part", slow, times=1)
    await gives_the_list(keys)
    await expect(progress(buyer)).to_be_visible()
    await keys.reaches(button(buyer, "Stop"))
    await buyer.page.keyboard.press("Enter")
    await buyer.sees("Stopped. The lines that are answered stay here.")
    await expect(button(buyer, "Go on")).to_be_focused()
    await buyer.looks_around()
    held.set()

    async def too_many(route: Route) -> None:
        await route.fulfill(status=429, headers={"Retry-After": "1"}, body="")

    await buyer.page.route("**/check/many/part", too_many, times=1)
    await buyer.page.keyboard.press("Enter")
    await buyer.sees("A moment, please: we go on by ourselves in %(n)s seconds.", n=1)
    await is_answered(buyer)
    assert await tally(buyer) == {"good": 1, "lookalike": 1, "mistyped": MANY - 2}
    assert site.looks.findings == []


async def a_member(site: Site) -> Member:
    async with site.database.write() as session:
        member = await make_member(session, stage_name="Bếp Nhà Sương")
        await prove(session, member, REAL)
    return member


async def everything_kept(site: Site) -> tuple[int, int, int]:
    """How much the database holds of what a visitor could have changed."""
    async with site.database.read() as session:
        version = await session.scalar(select(func.sum(Member.version)))
        members = await session.scalar(select(func.count()).select_from(Member))
        by_people = AuditEvent.actor_name == ""  # the clock's own work has a name there
        events = await session.scalar(select(func.count()).where(by_people))
        return version or 0, members or 0, events or 0


def button(person: Person, english: str) -> Locator:
    return person.page.get_by_role("button", name=person.words(english), exact=True)


def link(person: Person, english: str) -> Locator:
    name = re.compile("^" + re.escape(person.words(english)))
    return person.page.get_by_role("main").get_by_role("link", name=name).first


def progress(person: Person) -> Locator:
    return person.page.get_by_role("progressbar")


async def checks_the_fake(keys: Keyboard, member: Member) -> None:
    """The answer names the one whom it imitates, and the letter that tells them apart."""
    buyer = keys.person
    await buyer.goes_to("/check")
    await keys.reaches(buyer.page.get_by_role("main").get_by_role("searchbox"))
    await buyer.page.keyboard.type(FAKE)
    async with buyer.page.expect_navigation():
        await buyer.page.keyboard.press("Enter")
    await buyer.looks_around()
    await buyer.sees(
        "Character %(place)s is the digit %(asked)s, not the letter “%(real)s”.",
        place=7, asked="0", real="o",
    )  # fmt: skip
    await keys.follows(buyer.page.get_by_role("link", name=member.stage_name).first)
    await buyer.reads(member.number)
    await buyer.goes_to(f"/check?q={REAL}")
    await buyer.reads(member.number)


@asynccontextmanager
async def another_site(body: str) -> AsyncIterator[str]:
    """A page on an origin that is not the portal's; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n"
        )
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def sees_it_in_a_page_of_others(site: Site, buyer: Person) -> None:
    """The check that may be framed works there; the portal's own pages cannot be framed."""
    page = (
        f'<!doctype html><title>Báo</title><iframe title="a" src="{site.base}/vi/embed/check"'
        f' width="360" height="420"></iframe><iframe title="b" src="{site.base}/check"></iframe>'
    )
    async with another_site(page) as address:
        await buyer.page.goto(address)
        embedded = buyer.page.frame_locator('iframe[title="a"]')
        await embedded.get_by_role("searchbox").fill(FAKE)
        await embedded.get_by_role("searchbox").press("Enter")
        await expect(embedded.get_by_text("Bếp Nhà Sương").first).to_be_visible()
        own = buyer.page.frame_locator('iframe[title="b"]')
        await expect(own.get_by_role("searchbox")).to_have_count(0)
    await buyer.goes_to(f"/embed/check?q={FAKE}")


async def is_refused_a_hostile_workbook(keys: Keyboard) -> None:
    """What is wrong stands at the field; with scripts the focus is led there."""
    buyer = keys.person
    await buyer.goes_to("/check")
    await keys.follows(link(buyer, "Check a whole list at once"))
    files = {
        "There is far more in this workbook than a list needs. Copy the column with the links"
        " into a new one, or save it as CSV.": sheets.bomb(100_000_000),
        "This workbook holds macros. Save it as an Excel workbook without them (.xlsx).": (
            sheets.with_part("xl/vbaProject.bin", b"x")
        ),
        "There are more than %(n)s columns. Keep those that you need, then try again.": (
            sheets.with_cell_at(0, 16_383)
        ),
    }
    for said, data in files.items():
        file = {"name": "danh sách.xlsx", "mimeType": "application/zip", "buffer": data}
        await buyer.uploads("Or choose a file", file)
        await keys.follows(button(buyer, "Check the list"), stays=True)
        words = buyer.words(said, n=50) if "%" in said else buyer.words(said)
        await expect(buyer.page.locator("#sheet-error")).to_contain_text(words)
        await expect(buyer.page.get_by_role("alert")).to_contain_text(words)
        await expect(buyer.page.locator("#sheet")).to_have_attribute("aria-invalid", "true")
        if buyer.javascript:
            await expect(buyer.page.get_by_role("alert")).to_be_focused()


def the_list() -> list[str]:
    return [REAL, FAKE, *(f"DTA-26-{place:05d}-{wrong(place)}" for place in range(2, MANY))]


def wrong(place: int) -> int:
    """A digit that is not the check digit of the number `place`."""
    return (int(number(2026, place)[-1]) + 1) % 10


async def gives_the_list(keys: Keyboard) -> None:
    """Paste ten thousand lines as one pastes them, and send them."""
    buyer = keys.person
    await buyer.goes_to("/check/many")
    await keys.reaches(buyer.page.get_by_label(buyer.words("Paste the list"), exact=True))
    await buyer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await buyer.page.evaluate("text => navigator.clipboard.writeText(text)", "\n".join(the_list()))
    await buyer.page.keyboard.press("Control+V")
    await keys.reaches(button(buyer, "Check the list"))
    await buyer.page.keyboard.press("Enter")


async def is_answered(buyer: Person) -> None:
    done = "All lines are answered." if buyer.javascript else "Take the answers home"
    await expect(buyer.page.get_by_text(buyer.words(done)).first).to_be_visible(timeout=60_000)
    await buyer.looks_around()


async def tally(buyer: Person) -> dict[str, int]:
    """How many lines have which answer, as the page shows it."""
    shown = await buyer.page.locator("[data-tally]:visible").all()
    return {
        str(await one.get_attribute("data-tally")): int(
            re.sub(r"\D", "", await one.locator("[data-count]").inner_text())
        )
        for one in shown
    }


async def checks_a_whole_list(keys: Keyboard, member: Member) -> None:
    """Ten thousand lines in, an answer a line out, and all of them taken home."""
    buyer = keys.person
    await gives_the_list(keys)
    await is_answered(buyer)
    assert await tally(buyer) == {"good": 1, "lookalike": 1, "mistyped": MANY - 2}
    good = buyer.page.locator('[data-group="good"] tbody')
    await expect(good.get_by_role("link", name=member.stage_name)).to_be_visible()
    rows = buyer.page.locator('[data-group="mistyped"] tbody tr')
    await expect(rows).to_have_count(200)
    await keys.reaches(button(buyer, "Download for Excel (.xlsx)"))
    async with buyer.page.expect_download() as coming:
        await buyer.page.keyboard.press("Enter")
    found = await rows_of(await coming.value)
    assert [row[0] for row in found[1:]] == the_list()
    said = ("Member in good standing", "Looks like a member, is not", "Mistyped member number")
    assert [row[1] for row in found[1:4]] == [buyer.words(words) for words in said]
    assert {row[1] for row in found[3:]} == {buyer.words(said[2])}


async def rows_of(file: Download) -> list[list[object]]:
    path = await file.path()
    data = await asyncio.to_thread(path.read_bytes)
    return load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
