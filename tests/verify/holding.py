"""What tests of the check hold in hand, and how they read its answer."""

import html
import re
from dataclasses import dataclass
from datetime import timedelta

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.crypto import uuid7
from app.core.viewer import Viewer
from app.members import service as members
from app.members.models import Member
from app.trustlog.models import Kind
from app.trustlog.queries import history, tree
from tests.portal import Browser, Portal
from tests.trustlog.publishing import publish

ADMINISTRATOR = Viewer(name="Lê Văn Trưởng", roles=frozenset({"administrator"}), account_id=uuid7())


@dataclass(frozen=True)
class Answer:
    """The page, as somebody reads it."""

    status: int
    page: str

    @property
    def outcome(self) -> str:
        """The answer in a word of `verify.finding.Outcome`; "" when nothing was answered."""
        found = re.search(r'class="finding finding--(\w+)"', self.page)
        return found[1] if found else ""

    @property
    def title(self) -> str:
        """The heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page, re.DOTALL)
        return html.unescape(found[1]) if found else ""

    @property
    def steps(self) -> dict[str, str]:
        """What was checked, with the word of its result."""
        found = re.findall(
            r'checked__what">(.*?)</span>.*?checked__result">.*?<span>(.*?)</span></span>',
            self.page,
            re.DOTALL,
        )
        return {html.unescape(what): html.unescape(result) for what, result in found}

    @property
    def facts(self) -> dict[str, str]:
        """What it says."""
        part = self.page.partition('id="says"')[2].partition("</dl>")[0]
        found = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", part, re.DOTALL)
        return {html.unescape(name): html.unescape(value) for name, value in found}

    @property
    def person(self) -> str:
        """Who that is today, as text; "" for nobody."""
        part = self.page.partition('id="today"')[2].partition("</section>")[0]
        return html.unescape(re.sub(r"<[^>]+>", " ", part)).strip()

    def error(self, field: str) -> str:
        """What is said at a field."""
        found = re.search(rf'id="{field}-error">.*?</span> (.*?)</p>', self.page, re.DOTALL)
        return html.unescape(found[1].strip()) if found else ""


def answer(response: httpx2.Response) -> Answer:
    """The answer that a response holds."""
    return Answer(response.status_code, response.text)


async def give(browser: Browser, data: bytes, name: str = "tài liệu", prefix: str = "") -> Answer:
    """Check a file."""
    files = {"file": (name, data, "application/octet-stream")}
    return answer(await browser.post(f"{prefix}/verify", {"text": ""}, files=files))


async def paste(browser: Browser, text: str) -> Answer:
    """Check a pasted text; the browser sends an empty file with it."""
    files = {"file": ("", b"", "application/octet-stream")}
    return answer(await browser.post("/verify", {"text": text}, files=files))


async def proof_of(
    portal: Portal, member: Member, kind: Kind, *, closed: bool = False
) -> tuple[bytes, int]:
    """The proof file of the member's newest entry of that kind, once all is published; its place.

    Args:
        closed: open nothing of it.
    """
    await publish(portal.database)
    async with portal.transaction() as session:
        entries = await history.of_account(session, member.account_id)
        entry = [one for one in entries if one.kind is kind][-1]
        assert entry.index is not None
        openings = None if closed else entry.openings
        text = await tree.proof_file(session, entry.index, openings)
    assert text is not None
    return text.encode(), entry.index


def flipped(data: bytes, at: int) -> bytes:
    """`data` with one bit of one byte changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


async def suspend(session: AsyncSession, member: Member) -> None:
    """Suspend a member for a month, as an administrator does."""
    until = clock.today() + timedelta(days=30)
    await members.suspend(session, ADMINISTRATOR, member.number, until, "Quảng cáo không ghi rõ.")
