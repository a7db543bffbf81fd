"""Who stands on which side of what is open about a channel."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import queries
from app.channels.models import Channel, ChannelDispute
from app.channels.policy import disputes as policy
from app.channels.service.taking import take_alone
from app.core.errors import Missing, NotAllowed
from app.core.viewer import Viewer


async def open_claims(session: AsyncSession, holder_id: UUID) -> list[ChannelDispute]:
    """The open claims against one holder's channel, first come first; locked."""
    found = await session.scalars(
        select(ChannelDispute)
        .where(ChannelDispute.holder_channel_id == holder_id, ChannelDispute.decided_at.is_(None))
        .order_by(ChannelDispute.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


async def claims_of(session: AsyncSession, claimant_id: UUID) -> list[ChannelDispute]:
    """The open claim of one claimant's channel, if there is one; locked."""
    found = await session.scalars(
        select(ChannelDispute)
        .where(
            ChannelDispute.claimant_channel_id == claimant_id, ChannelDispute.decided_at.is_(None)
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found)


async def alone(session: AsyncSession, holder_id: UUID) -> None:
    """Let nobody else say whose channel it is until the transaction ends; see `take_alone`."""
    try:
        await take_alone(session, holder_id)
    except Missing:
        return  # its owner has removed it, and others dispute about it still


async def lock(session: AsyncSession, channel_id: UUID) -> Channel:
    """A channel of a side, locked; also one that its owner has removed."""
    return await session.get_one(Channel, channel_id, with_for_update=True, populate_existing=True)


async def check_staff(session: AsyncSession, by: Viewer, channels: Iterable[UUID]) -> None:
    """Let pass who may speak and decide about the disputed `channels`.

    Raises:
        NotAllowed: they wear no hat for it, or one of the channels is their own affair.
    """
    if by.account_id is None or not policy.may_decide(by):
        raise NotAllowed("disputes: no reviewer")
    for channel_id in channels:
        if await queries.is_party(session, by.account_id, channel_id):
            raise NotAllowed("disputes: party to the case")
