"""A check by the portal: asked for by the owner, made by a job, its finding written down here."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels.methods import METHODS, Ask, Finding
from app.channels.models import Channel, ChannelProof, IdentityLink, ProofStatus
from app.channels.policy import proofs as policy
from app.channels.policy.proofs import Party
from app.channels.service.proofs import held_by_another, set_proof
from app.channels.service.taking import pending, take, touch
from app.core import clock, jobs
from app.core.config import settings
from app.core.errors import Conflict, Missing
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

CHECK = "channels.check_proof"  # the job in `jobs.py`, which stands above
PORTAL = Viewer.system("portal")


async def ask_check(session: AsyncSession, by: Viewer, channel_id: UUID) -> None:
    """Ask the portal to look for the proof of one's own channel; a job does it soon.

    A code that is over ends the attempt instead; a check under way is not asked for again.

    Raises:
        NotAllowed: nobody is signed in.
        Missing: as `take` says.
        Conflict: no attempt is under way that the portal could check.
    """
    channel = await take(session, channel_id, owner=by.own_id)
    proof = next((p for p in await pending(session, channel) if METHODS[p.method].by_portal), None)
    if proof is None:
        raise Conflict(_("There is nothing to check. Choose how to prove the channel first."))
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
    return (
        Ask(
            platform=channel.platform,
            url=channel.url,
            key=channel.key,
            handle=channel.handle,
            stable_id=channel.stable_id,
            code=proof.code or "",
            identity_url=identity_url(token) if token else "",
        ),
        proof,
    )


def identity_url(token: str) -> str:
    """The whole address that a rel="me" link leads to."""
    return f"{settings().base_url}/is/{token}"


async def record(
    session: AsyncSession, proof_id: UUID, finding: Finding, by: Viewer = PORTAL
) -> None:
    """Write down what a check saw. A finding about an attempt that is settled changes nothing.

    A proof that is seen counts at once, unless another account holds the channel: then staff are
    to look, and the owner is not told why (issue 3 §3).
    """
    channel_id = await session.scalar(
        select(ChannelProof.channel_id).where(ChannelProof.id == proof_id)
    )
    if channel_id is None:
        return
    try:
        channel = await take(session, channel_id)
    except Missing:
        return  # removed meanwhile
    proof = next((p for p in await pending(session, channel) if p.id == proof_id), None)
    if proof is None or proof.failure == policy.CONTESTED:
        return
    proof.checking_since, proof.checked_at = None, clock.now()
    proof.evidence = dict(finding.evidence)
    if not finding.seen:
        proof.failure = finding.failure
        await session.flush()
    elif await held_by_another(session, channel):
        await _contest(session, channel, proof, by)
    else:
        await set_proof(session, channel, proof, ProofStatus.PROVEN, party=Party.PORTAL, by=by)


async def _contest(
    session: AsyncSession, channel: Channel, proof: ChannelProof, by: Viewer
) -> None:
    """Leave a proof that was seen to staff: it no longer runs out, and waits on their list."""
    proof.failure, proof.expires_at = policy.CONTESTED, None
    await touch(session, channel)
    await audit.record(
        session, "channel.contested", channel.id, by, proof=str(proof.id), method=proof.method
    )
