"""A member proves channels in four ways; then everybody can see how each was proven."""

import pytest

from tests.journeys import channels
from tests.journeys.person import Person
from tests.journeys.site import CHANNEL_HOST, Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

OTHERS = [f'<a rel="me nofollow" href="https://{CHANNEL_HOST}/{n}">{n}</a>' for n in range(4)]


@pytest.mark.parametrize("scripts", ["js", "no-js"])
async def test_a_member_proves_channels_in_four_ways(site: Site, scripts: str) -> None:
    kol = await site.person("Nguyễn Khánh Linh", javascript=scripts == "js")
    member = await channels.becomes_a_member(kol, site)
    await by_signing_in_at_the_platform(site, kol)
    secret = [
        await by_a_code_on_the_page(site, kol),
        await by_one_link_among_five(site, kol),
        await by_a_record_of_the_domain(site, kol),
    ]
    visitor = await site.person("", javascript=kol.javascript, locale="en")
    await sees_the_evidence(visitor, member.number, secret)

    passed = site.platforms.secrets()
    assert len(passed) > len(("client", "code", "token", "state", "verifier"))
    assert [found for found in passed if found in site.written()] == []
    assert site.looks.findings == []


async def by_signing_in_at_the_platform(site: Site, kol: Person) -> None:
    """First with the wrong account there, then with the right one."""
    await channels.adds(kol, "https://www.tiktok.com/@bepnha")
    assert await channels.takes_the_way(kol, "Sign in at the platform") == []
    await channels.visits(kol, "quanpho")
    await kol.sees(
        "You signed in with an account of another channel. Sign in there with the account of this"
        " one, and begin again."
    )
    await channels.visits(kol, "bepnha", "Begin again at %(platform)s")
    await channels.is_seen(kol, site)


async def by_a_code_on_the_page(site: Site, kol: Person) -> str:
    """First before it is saved there. Returns: the code."""
    await channels.adds(kol, site.publish("/bep", channels.PAGE), "Website")
    (code,) = await channels.takes_the_way(kol, "Put a code into your bio or page")
    await kol.presses("Check now")
    await channels.is_seen(kol, site, "We looked and did not find the proof")
    site.publish("/bep", f"{channels.PAGE}<p>{code}")
    await kol.presses("Check again")
    await channels.is_seen(kol, site)
    return code


async def by_one_link_among_five(site: Site, kol: Person) -> str:
    """Returns: what nobody else may see of the link."""
    await channels.adds(kol, site.publish("/lien-ket", channels.PAGE), "Website")
    (link,) = await channels.takes_the_way(kol, 'Link to your address here with rel="me"')
    site.publish("/lien-ket", channels.PAGE + "".join([*OTHERS[:3], link, OTHERS[3]]))
    await kol.presses("Check now")
    await channels.is_seen(kol, site)
    return link.partition("/is/")[2].partition('"')[0]


async def by_a_record_of_the_domain(site: Site, kol: Person) -> str:
    """Among other records of that name. Returns: the code."""
    site.dns.zone(CHANNEL_HOST)
    await channels.adds(kol, f"https://{CHANNEL_HOST}", "Website")
    title = "Put a TXT record into the DNS of your domain"
    name, code = await channels.takes_the_way(kol, title)
    site.dns.add(name, "TXT", "v=spf1 -all", code)
    await kol.presses("Check now")
    await channels.is_seen(kol, site)
    return code


async def sees_the_evidence(visitor: Person, number: str, secret: list[str]) -> None:
    """On the profile, and on a page of each channel, where nothing stands that serves twice."""
    await visitor.goes_to(f"/members/{number}")
    ways = ("by a sign-in at the platform", "by a code on the page", "by a link on the page")
    for how in (*ways, "by a record in the DNS of the domain"):
        await visitor.sees(how)
    links = await visitor.page.get_by_role("link", name=visitor.words("See the proof")).all()
    addresses = [str(await link.get_attribute("href")) for link in links]
    assert len(addresses) == len(ways) + 1
    for address in addresses:
        await visitor.goes_to(address)
        html = await visitor.page.content()
        assert number in html
        assert [text for text in secret if text in html] == []
