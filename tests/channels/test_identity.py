"""The address that rel="me" links lead to, and the links that lead back from it."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels import service
from app.channels.methods import METHODS, Ask, Finding, Reach
from app.channels.models import Channel, ChannelProof, Outcome
from app.channels.service import keeping
from app.channels.service.proofs import identity_token
from app.members import service as members
from tests.channels.local_web import fetcher_of, page, serve
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.members import make_member
from tests.portal import Portal

NEVER: Any = None  # a way out that is not taken


def backlinks(html: str) -> list[str | None]:
    """Where the page's rel="me" links lead."""
    links = LexborHTMLParser(html).css("main a[rel~=me]")
    return [link.attributes["href"] for link in links]


async def proven(
    session: AsyncSession, account: Account, link: str, platform: str | None = None
) -> Channel:
    channel = await make_channel(session, account=account, link=link, platform=platform)
    await make_proof(session, channel, seen=True)
    return channel


async def owner_with_channels(session: AsyncSession) -> tuple[Account, str]:
    """Somebody with channels in every state; and the token of their address."""
    owner = await make_account(session)
    await proven(session, owner, "mastodon.social/@bepnha", "mastodon")
    await proven(session, owner, "bepnha.example", "website")
    stale = await proven(session, owner, "tiktok.com/@cu")
    await _note(session, stale, Finding("gone"))
    await make_channel(session, account=owner, link="tiktok.com/@chuachungminh")
    lost = await proven(session, owner, "tiktok.com/@damat")
    staff = viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
    await service.take_away(session, staff, lost.id, lost.version, "Not theirs.")
    removed = await proven(session, owner, "tiktok.com/@dabo")
    await service.remove(session, viewer_of(owner), removed.id, removed.version)
    disputed = await proven(session, owner, "tiktok.com/@tranhchap")
    rival = await make_channel(session, link="tiktok.com/@tranhchap")
    await make_proof(session, rival, seen=True)
    await session.refresh(disputed)
    assert disputed.disputed_since is not None
    return owner, await identity_token(session, owner.id)


async def _note(session: AsyncSession, channel: Channel, finding: Finding) -> None:
    found = await session.scalars(
        select(ChannelProof.id).where(ChannelProof.channel_id == channel.id)
    )
    assert await keeping.note(session, found.one(), finding) is Outcome.NOT_SEEN


BACK = [
    "https://mastodon.social/@bepnha",
    "https://bepnha.example/",
    "https://www.tiktok.com/@cu",
]


@pytest.mark.parametrize("prefix", ["", "/vi", "/fr"])
async def test_a_members_address_links_back_to_what_is_proven_and_undisputed(
    portal: Portal, prefix: str
) -> None:
    async with portal.transaction() as session:
        owner, token = await owner_with_channels(session)
        await make_member(session, account_id=owner.id)
    answer = await portal.get(f"{prefix}/is/{token}")
    assert backlinks(answer.text) == BACK
    for never in ("chuachungminh", "damat", "dabo", "tranhchap"):
        assert never not in answer.text


async def test_who_is_no_member_has_no_channels_shown(portal: Portal) -> None:
    async with portal.transaction() as session:
        owner, token = await owner_with_channels(session)
    assert backlinks((await portal.get(f"/is/{token}")).text) == []
    async with portal.transaction() as session:
        await make_member(session, account_id=owner.id)
        await members.leave(session, viewer_of(owner))
    answer = await portal.get(f"/is/{token}")
    assert (answer.status_code, backlinks(answer.text)) == (200, [])


async def test_a_link_and_the_link_back_name_each_other(portal: Portal) -> None:
    """What the method looks for on the page is where the links back are found."""
    async with portal.transaction() as session:
        owner = await make_account(session)
        channel = await make_channel(
            session, account=owner, link="bepnha.example", platform="website"
        )
        proof = await make_proof(session, channel, "rel_me")
        await make_member(session, account_id=owner.id)
        token = await identity_token(session, owner.id)
    place = service.identity_url(token)
    ask = Ask(channel.platform, "http://bepnha.example/", channel.key, identity_url=place)
    async with serve() as web:
        web.sites["bepnha.example/"] = page(f'<a rel="me" href="{place}">DTA</a>')
        found = await METHODS["rel_me"].check(ask, Reach(fetcher_of(web, "bepnha"), NEVER))
    async with portal.transaction() as session:
        await service.record(session, proof.id, found)
    answer = await portal.get(place.partition("localhost:8000")[2])
    assert backlinks(answer.text) == [channel.url]


@pytest.mark.parametrize("channels", [1, 3])
async def test_the_page_asks_the_same_however_many_channels(portal: Portal, channels: int) -> None:
    async with portal.transaction() as session:
        owner = await make_account(session)
        for number in range(channels):
            await proven(session, owner, f"tiktok.com/@bepnha{number}")
        await make_member(session, account_id=owner.id)
        token = await identity_token(session, owner.id)
    with statements(portal.database.engine) as seen:
        answer = await portal.get(f"/is/{token}")
    assert len(backlinks(answer.text)) == channels
    assert len(seen) == 3, seen
