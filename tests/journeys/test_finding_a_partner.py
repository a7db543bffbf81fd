"""A business looks for a partner by topic and place, loosens, shares the link, opens the page."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.async_api import Locator, ViewportSize, expect

from app.core.reference import reference
from app.members.models import Member
from tests.factories.directory import prove
from tests.factories.members import make_member
from tests.journeys.keyboard import Keyboard
from tests.journeys.looks import DESK, PHONE
from tests.journeys.person import Person
from tests.journeys.site import Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

GUIDE = "Lạc Bước Cùng Thảo"
TRAVEL = {"topic": ["travel"]}
TRAVEL_IN_HUE = {**TRAVEL, "province": ["hue"]}


@pytest.mark.parametrize("scripts", ["js", "no-js"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desktop", "phone"])
async def test_a_business_finds_a_partner_by_keyboard_alone(
    site: Site, size: ViewportSize, scripts: str
) -> None:
    guide = await members_move_in(site)
    business = await site.person("", javascript=scripts == "js")
    await business.page.set_viewport_size(size)
    keys = Keyboard(business)

    await business.goes_to("/")
    await keys.follows(link(business, "The whole directory"))
    await narrows_down(keys)
    assert asked(business) == TRAVEL_IN_HUE
    await business.sees("No member fits all of this")

    without = link(business, "Without “%(what)s”", what=name_of(business, "hue"))
    await keys.follows(without, stays=True)
    await expect(card(business)).to_be_visible()
    assert asked(business) == TRAVEL

    await opens_the_shared_link(site, business, size)
    await keys.follows(card(business))
    await sees_the_profile(business, guide)
    await keys.follows(link(business, "Show the code large"))
    address = f"{site.base}/members/{guide.number}"
    words = business.words("QR code that leads to %(address)s", address=address)
    await expect(business.page.get_by_role("img", name=words)).to_be_in_viewport()
    await business.page.go_back()
    await keys.follows(link(business, "Check %(number)s", number=guide.number))
    await business.reads(GUIDE)
    assert site.looks.findings == []


async def members_move_in(site: Site) -> Member:
    """A guide in Đà Nẵng and a cook in Huế; so nobody is a guide in Huế."""
    async with site.database.write() as session:
        guide = await make_member(
            session, stage_name=GUIDE, topics=("travel",), province=key_of("da-nang")
        )
        await prove(session, guide, "https://www.tiktok.com/@lac.buoc", 48_200)
        cook = await make_member(session, topics=("food",), province=key_of("hue"))
        await prove(session, cook, "https://www.youtube.com/@bepnhasuong", 12_000)

    async def found() -> bool:
        async with httpx2.AsyncClient(base_url=site.base) as client:
            return guide.number in (await client.get("/members?topic=travel")).text

    await site.until(found, "the directory shows who joined")
    return guide


def key_of(slug: str) -> str:
    return next(p.key for p in reference.provinces.values() if p.slug == slug)


def name_of(person: Person, slug: str) -> str:
    """A province as the person's language has it."""
    return reference.provinces[key_of(slug)].name(person.locale)


def link(person: Person, english: str, **values: str) -> Locator:
    name = re.compile("^" + re.escape(person.words(english, **values)))
    return person.page.get_by_role("main").get_by_role("link", name=name).first


def card(person: Person) -> Locator:
    return person.page.get_by_role("main").get_by_role("link", name=GUIDE)


def box(person: Person, filter_title: str, value: str) -> Locator:
    """The box of a value, by its words, in the filter of that title."""
    group = person.page.get_by_role("group", name=re.compile(person.words(filter_title)))
    return group.get_by_role("checkbox", name=re.compile(rf"(^|\s){re.escape(value)}(\s|$)")).first


def asked(person: Person) -> dict[str, list[str]]:
    """Which topics and provinces the address asks for; a plain form sends the usual as well."""
    every = parse_qs(urlsplit(person.page.url).query)
    return {name: every[name] for name in ("topic", "province") if name in every}


async def narrows_down(keys: Keyboard) -> None:
    """Choose travel, and Huế: with scripts the results follow, without the button asks."""
    person = keys.person
    travel = box(person, "Topic", reference.topics["travel"].name(person.locale))
    hue = box(person, "Province or city", name_of(person, "hue"))
    await unfolds(keys)
    await keys.ticks(travel)
    if person.javascript:
        await expect(person.page).to_have_url(re.compile(r"topic=travel"))
        await expect(card(person)).to_be_visible()
        await expect(travel).to_be_focused()
    await keys.ticks(hue)
    if person.javascript:
        await expect(person.page).to_have_url(re.compile(r"province=hue"))
        await expect(hue).to_be_focused()
        await person.looks_around()
    else:
        apply = person.page.get_by_role("button", name=person.words("Show results"))
        await keys.follows(apply)


async def unfolds(keys: Keyboard) -> None:
    """Open the filters where they are folded: on a phone, and everywhere without scripts."""
    summary = keys.page.locator("summary").filter(has_text=keys.person.words("Narrow down"))
    topics = keys.page.get_by_role("group", name=re.compile(keys.person.words("Topic")))
    if not await topics.first.is_visible():
        await keys.opens(summary)


async def opens_the_shared_link(site: Site, sharer: Person, size: ViewportSize) -> None:
    """A colleague with a fresh browser sees the same state."""
    colleague = await site.person("", javascript=sharer.javascript)
    await colleague.page.set_viewport_size(size)
    await colleague.goes_to(sharer.page.url)
    await expect(card(colleague)).to_be_visible()
    assert asked(colleague) == asked(sharer)
    await unfolds(Keyboard(colleague))
    for value, state in (("travel", True), ("food", False)):
        chosen = box(colleague, "Topic", reference.topics[value].name(colleague.locale))
        assert await chosen.is_checked() is state
    counts = [
        await person.page.get_by_role("main").get_by_role("heading", level=2).first.inner_text()
        for person in (sharer, colleague)
    ]
    assert counts[0] == counts[1]
    await colleague.page.close()


async def sees_the_profile(person: Person, guide: Member) -> None:
    """The page of the guide: number, channel, history, and the link to hand on."""
    assert urlsplit(person.page.url).path == f"/members/{guide.number}"
    await person.sees("Proven channels")
    await person.reads("@lac.buoc")
    await person.sees("History of standing")
    shared = person.page.get_by_label(person.words("Link to the page"))
    assert (await shared.input_value()).endswith(f"/members/{guide.number}")
    copying = person.page.get_by_role("button", name=person.words("Copy the link"))
    assert await copying.is_visible() is person.javascript
