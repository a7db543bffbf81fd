"""A proof vanishes: its owner is warned and puts it right; then loses it over a week and proves anew."""

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from app.accounts.models import Role
from app.channels.models import ChannelProof
from tests.journeys import channels, reviewing
from tests.journeys.person import Person
from tests.journeys.site import CHANNEL_HOST, Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

WARNING = "We could not see your channel %(channel)s again"
LOSS = "Your channel %(channel)s no longer counts as proven"


@pytest.mark.parametrize("scripts", ["js", "no-js"])
async def test_a_lost_channel_is_warned_of_and_restored(site: Site, scripts: str) -> None:
    kol = await site.person("Nguyễn Khánh Linh", javascript=scripts == "js")
    visitor = await site.person("", javascript=kol.javascript, locale="en")
    profile = f"/members/{(await channels.becomes_a_member(kol, site)).number}"
    link = await proves_by_a_link(site, kol)
    name = f"{CHANNEL_HOST}/bep"
    warning, loss = kol.words(WARNING, channel=name), kol.words(LOSS, channel=name)

    site.publish("/bep", channels.PAGE)
    await site.lives_on(8)
    assert await site.letters(kol, 1) == [warning]
    await visitor.goes_to(profile)
    await visitor.sees("Not seen lately")
    site.publish("/bep", channels.PAGE + link)
    await site.lives_on(0.1)
    await lets_it_be_looked_at(site, kol)
    await site.until(lambda: shows_no_more(visitor, profile, "Not seen lately"), "a proof in order")

    site.publish("/bep", channels.PAGE)
    await site.lives_on(8)
    assert await site.letters(kol, 2) == [warning, warning]
    for days, failures in ((1.2, 2), (2.3, 3)):
        await site.lives_on(days)
        await site.until(lambda n=failures: looked_in_vain(site, n), f"{failures} looks in vain")
    await kol.goes_to("/apply/channels")
    await kol.follows("See what is the matter")
    await kol.sees("We did not find the proof again")
    await site.lives_on(5)
    assert await site.letters(kol, 3) == [warning, warning, loss]
    await visitor.goes_to(profile)
    await visitor.sees("Proof lost")
    reviewer = await site.person("Lê Thị Mỹ Hạnh", javascript=kol.javascript)
    await reviewing.becomes_staff(reviewer, site, Role.REVIEWER)
    await reviewer.goes_to("/staff/channels/unproven")
    await reviewer.reads(kol.name)
    await proves_anew(site, kol, link)
    await reviewer.goes_to("/staff/channels/unproven")
    await expect(reviewer.page.get_by_text(kol.name)).to_have_count(0)
    await site.until(lambda: shows_no_more(visitor, profile, "Proof lost"), "a proof found again")
    await visitor.sees("by a link on the page")
    assert site.post.subjects_to(kol.email) == [warning, warning, loss]
    assert site.looks.findings == []


async def proves_by_a_link(site: Site, kol: Person) -> str:
    """Returns: the link, as the page gives it."""
    await channels.adds(kol, site.publish("/bep", channels.PAGE), "Website")
    (link,) = await channels.takes_the_way(kol, 'Link to your address here with rel="me"')
    site.publish("/bep", channels.PAGE + link)
    await kol.presses("Check now")
    await channels.is_seen(kol, site)
    return link


async def shows_no_more(visitor: Person, path: str, english: str) -> bool:
    """Whether a public page has caught up: it may be two seconds behind."""
    await visitor.goes_to(path)
    return await visitor.page.get_by_text(visitor.words(english)).count() == 0


async def looked_in_vain(site: Site, times: int) -> bool:
    async with site.database.read() as session:
        return await session.scalar(select(ChannelProof.failures)) == times


async def lets_it_be_looked_at(site: Site, kol: Person) -> None:
    """On the channel's page, which says what to put right."""
    await kol.goes_to("/apply/channels")
    await kol.follows("See what is the matter")
    await kol.sees("We did not find the proof again")
    await kol.presses("Check now")
    await channels.is_seen(kol, site)


async def proves_anew(site: Site, kol: Person, link: str) -> None:
    """By the same link, which is still one's own."""
    await kol.goes_to("/apply/channels")
    await kol.follows("Prove it anew")
    await kol.sees("The proof of this channel is lost")
    assert await channels.takes_the_way(kol, 'Link to your address here with rel="me"') == [link]
    site.publish("/bep", channels.PAGE + link)
    await kol.presses("Check now")
    await channels.is_seen(kol, site)
