"""Channels, through the doors that owners and the portal use."""

import itertools
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels import service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelProof
from tests.factories.accounts import make_account, viewer_of

_count = itertools.count(1)


async def make_channel(
    session: AsyncSession,
    *,
    account: Account | None = None,
    link: str = "",
    platform: str | None = None,
    **given: Any,
) -> Channel:
    """A channel that is not proven, of a new account and under a new name unless told."""
    account = account or await make_account(session)
    link = link or f"https://www.tiktok.com/@bepnhasuong{next(_count)}"
    return await service.add(session, viewer_of(account), link, platform, **given)


async def make_proof(
    session: AsyncSession,
    channel: Channel,
    method: str = "page_code",
    *,
    seen: bool = False,
    evidence: Mapping[str, Any] | None = None,
) -> ChannelProof:
    """An attempt of the channel's owner; `seen`: the portal has found the proof."""
    account = await session.get_one(Account, channel.account_id)
    proof = await service.begin(session, viewer_of(account), channel.id, method)
    if seen:
        await service.record(session, proof.id, Finding(None, dict(evidence or {})))
    return proof
