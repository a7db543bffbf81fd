"""What the portal says of a member is checked from outside, believed, and caught when it is untrue.

None of the programs that check is of the portal's code, but for the monitor: one file that needs
nothing else of it.
"""

import asyncio
import gzip
import json
import os
import sys
import time
from asyncio.subprocess import PIPE
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from playwright.async_api import FilePayload, expect

from app.accounts.models import Role
from app.core import clock
from app.core.config import ROOT
from tests.journeys import joining, reviewing
from tests.journeys.person import Person
from tests.journeys.site import Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

STAGE_NAME = "Bếp Nhà Đường"
PROMISED = 5.0  # seconds until a change of standing shows everywhere
BREACH = 2  # the monitor's exit status


@dataclass(frozen=True, slots=True)
class Outside:
    """Somebody who knows the portal's address, a member's number and the log's key."""

    site: Site
    number: str
    key: str
    folder: Path

    async def checks(self, pdf: Path) -> tuple[int, str]:
        """Check everything with other people's programs."""
        return await run(
            "-m", "scripts.outside", self.site.base, self.number, "--key", self.key,
            "--pdf", str(pdf), "--root", str(self.site.folder / "seal" / "root.pem"),
            "--state", str(self.folder / "outside"),
        )  # fmt: skip

    async def follows_the_log(self, *, wholly: bool = False) -> tuple[int, str]:
        """Let the monitor go on from where it was."""
        monitor = self.folder / "monitor.py"
        monitor.write_text((await got(f"{self.site.base}/log/monitor.py")).text)
        return await run(
            str(monitor), f"{self.site.base}/log", "--key", self.key,
            "--state", str(self.folder / "followed"), *(["--all"] if wholly else []),
        )  # fmt: skip


async def test_what_the_portal_says_can_be_checked_without_it(site: Site, tmp_path: Path) -> None:
    kol = await site.person("Nguyễn Khánh Linh", javascript=False)
    reviewer = await site.person("Lê Thị Mỹ Hạnh", javascript=False)
    await joining.applies(kol, site, STAGE_NAME)
    await kol.goes_to("/apply/conduct")
    data = await joining.takes_the_document_home(kol)
    document = tmp_path / "signature.pdf"
    document.write_bytes(data)
    await reviewing.becomes_staff(reviewer, site, Role.REVIEWER)
    await reviewing.opens(reviewer, STAGE_NAME)
    await reviewer.presses("Claim the review")
    await reviewing.assesses(reviewer)
    await reviewing.approves(reviewer, STAGE_NAME)
    number = await is_found(site)

    anybody = await site.person("", locale="en")
    await drops_it_on_the_check(anybody, data)
    key = (await got(f"{site.base}/log/keys")).text.splitlines()[0]
    outside = Outside(site, number, key, tmp_path)
    await all_is_in_the_log(site, number)
    status, said = await outside.checks(document)
    assert status == 0, said
    status, said = await outside.follows_the_log()
    assert status == 0, said
    await follows_an_entry(anybody, number)

    await suspends(site, number)
    await everything_says_suspended(site, number)
    status, said = await outside.checks(document)
    failed = [line for line in said.splitlines() if line.startswith("FAILS")]
    assert status == 1, said
    assert len(failed) == 1, said
    assert failed[0].startswith("FAILS  credential, status"), said
    assert "'suspension': True" in failed[0]

    status, said = await outside.follows_the_log()
    assert status == 0, said
    changes_a_byte_of_the_log(site)
    status, said = await outside.follows_the_log(wholly=True)
    assert status == BREACH, said
    assert list((tmp_path / "followed").glob("breach-*/*")), said
    assert site.looks.findings == []


async def drops_it_on_the_check(anybody: Person, data: bytes) -> None:
    """The document is genuine; with one byte changed it is not."""
    await anybody.goes_to("/verify")
    await anybody.uploads("The file", pdf(data))
    await anybody.presses("Check it")
    await anybody.sees("Genuine and unchanged")
    await anybody.reads("Nguyễn Khánh Linh")
    middle = len(data) // 2
    await anybody.uploads(
        "The file", pdf(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    )
    await anybody.presses("Check it")
    await anybody.sees("Changed since")
    await anybody.does_not_see("Genuine and unchanged")


def pdf(data: bytes) -> FilePayload:
    return {"name": "code.pdf", "mimeType": "application/pdf", "buffer": data}


async def is_found(site: Site) -> str:
    """The number of the one member there is."""
    found: list[str] = []

    async def listed() -> bool:
        told = (await got(f"{site.base}/api/v1/members")).json()["members"]
        found.extend(one["number"] for one in told)
        return bool(found)

    await site.until(listed, "the member is in the directory")
    return found[0]


async def record(site: Site, number: str) -> dict[str, int | None]:
    """What the member's record tells: the place in the log, by kind."""
    told = (await got(f"{site.base}/members/{number}/record.json")).json()
    return {entry["kind"]: entry["index"] for entry in told["entries"]}


async def all_is_in_the_log(site: Site, number: str) -> None:
    """From the proof of the channel to the credential."""
    kinds = {
        "channel.proven",
        "code.signed",
        "code.sealed",
        "membership.begun",
        "credential.issued",
    }

    async def whole() -> bool:
        told = await record(site, number)
        return set(told) == kinds and None not in told.values()

    await site.until(whole, "each step is in the log")


async def follows_an_entry(anybody: Person, number: str) -> None:
    """From the profile to the record, to an entry, which their own browser works out."""
    await anybody.goes_to(f"/members/{number}")
    await anybody.goes_to(f"/members/{number}/record")
    entry = anybody.page.get_by_role("main").locator("a[href*='/log/']").first
    await anybody.clicks(entry)
    button = anybody.page.get_by_role("button", name=anybody.words("Work it out in this browser"))
    await button.click()
    good = anybody.page.locator("div[data-verdict='good']")
    await expect(good).to_be_visible(timeout=20_000)  # it shows step by step
    await anybody.looks_around()


async def suspends(site: Site, number: str) -> None:
    """As an operator does, on the command line."""
    until = (clock.today() + timedelta(days=30)).isoformat()
    words = ("member", "suspend", number, "--until", until, "--because", "Quảng cáo sai sự thật.")
    status, said = await run("-m", "app.cli", *words, environment=site.family.environment)
    assert status == 0, said


async def everything_says_suspended(site: Site, number: str) -> None:
    """Badge, profile, check, credential and log, within what is promised."""
    below = f"{site.base}/members/{number}"
    credential = json.loads((await got(f"{below}/credential.json")).text)
    lists = {one["statusPurpose"]: one for one in credential["credentialStatus"]}
    place = lists["suspension"]
    began, left = time.monotonic(), {"badge", "profile", "check", "credential", "log"}
    while left:
        assert time.monotonic() - began < PROMISED, f"these do not say it: {left}"
        if "suspended" in (await got(f"{below}/badge.svg?language=en")).text.lower():
            left.discard("badge")
        if "Suspended" in (await got(f"{below}")).text:
            left.discard("profile")
        if "Suspended" in (await got(f"{site.base}/check?q={number}")).text:
            left.discard("check")
        if is_set((await got(place["statusListCredential"])).json(), place):
            left.discard("credential")
        if (await record(site, number)).get("membership.suspended") is not None:
            left.discard("log")
        await asyncio.sleep(0.1)


def is_set(states: dict[str, Any], place: dict[str, str]) -> bool:
    """Whether a status list (W3C Bitstring Status List) has the bit of a credential set."""
    packed = states["credentialSubject"]["encodedList"].removeprefix("u")
    bits = gzip.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    byte, bit = divmod(int(place["statusListIndex"]), 8)
    return bool(bits[byte] & (0x80 >> bit))


def changes_a_byte_of_the_log(site: Site) -> None:
    """Behind the portal's back, as somebody can who owns the database."""
    plain = site.family.environment["DATABASE_URL"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain) as connection:
        connection.execute("SET session_replication_role = replica")  # its triggers sleep
        connection.execute(
            "ALTER TABLE log_entries DROP CONSTRAINT ck_log_entries_hash_of_the_body"
        )
        connection.execute(
            "UPDATE log_entries SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE index = 1"
        )


async def got(address: str) -> httpx2.Response:
    """What the portal answers to a stranger who reads English."""
    async with httpx2.AsyncClient(headers={"Accept-Language": "en"}) as client:
        answer = await client.get(address, timeout=15)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer


async def run(*words: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a program in Python. Returns: its exit status, and all that it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=ROOT,
        env=environment or {**os.environ},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, (out + err).decode()
