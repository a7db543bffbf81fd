"""How a dispute ends: staff decide, or one side gives way."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.cases import service as cases
from app.channels import mails
from app.channels.methods import METHODS
from app.channels.models import Channel, ChannelDispute, ChannelProof, ProofStatus, Verdict
from app.channels.policy import disputes as policy
from app.channels.policy.disputes import End, Side
from app.channels.policy.proofs import CONTESTED, Party
from app.channels.queries import disputes as queries
from app.channels.service.disputes.sides import alone, check_staff, claims_of, lock, open_claims
from app.channels.service.disputes.speaking import check_words
from app.channels.service.proofs import new_proof, set_proof
from app.channels.service.taking import pending, take_alone, touch
from app.core import clock
from app.core.errors import Conflict, Missing, Refused, Stale
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

PORTAL = Viewer.system("portal")  # what follows for one side is not the other side's doing
KEEPING = (ProofStatus.PROVEN, ProofStatus.STALE)


async def decide(
    session: AsyncSession,
    by: Viewer,
    dispute_id: UUID,
    seen: int,
    *,
    winner: UUID | None,
    because: str,
) -> None:
    """Decide whose channel it is, of all who claim it.

    Args:
        seen: the version of the dispute that was opened.
        winner: the channel of the side whose it is; None when nobody's of those who were heard.
        because: told to every side, so it must name none of them.

    Raises:
        Missing: there is no such dispute.
        NotAllowed: `by` is no reviewer, or has a part in it.
        Stale, Conflict: it is decided, somebody came or went, or it is too early.
        Refused: no reason, or one that names a side.
    """
    holder_id = await session.scalar(
        select(ChannelDispute.holder_channel_id).where(ChannelDispute.id == dispute_id)
    )
    if holder_id is None:
        raise Missing(_("There is no such dispute."))
    await alone(session, holder_id)
    claims = await open_claims(session, holder_id)
    channels = [await lock(session, one) for one in _sides(holder_id, claims)]
    await check_staff(session, by, (channel.id for channel in channels))
    opened = next((claim for claim in claims if claim.id == dispute_id), None)
    if opened is None or opened.version != seen:
        raise Stale(_("The dispute changed since you opened it."), await _now(session, dispute_id))
    found = await queries.sides(session, holder_id, claims)
    _check_time(found, claims)
    if winner is not None and winner not in {side.channel_id for side in found if not side.left}:
        raise Refused(_("Choose one of those who claim the channel, or none of them."))
    because = await check_words(session, because, channels)
    await _carry_out(session, by, channels, winner, because)
    for claim in claims:
        verdict = policy.verdict(claim.claimant_channel_id, holder_id, winner)
        await _close(session, claim, verdict, by, because)
    await _let_go(session, channels[0])
    gone = {side.channel_id for side in found if side.left}
    for channel in channels:
        if channel.id not in gone:
            await _tell(session, channel, claims, by, because)


async def give_way(session: AsyncSession, by: Viewer, channel_id: UUID, seen: int) -> None:
    """Leave a disputed channel to the other side.

    A holder's proof is lost. When a single claimant is left, theirs counts from now on; of several
    staff decide between them.

    Raises:
        NotAllowed, Missing, Stale: as `take` says.
        Conflict: the channel is not disputed any more.
    """
    channel = await take_alone(session, channel_id, seen=seen, owner=by.own_id)
    if not await _open_of(session, channel.id):
        raise Conflict(_("This channel is not disputed any more."))
    held = await _held(session, channel)
    for proof in [held] if held else await _contested(session, channel):
        new = ProofStatus.LOST if proof is held else ProofStatus.FAILED
        await set_proof(session, channel, proof, new, party=Party.OWNER, by=by, failure="gave_way")
    await leave(session, by, channel)


async def leave(session: AsyncSession, by: Viewer, channel: Channel) -> None:
    """Let what is disputed about a channel that its owner gives up go on without it.

    Args:
        channel: taken by `take_alone`; its own proof no longer counts.
    """
    claims = await _open_of(session, channel.id)
    if not claims:
        return
    holder_id = claims[0].holder_channel_id
    await audit.record(session, "channel.gave_way", channel.id, by)
    if holder_id == channel.id:
        await _holder_leaves(session, by, channel, claims)
    else:
        await _claimant_leaves(session, by, claims[0])


async def _claimant_leaves(session: AsyncSession, by: Viewer, claim: ChannelDispute) -> None:
    await _close(session, claim, Verdict.WITHDRAWN, by)
    holder = await lock(session, claim.holder_channel_id)
    left = await open_claims(session, holder.id)
    if left:
        return  # the holder is not told of one more or less
    await _let_go(session, holder)
    await _end(session, holder, claim.holder_case_id, End.KEPT)


async def _holder_leaves(
    session: AsyncSession, by: Viewer, holder: Channel, claims: list[ChannelDispute]
) -> None:
    holder_case = claims[0].holder_case_id
    await cases.tell(session, holder_case, "dispute.left")
    await cases.close(session, holder_case)
    await _let_go(session, holder)
    if len(claims) > 1:
        return
    claim = claims[0]
    claimant = await lock(session, claim.claimant_channel_id)
    await _win(session, claimant, PORTAL, "")
    await _close(session, claim, Verdict.WITHDRAWN, by)
    await _end(session, claimant, claim.claimant_case_id, End.WON)


def _sides(holder_id: UUID, claims: list[ChannelDispute]) -> list[UUID]:
    return [holder_id, *(claim.claimant_channel_id for claim in claims)]


def _check_time(sides: tuple[queries.SideView, ...], claims: list[ChannelDispute]) -> None:
    there = [side.heard for side in sides if not side.left]
    waited = max(claim.answers_until for claim in claims)
    if not policy.may_be_decided(there, waited, clock.now()):
        raise Conflict(_("Not every side has answered, and the time to answer is not over."))


async def _now(session: AsyncSession, dispute_id: UUID) -> dict[str, str]:
    dispute = await session.get_one(ChannelDispute, dispute_id, populate_existing=True)
    decided = _("Open") if dispute.decided_at is None else _("Decided")
    return {_("The dispute"): decided}


async def _carry_out(
    session: AsyncSession,
    by: Viewer,
    channels: list[Channel],
    winner: UUID | None,
    because: str,
) -> None:
    """Take every proof but the winner's, then let the winner's count."""
    for channel in channels:
        if channel.id == winner:
            continue
        held = await _held(session, channel)
        for proof in [held] if held else await pending(session, channel):
            await set_proof(
                session,
                channel,
                proof,
                ProofStatus.LOST if proof is held else ProofStatus.FAILED,
                party=Party.COUNCIL,
                by=by,
                failure="decided",
                because=because,
            )
    for channel in channels[1:]:
        if channel.id == winner:
            await _win(session, channel, by, because)


async def _win(session: AsyncSession, channel: Channel, by: Viewer, because: str) -> None:
    """Let a claimant's proof count, as it was seen; others of theirs under way end."""
    chosen = None
    for proof in await pending(session, channel):
        if proof.failure == CONTESTED:
            chosen = proof
            continue
        await set_proof(
            session, channel, proof, ProofStatus.FAILED,
            party=Party.COUNCIL, by=by, failure="settled",
        )  # fmt: skip
    if chosen is None:
        chosen = await new_proof(session, channel, METHODS["staff"])
    await set_proof(
        session, channel, chosen, ProofStatus.PROVEN, party=Party.COUNCIL, by=by, because=because
    )
    if METHODS[chosen.method].by_portal:
        chosen.next_check_at = clock.now()  # what was seen may be days old
        await session.flush()


async def _held(session: AsyncSession, channel: Channel) -> ChannelProof | None:
    return await session.scalar(
        select(ChannelProof)
        .where(ChannelProof.channel_id == channel.id, ChannelProof.status.in_(KEEPING))
        .execution_options(populate_existing=True)
    )


async def _contested(session: AsyncSession, channel: Channel) -> list[ChannelProof]:
    return [one for one in await pending(session, channel) if one.failure == CONTESTED]


async def _open_of(session: AsyncSession, channel_id: UUID) -> list[ChannelDispute]:
    return await open_claims(session, channel_id) or await claims_of(session, channel_id)


async def _close(
    session: AsyncSession, claim: ChannelDispute, verdict: Verdict, by: Viewer, because: str = ""
) -> None:
    """Write down how a claim ended. The claimant's thread is over with it."""
    claim.verdict, claim.because = verdict, because
    claim.decided_at, claim.decided_by = clock.now(), by.account_id
    await cases.close(session, claim.claimant_case_id)
    await session.flush()


async def _let_go(session: AsyncSession, holder: Channel) -> None:
    """Show the holder's channel without a dispute again."""
    holder.disputed_since = None
    await touch(session, holder)


async def _tell(
    session: AsyncSession,
    channel: Channel,
    claims: list[ChannelDispute],
    by: Viewer,
    because: str,
) -> None:
    """Tell one side how staff decided, and write it into the channel's history."""
    side, case_id = Side.HOLDER, claims[0].holder_case_id
    mine = [claim for claim in claims if claim.claimant_channel_id == channel.id]
    if mine:
        side, case_id = Side.CLAIMANT, mine[0].claimant_case_id
    ends = [policy.end(side, claim.verdict) for claim in mine or claims if claim.verdict]
    ended = policy.end_of_all(ends)
    await audit.record(
        session,
        "channel.dispute_decided",
        channel.id,
        by,
        after=ended.value,
        because=because,
        dispute=str((mine or claims)[0].id),
    )
    await _end(session, channel, case_id, ended, because)


async def _end(
    session: AsyncSession,
    channel: Channel,
    case_id: UUID,
    ended: End,
    because: str = "",
) -> None:
    await cases.tell(session, case_id, "dispute.ended", end=ended.value)
    await cases.close(session, case_id)
    if channel.removed_at is None:
        await mails.tell_dispute_ended(session, channel, ended, case_id, because)
