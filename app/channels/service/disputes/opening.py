"""How a dispute begins: a proof is seen while the channel is another account's affair."""

from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.audit import service as audit
from app.cases import service as cases
from app.channels import mails
from app.channels.models import Channel, ChannelDispute, ChannelProof, ProofStatus, Verdict
from app.channels.policy import disputes as policy
from app.channels.policy.disputes import Side
from app.channels.policy.proofs import CONTESTED
from app.channels.service.disputes.sides import check_staff, claims_of, lock, open_claims
from app.channels.service.proofs import other_holder
from app.channels.service.taking import check_seen, is_row_of, pending, take_alone, touch
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

KIND = "channel_dispute"


async def contested(session: AsyncSession, channel: Channel) -> bool:
    """Whether what proves a channel does not count by itself, as it is another's affair too.

    So it is while another account holds the proof, while others dispute about the channel, and for
    some time after an end against the one who asks.

    Args:
        channel: taken by `take_alone`.
    """
    return (
        await other_holder(session, channel) is not None
        or await _disputed_by_others(session, channel) is not None
        or await _rests(session, channel)
    )


async def contest(session: AsyncSession, channel: Channel, proof: ChannelProof, by: Viewer) -> None:
    """Leave a proof that was seen to staff; when it is due, hear both sides about it.

    The proof no longer runs out. An end against the claimant that is still fresh lets staff look
    before others are asked anew.

    Args:
        channel: taken by `take_alone`, and `contested`.
    """
    await _leave_to_staff(session, channel, proof, by)
    if await _rests(session, channel):
        return
    holder_id = await other_holder(session, channel) or await _disputed_by_others(session, channel)
    if holder_id is not None:
        await _open(session, channel, holder_id, by)


async def hear_both(session: AsyncSession, by: Viewer, channel_id: UUID, seen: int) -> None:
    """Open a dispute because staff see a reason to, whatever went before.

    Raises:
        NotAllowed: `by` is no reviewer, or has a part in it.
        Missing, Stale: as `take` says.
        Conflict: nobody else holds the channel, no attempt is under way, or both are heard already.
    """
    channel = await take_alone(session, channel_id)
    await check_staff(session, by, [channel.id])
    check_seen(channel, seen)
    holder_id = await other_holder(session, channel)
    under_way = await pending(session, channel)
    if holder_id is None or not under_way:
        raise Conflict(_("There is no other side to hear about this channel."))
    if await claims_of(session, channel.id):
        raise Conflict(_("Both sides are being heard already."))
    await _leave_to_staff(session, channel, under_way[-1], by)
    await _open(session, channel, holder_id, by)


async def _leave_to_staff(
    session: AsyncSession, channel: Channel, proof: ChannelProof, by: Viewer
) -> None:
    proof.failure, proof.expires_at, proof.checking_since = CONTESTED, None, None
    await touch(session, channel)
    await audit.record(
        session, "channel.contested", channel.id, by, proof=str(proof.id), method=proof.method
    )


async def _open(session: AsyncSession, claimant: Channel, holder_id: UUID, by: Viewer) -> None:
    """Begin to hear both. A holder whom others claim against already is not told of one more."""
    at = clock.now()
    until = policy.answers_until(at)
    holder = await lock(session, holder_id)
    others = await open_claims(session, holder.id)
    holder_case = others[0].holder_case_id if others else None
    if holder_case is None:
        holder_case = await cases.open_case(session, KIND, holder.id)
        await cases.tell(session, holder_case, "dispute.opened")
    claimant_case = await cases.open_case(session, KIND, claimant.id)
    await cases.tell(session, claimant_case, "dispute.opened")
    dispute = ChannelDispute(
        holder_channel_id=holder.id,
        claimant_channel_id=claimant.id,
        holder_case_id=holder_case,
        claimant_case_id=claimant_case,
        opened_at=at,
        answers_until=until,
    )
    session.add(dispute)
    for other in others:  # so that a page of staff that lacks the newcomer is refused
        other.answers_until = until
    if not others:
        holder.disputed_since = at
        await _look_anew(session, holder)
        await touch(session, holder)
        await mails.tell_disputed(session, holder, Side.HOLDER, holder_case, until)
    await session.flush()
    await mails.tell_disputed(session, claimant, Side.CLAIMANT, claimant_case, until)
    for channel, side in ((holder, Side.HOLDER), (claimant, Side.CLAIMANT)):
        await audit.record(
            session, "channel.disputed", channel.id, by, dispute=str(dispute.id), side=side.value
        )


async def _look_anew(session: AsyncSession, holder: Channel) -> None:
    """Let the holder's proof be looked for at once: staff shall see what stands there today."""
    held = await session.scalar(
        select(ChannelProof).where(
            ChannelProof.channel_id == holder.id,
            ChannelProof.status.in_((ProofStatus.PROVEN, ProofStatus.STALE)),
        )
    )
    if held is not None:
        held.next_check_at = clock.now()


async def _disputed_by_others(session: AsyncSession, channel: Channel) -> UUID | None:
    """The holder's channel of an open dispute about the same channel in which this one is not."""
    holder, claimant = aliased(Channel), aliased(Channel)
    return await session.scalar(
        select(ChannelDispute.holder_channel_id)
        .join(holder, holder.id == ChannelDispute.holder_channel_id)
        .join(claimant, claimant.id == ChannelDispute.claimant_channel_id)
        .where(
            ChannelDispute.decided_at.is_(None),
            or_(is_row_of(channel, holder), is_row_of(channel, claimant)),
            holder.account_id != channel.account_id,
            claimant.account_id != channel.account_id,
        )
        .order_by(ChannelDispute.id)
        .limit(1)
    )


async def _rests(session: AsyncSession, channel: Channel) -> bool:
    """Whether a dispute about the same channel ended against its account not long ago."""
    own = aliased(Channel)
    holds, claims = (
        own.id == ChannelDispute.holder_channel_id,
        own.id == ChannelDispute.claimant_channel_id,
    )
    left = (ChannelDispute.verdict == Verdict.WITHDRAWN) & (
        ChannelDispute.decided_by == own.account_id
    )
    against = or_(
        left,
        ChannelDispute.verdict == Verdict.NEITHER,
        and_(holds, ChannelDispute.verdict == Verdict.CLAIMANT),
        and_(claims, ChannelDispute.verdict == Verdict.HOLDER),
    )
    ended_at = await session.scalar(
        select(ChannelDispute.decided_at)
        .join(own, or_(holds, claims))
        .where(
            own.account_id == channel.account_id,
            is_row_of(channel, own),
            against,
        )
        .order_by(ChannelDispute.decided_at.desc())
        .limit(1)
    )
    return ended_at is not None and policy.rests(ended_at, clock.now())
