"""What became of channels since they were proven: looks, losses, jumps of counts, a dispute."""

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.channels import service as channels
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelDispute, ChannelProof
from app.channels.policy import keeping as policy
from app.channels.service import disputes, keeping
from app.core import clock
from app.demo.seed.cast import Actor
from app.demo.seed.plan import Since, Story

DAY = timedelta(days=1)
IN_VAIN: Mapping[Since, Sequence[float]] = {
    Since.STALE: (3.2,),
    Since.LOST: (21.4, 20.4, 18.3, 13.6),
}
"""How many days ago a proof was looked for and not found."""
GREW = (1.0, 1.02, 1.03, 1.05, 1.06, 2.9)
"""How many times the first count somebody said from month to month; the last is no growth."""
OF_A_DISPUTE = "Kênh này do mình lập và tự quay từ đầu; email đăng ký kênh vẫn là của mình."


async def change(
    session: AsyncSession, story: Story, actor: Actor, joined: datetime, now: datetime
) -> None:
    """Let the channels of somebody who joined then come to where their story has them today."""
    proofs = await _kept(session, actor.account_id)
    if story.since is Since.JUMPED:
        await _count(session, actor, proofs, joined, now)
        return
    if story.since not in IN_VAIN:
        return
    channel, proof = proofs[-1 if story.since is Since.LOST else 0]
    failure = "link_not_found" if proof.method == "rel_me" else "gone"
    days = IN_VAIN[story.since]
    looks = [(days[0] + 7, Finding(None))]
    looks += [(ago, Finding(failure, {"url": channel.url})) for ago in days]
    for ago, finding in looks:
        with clock.at(max(now - ago * DAY, joined + DAY)):
            await keeping.note(session, proof.id, finding)


async def _count(
    session: AsyncSession,
    actor: Actor,
    proofs: Sequence[tuple[Channel, ChannelProof]],
    joined: datetime,
    now: datetime,
) -> None:
    counted = next((channel for channel, _ in proofs if channel.followers), None)
    if counted is None or counted.followers is None:
        return
    first, pause = counted.followers, (now - DAY - joined) / len(GREW)
    for place, times in enumerate(GREW, start=1):
        with clock.at(joined + pause * place):
            await channels.set_followers(
                session,
                actor.viewer,
                counted.id,
                counted.version,
                followers=round(first * times),
            )


async def dispute(
    session: AsyncSession, story: Story, actor: Actor, now: datetime
) -> tuple[UUID, ...]:
    """Let who claims a channel that a member holds say why. Returns: the accounts that hold it."""
    if not story.also_claims:
        return ()
    holder, claimant = aliased(Channel), aliased(Channel)
    found = await session.execute(
        select(claimant.id, holder.account_id)
        .select_from(ChannelDispute)
        .join(holder, holder.id == ChannelDispute.holder_channel_id)
        .join(claimant, claimant.id == ChannelDispute.claimant_channel_id)
        .where(claimant.account_id == actor.account_id)
    )
    held_by = []
    for channel_id, account_id in found:
        with clock.at(now - timedelta(hours=2)):
            await disputes.say(session, actor.viewer, channel_id, OF_A_DISPUTE)
        held_by.append(account_id)
    return tuple(held_by)


async def look_lately(
    session: AsyncSession, account_id: UUID, rng: random.Random, now: datetime
) -> None:
    """Let the proofs that hold have been seen again within the last week."""
    for _, proof in await _kept(session, account_id):
        at = now - rng.uniform(0.05, 6) * DAY
        if proof.failures or proof.proven_at is None or at - proof.proven_at < policy.EVERY:
            continue
        with clock.at(at):
            await keeping.note(session, proof.id, Finding(None))


async def leave_alone(session: AsyncSession, account_ids: Collection[UUID]) -> None:
    """Let nobody look again: no page of an invented channel exists, so that all would be lost."""
    mine = select(Channel.id).where(Channel.account_id.in_(account_ids))
    await session.execute(
        update(ChannelProof).where(ChannelProof.channel_id.in_(mine)).values(next_check_at=None)
    )


async def _kept(session: AsyncSession, account_id: UUID) -> Sequence[tuple[Channel, ChannelProof]]:
    """The channels that count, largest first, each with its proof."""
    rows = await session.execute(
        select(Channel, ChannelProof)
        .join(ChannelProof, ChannelProof.channel_id == Channel.id)
        .where(
            Channel.account_id == account_id,
            Channel.removed_at.is_(None),
            ChannelProof.status.in_(policy.KEPT),
        )
        .order_by(Channel.followers.desc().nulls_last(), Channel.id)
    )
    return [(row[0], row[1]) for row in rows]
