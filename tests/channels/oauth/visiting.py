"""What an owner does with a browser to prove a channel by a visit, and how one looks at it."""

from uuid import UUID

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select, update

from app.accounts.models import Account as Person
from app.channels import looking, queries
from app.channels.models import (
    ChannelGrant,
    ChannelProof,
)
from app.core import clock
from tests.channels.oauth.platform_server import LINKS, PLATFORMS, decide
from tests.factories.channels import make_channel
from tests.portal import Browser, Portal

each_platform = pytest.mark.parametrize("platform", PLATFORMS)


async def channel_of(portal: Portal, owner: Person, platform: str, link: str = "") -> UUID:
    async with portal.transaction() as session:
        made = await make_channel(session, account=owner, link=link or LINKS[platform])
        return made.id


async def depart(browser: Browser, channel_id: UUID, *, keep: bool = False) -> str:
    """Press the button. Returns: the address at the platform."""
    answer = await browser.post(
        f"/apply/channels/{channel_id}/oauth", {"keep": "yes"} if keep else {}
    )
    assert answer.status_code == 200, answer.text
    wait, _, address = answer.headers["refresh"].partition("; url=")
    assert wait == "0"
    return address


async def visit(
    browser: Browser, channel_id: UUID, *, keep: bool = False, choose: str = "0"
) -> httpx2.Response:
    """The whole round trip. Returns: the answer to coming back."""
    return await browser.get(await decide(await depart(browser, channel_id, keep=keep), choose))


async def standing(portal: Portal, channel_id: UUID) -> tuple[str, str | None]:
    async with portal.transaction() as session:
        channel = await queries.channel(session, channel_id)
        attempts = await queries.attempts(session, channel_id)
    assert channel is not None
    return channel.state, attempts[0].failure


def says(page: str, what: str) -> str:
    found = LexborHTMLParser(page).css_first(what)
    return " ".join(found.text().split()) if found else ""


async def grants_kept(portal: Portal) -> int:
    async with portal.transaction() as session:
        return await session.scalar(select(func.count()).select_from(ChannelGrant)) or 0


async def kept(portal: Portal, owner: Person, platform: str) -> UUID:
    """A channel that was proven and whose count may be kept fresh."""
    channel_id = await channel_of(portal, owner, platform)
    await visit(portal, channel_id, keep=True)
    assert await grants_kept(portal) == 1
    return channel_id


async def look(portal: Portal, channel_id: UUID) -> None:
    """Let the proof be due, and look at what is due."""
    async with portal.transaction() as session:
        await session.execute(
            update(ChannelProof)
            .where(ChannelProof.channel_id == channel_id)
            .values(next_check_at=clock.now())
        )
    await looking.go_round()
