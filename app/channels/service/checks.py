"""A check by the portal: asked for by the owner, made by a job, its finding written down here."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.methods import METHODS, Ask, Finding
from app.channels.models import Channel, ChannelProof, IdentityLink, ProofStatus
from app.channels.policy import proofs as policy
from app.channels.policy.proofs import Party
from app.channels.service import counts, disputes, keeping, merging, names
from app.channels.service.asking import ask_for
from app.channels.service.proofs import set_proof
from app.channels.service.taking import pending, take, take_alone
from app.core import clock, jobs
from app.core.errors import Missing
from app.core.viewer import Viewer

CHECK = "channels.check_proof"  # the job in `jobs.py`, which stands above


async def ask_check(session: AsyncSession, by: Viewer, channel_id: UUID) -> None:
    """Ask the portal to look for the proof of one's own channel; a job does it soon.

    A code that is over ends the attempt instead; a check under way is not asked for again. A
    channel that is proven is looked at again.

    Raises:
        NotAllowed: nobody is signed in.
        Missing: as `take` says.
        Conflict: no attempt is under way that the portal could check, or a proof that is kept was
            looked at a few minutes ago.
    """
    channel = await take(session, channel_id, owner=by.own_id)
    proof = next((p for p in await pending(session, channel) if METHODS[p.method].by_job), None)
    if proof is None:
        await keeping.ask_again(session, channel)
        return
    now = clock.now()
    if proof.failure == policy.CONTESTED or policy.is_checking(proof.checking_since, now):
        return
    if policy.is_over(proof.expires_at, now):
        await set_proof(
            session, channel, proof, ProofStatus.FAILED, party=Party.CLOCK, by=by, failure="expired"
        )
        return
    proof.checking_since, proof.failure = now, None
    await session.flush()
    await jobs.defer(session, CHECK, key=f"{CHECK}:{proof.id}", proof_id=str(proof.id))


async def ask_of(session: AsyncSession, proof_id: UUID) -> tuple[Ask, ChannelProof] | None:
    """What a check has to look for; None when nobody waits for it any more. Changes nothing."""
    row = (
        await session.execute(
            select(Channel, ChannelProof, IdentityLink.token)
            .join(ChannelProof, ChannelProof.channel_id == Channel.id)
            .outerjoin(IdentityLink, IdentityLink.account_id == Channel.account_id)
            .where(
                ChannelProof.id == proof_id,
                ChannelProof.status == ProofStatus.PENDING,
                ChannelProof.checking_since.is_not(None),
                Channel.removed_at.is_(None),
            )
        )
    ).first()
    if row is None:
        return None
    channel, proof, token = row
    return ask_for(channel, proof, token), proof


async def record(
    session: AsyncSession, proof_id: UUID, finding: Finding, by: Viewer = keeping.PORTAL
) -> None:
    """Write down what a check saw. A finding about an attempt that is settled changes nothing.

    A proof that is seen counts at once, unless the channel is another account's affair too: then
    both are heard (issue 5 §3). One that is seen under another id than before counts for nothing,
    and one that turns out to be a further row of the same channel is left to staff.
    """
    channel_id = await session.scalar(
        select(ChannelProof.channel_id).where(ChannelProof.id == proof_id)
    )
    if channel_id is None:
        return
    try:
        channel = await take_alone(session, channel_id)
    except Missing:
        return  # removed meanwhile
    proof = next((p for p in await pending(session, channel) if p.id == proof_id), None)
    if proof is None or proof.failure == policy.CONTESTED:
        return
    proof.checking_since, proof.checked_at = None, clock.now()
    proof.evidence = dict(finding.evidence)
    finding = names.weighed(channel, finding)
    if not finding.seen:
        proof.failure = finding.failure
        await session.flush()
        return
    await names.learn(session, by, channel, finding)
    await counts.learn(session, channel, finding)
    if await merging.doubled(session, channel):
        await merging.leave_to_staff(session, channel, proof, by)
    elif await disputes.contested(session, channel):
        await disputes.contest(session, channel, proof, by)
    else:
        await set_proof(session, channel, proof, ProofStatus.PROVEN, party=Party.PORTAL, by=by)
