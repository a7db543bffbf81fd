"""Somebody who trusts nobody follows an entry of the log, and has their browser work out its proof.

With scripts the browser fetches checkpoint, entry and hashes and combines them itself; then a byte
is changed in the database, behind the signature, and the same browser says that it does not match.
"""

import re
from base64 import b64decode, b64encode

from playwright.async_api import Locator, Route, expect
from sqlalchemy import text

from app.trustlog.models import Kind
from app.trustlog.queries import tree
from tests.journeys.keyboard import Keyboard
from tests.journeys.person import Person
from tests.journeys.site import Site
from tests.trustlog.filling import append

ENTRIES = 300  # more than a tile holds
ENTRY = 270
CHANGED = 12  # of which a hash is changed behind the signature


async def published(site: Site, least: int) -> None:
    async def there() -> bool:
        async with site.database.read() as session:
            found = await tree.latest(session)
            return found is not None and found.size >= least

    await site.until(there, f"{least} entries are published")


def verdict(person: Person, english: str) -> Locator:
    return person.page.locator("[data-verdict]").get_by_text(person.words(english), exact=True)


async def test_a_doubter_works_out_the_proof_of_an_entry(site: Site) -> None:
    async with site.database.write() as session:
        await append(session, ENTRIES, Kind.MEMBERSHIP_RENEWED)
    await published(site, ENTRIES)
    doubter = await site.person("Người hay hoài nghi", locale="vi")
    keyboard = Keyboard(doubter)
    await doubter.goes_to("/vi/log")
    await doubter.page.get_by_label(doubter.words("Number of an entry")).fill(str(ENTRY))
    await doubter.presses("Open the entry")
    await expect(doubter.page).to_have_url(re.compile(rf"/vi/log/{ENTRY}$"))
    await doubter.sees("A membership was renewed")
    await works_it_out(keyboard, "It matches")
    for said in (
        "The entry in the log’s files is the one shown here.",
        "The steps lead to the root of the checkpoint.",
        "The checkpoint is signed by the log’s key.",
    ):
        await doubter.sees(said)
    await it_grows_meanwhile(site, keyboard)
    await it_is_watched_step_by_step(doubter)
    async with site.database.write() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(
            text(
                "UPDATE log_tiles SET hashes = set_byte(hashes, :at, 255 - get_byte(hashes, :at))"
                " WHERE level = 0 AND number = 1"
            ),
            {"at": CHANGED * 32},
        )
    await works_it_out(keyboard, "It does not match")
    await doubter.sees("The steps do not lead to the root of the checkpoint.")
    await expect(doubter.page.locator(".proof-step.is-wrong")).not_to_have_count(0)
    assert site.looks.findings == []


async def works_it_out(keyboard: Keyboard, english: str) -> None:
    """Press the button, by keyboard, and wait for what comes of it."""
    person = keyboard.person
    await person.page.emulate_media(reduced_motion="reduce")
    button = person.page.get_by_role("button", name=person.words("Work it out in this browser"))
    await keyboard.reaches(button)
    await person.page.keyboard.press("Enter")
    await expect(verdict(person, english)).to_be_visible()
    await expect(person.page.get_by_role("status").last).to_have_text(person.words(english))
    await person.looks_around()


async def it_grows_meanwhile(site: Site, keyboard: Keyboard) -> None:
    """The page is of a smaller tree than the checkpoint: the picture is fetched anew first."""
    async with site.database.write() as session:
        await append(session, 40)
    await published(site, ENTRIES + 40)
    await works_it_out(keyboard, "It matches")


async def it_is_watched_step_by_step(doubter: Person) -> None:
    """At the reader's own pace: paused, then one step after the other."""
    page = doubter.page
    await page.emulate_media(reduced_motion="no-preference")
    await page.get_by_role("button", name=doubter.words("Work it out in this browser")).click()
    await page.get_by_role("button", name=doubter.words("Pause")).click()
    forward = page.get_by_role("button", name=doubter.words("Next step"))
    steps = await page.locator(".proof-step[data-hash]").count() - 1
    for _ in range(steps + 1):
        if await forward.is_visible():
            await forward.click()
    await expect(verdict(doubter, "It matches")).to_be_visible()


async def test_a_key_that_is_none_does_not_pass_for_one_that_cannot_be_checked(site: Site) -> None:
    """Cut off on the way: that is no fault of the browser's, and nothing was shown to be signed."""
    async with site.database.write() as session:
        await append(session, 3)
    await published(site, 3)
    doubter = await site.person("Người hay hoài nghi", locale="vi")

    async def instead(route: Route) -> None:
        name, key_id, written = (await (await route.fetch()).text()).strip().split("+", 2)
        cut = b64encode(b64decode(written)[:-1]).decode()
        await route.fulfill(status=200, body=f"{name}+{key_id}+{cut}\n")

    await doubter.page.route("**/log/keys", instead)
    await doubter.goes_to("/vi/log/1")
    await works_it_out(Keyboard(doubter), "It does not match")
    await doubter.sees("The signature of the checkpoint is not that of the log’s key.")


async def test_without_scripts_the_picture_and_every_hash_are_there(site: Site) -> None:
    async with site.database.write() as session:
        await append(session, 20, Kind.CHANNEL_PROVEN)
    await published(site, 20)
    reader = await site.person("Người đọc", javascript=False, locale="fr")
    await reader.goes_to("/fr/log/7")
    await reader.sees("Somebody proved a channel")
    await expect(
        reader.page.get_by_role("img", name=re.compile("chelle de paires"))
    ).to_be_visible()
    await reader.sees("It is the same.")
    button = reader.page.get_by_role("button", name=reader.words("Work it out in this browser"))
    await expect(button).to_have_count(0)
