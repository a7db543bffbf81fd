"""The steps by which somebody proves channels, and keeps them."""

from app.accounts import service as accounts
from app.members.models import Member
from tests.factories.members import make_member
from tests.journeys.person import Person
from tests.journeys.site import Site

PAGE = "<title>Bếp</title><p>Xin chào"


async def becomes_a_member(kol: Person, site: Site) -> Member:
    """Sign in once, and be a member; how one becomes it is another journey."""
    await kol.signs_in("/apply/channels")
    async with site.database.write() as session:
        account = await accounts.find(session, kol.email)
        name = {"stage_name": kol.name, "legal_name": kol.name}
        return await make_member(session, account_id=account.id, **name)


async def adds(kol: Person, link: str, platform: str = "As the link says") -> None:
    """Add a channel, and go on to the ways of proving it."""
    await kol.goes_to("/apply/channels")
    await kol.writes("Link or name", link)
    await kol.chooses(
        "Platform (only for a name without a link, or a website of your own)", kol.words(platform)
    )
    await kol.presses("Add the channel")
    await kol.follows("Prove it")


async def takes_the_way(kol: Person, title: str) -> list[str]:
    """Choose how to prove it. Returns: what the page gives to take along."""
    await kol.answers("How do you want to prove it?", title)
    await kol.presses("Continue")
    return await kol.page.get_by_role("main").locator("ol code").all_inner_texts()


async def is_seen(kol: Person, site: Site, english: str = "This channel is proven") -> None:
    """Wait for the portal's answer; where scripts do not run the page is opened again."""

    async def said() -> bool:
        if await kol.page.get_by_text(kol.words(english)).count():
            return True
        if not kol.javascript:
            await kol.page.reload()
        return False

    await site.until(said, english)
    await kol.looks_around()


async def visits(
    kol: Person, account: str, button: str = "Go on to %(platform)s", platform: str = "TikTok"
) -> None:
    """Go on to the platform, and agree there as that account."""
    await kol.presses(button, platform=platform)
    await kol.clicks(kol.page.get_by_role("link", name=account, exact=True))
