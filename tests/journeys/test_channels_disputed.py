"""Two people show control of one channel: both are heard, neither learns of whom, staff decide."""

import pytest

from app.accounts.models import Role
from tests.journeys import channels, reviewing
from tests.journeys.person import Person
from tests.journeys.site import CHANNEL_HOST, Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

NAME = f"{CHANNEL_HOST}/bep"
TWO = "Two accounts have shown that they control this channel"
BECAUSE = "Có hợp đồng chuyển nhượng kênh, ký tháng 3."


@pytest.mark.parametrize("scripts", ["js", "no-js"])
async def test_a_disputed_channel_is_decided(site: Site, scripts: str) -> None:
    javascript = scripts == "js"
    holder = await site.person("Nguyễn Khánh Linh", javascript=javascript)
    claimant = await site.person("Trần Gia Bảo", javascript=javascript)
    reviewer = await site.person("Lê Thị Mỹ Hạnh", javascript=javascript)
    visitor = await site.person("", javascript=javascript, locale="en")
    profile = f"/members/{(await channels.becomes_a_member(holder, site)).number}"
    await channels.becomes_a_member(claimant, site)

    await proves(site, holder, "This channel is proven")
    await proves(site, claimant, TWO)
    opened = holder.words(
        "Whose is the channel %(channel)s? Tell us what speaks for you", channel=NAME
    )
    assert await site.letters(holder, 1) == await site.letters(claimant, 1) == [opened]
    await visitor.goes_to(profile)
    await visitor.sees("Being examined")
    await says(holder, claimant, "Answer the alliance", "Kênh này tôi lập năm 2019.")
    await says(claimant, holder, "See how far it is", "Tôi đã mua lại kênh và có hợp đồng.")

    await reviewing.becomes_staff(reviewer, site, Role.REVIEWER)
    await decides_for(reviewer, claimant)
    await is_told(claimant, "The channel is yours")
    await is_told(holder, "The channel does not count as yours")
    closed = holder.words("The channel %(channel)s is no longer disputed", channel=NAME)
    none_left = holder.words("You have no proven channel any more")
    assert await site.letters(claimant, 2) == [opened, closed]
    assert sorted(await site.letters(holder, 3)) == sorted([opened, closed, none_left])
    await nothing_tells_of(site, holder, claimant)
    await nothing_tells_of(site, claimant, holder)
    await visitor.goes_to(profile)
    await visitor.sees("Proof lost")
    assert site.looks.findings == []


async def proves(site: Site, kol: Person, answer: str) -> None:
    await channels.adds(kol, site.publish("/bep", channels.PAGE), "Website")
    (code,) = await channels.takes_the_way(kol, "Put a code into your bio or page")
    site.publish("/bep", f"{channels.PAGE}<p>{code}")
    await kol.presses("Check now")
    await channels.is_seen(kol, site, answer)


async def says(side: Person, other: Person, way: str, words: str) -> None:
    """Find the way from one's channels, and be heard."""
    await side.goes_to("/apply/channels")
    await side.follows(way)
    if not side.page.url.endswith("/dispute"):
        await side.clicks(side.page.locator('main a[href$="/dispute"]').first)
    await side.writes("What speaks for you", words)
    await side.presses("Send message")
    await side.reads(words)
    html = await side.page.content()
    assert [text for text in (other.name, other.email) if text in html] == []


async def decides_for(reviewer: Person, side: Person) -> None:
    await reviewer.goes_to("/staff/channels/disputes")
    await reviewer.clicks(reviewer.page.get_by_role("link", name=NAME, exact=True))
    await reviewer.answers("Whose is the channel?", side.name)
    await reviewer.writes("Reason", BECAUSE)
    await reviewer.presses("Decide")
    await reviewer.sees("Decided. Every side has been told.")


async def is_told(side: Person, answer: str) -> None:
    await side.page.reload()
    await side.sees(answer)
    await side.reads(BECAUSE)
    await side.looks_around()


async def nothing_tells_of(site: Site, other: Person, side: Person) -> None:
    """No letter to a side says who the other is."""
    letters = [one for one in site.post.letters if one["To"] == side.email]
    told = "".join(
        f"{one['Subject']}\n{part.get_content()}" for one in letters for part in one.iter_parts()
    )
    assert NAME in told
    assert [text for text in (other.name, other.email) if text in told] == []
