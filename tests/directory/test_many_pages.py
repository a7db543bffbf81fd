"""The check of many accounts at once: lists in, answers out, by page, by part and by file."""

import io
import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from python_calamine import load_workbook
from sqlalchemy.ext.asyncio import AsyncSession

from app.directory.many import limits
from app.members.models import Member, Standing
from tests.factories.directory import PROVEN, prove
from tests.factories.members import make_member
from tests.limits import counted, one_window
from tests.portal import Browser, Portal

LINK = "https://www.tiktok.com/@bep.suong"


async def settle(portal: Portal) -> tuple[Member, Member]:
    """A member in good standing with a channel, and one who is suspended."""
    async with portal.transaction() as session:
        good = await make_member(session, stage_name="Bếp Sương")
        await prove(session, good, LINK)
        held = await make_member(session, stage_name="Chú Tám")
        await prove(session, held, "https://www.youtube.com/@chutam")
        await suspend(session, held)
        return good, held


async def suspend(session: AsyncSession, member: Member) -> None:
    member.standing, member.standing_until = Standing.SUSPENDED, PROVEN.date()
    await session.flush()


async def give(browser: Browser, path: str = "", **fields: str) -> httpx2.Response:
    """Send a list as the page's form does."""
    empty = {"sheet": ("", b"", "application/octet-stream")}
    return await browser.post(f"/check/many{path}", fields, files=empty)


async def upload(browser: Browser, data: bytes, name: str = "danh sách.csv") -> httpx2.Response:
    files = {"sheet": (name, data, "application/octet-stream")}
    return await browser.post("/check/many", {"lines": ""}, files=files)


def tally(page: str) -> dict[str, int]:
    """How many lines have which answer, as the page tells it."""
    found = re.findall(r'<li data-tally="(\w+)">.*?data-count>([\d,]+)<', page, re.DOTALL)
    return {verdict: int(count.replace(",", "")) for verdict, count in found}


def shown(page: str, verdict: str) -> list[str]:
    """The lines that the page shows with that answer."""
    section = page.partition(f'data-group="{verdict}"')[2].partition("</section>")[0]
    return re.findall(r'class="given">(.*?)</span>', section)


def packed(page: str) -> str:
    """The table that the page gives back for its downloads."""
    found = re.search(r'name="rows" id="rows" value="([^"]*)"', page)
    assert found
    return found[1].replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")


async def test_every_line_is_answered_and_gaps_keep_their_place(portal: Portal) -> None:
    good, held = await settle(portal)
    listed = f"{LINK}\n\n@chutam\n{good.number}\nhttps://x.com/nobody_here_{held.serial}\n{LINK}"
    answer = await give(portal, lines=listed)
    assert answer.status_code == 200
    assert tally(answer.text) == {"suspended": 1, "unknown": 1, "good": 3}
    assert shown(answer.text, "good") == [LINK, good.number, LINK]
    assert packed(answer.text) == listed
    numbers = re.findall(r'class="number">([\d,]+)</td>', answer.text)
    assert numbers == ["3", "5", "1", "4", "6"]
