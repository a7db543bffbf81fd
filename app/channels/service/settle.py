"""What staff do with a channel: confirm by hand, refuse, take the proof away, correct a count."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels import queries
from app.channels.methods import METHODS
from app.channels.models import Channel, ChannelProof, FollowersSource, ProofStatus
from app.channels.policy import keeping
from app.channels.policy import proofs as policy
from app.channels.policy.proofs import Party
from app.channels.queries import disputes
from app.channels.service import counts, sightings
from app.channels.service.proofs import new_proof, other_holder, set_proof
from app.channels.service.taking import check_seen, pending, take_alone, touch
from app.core import clock
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def _take(session: AsyncSession, by: Viewer, channel_id: UUID, seen: int) -> Channel:
    channel = await take_alone(session, channel_id)
    if by.account_id is None or not policy.may_settle(by, channel.account_id):
        raise NotAllowed("channels: no reviewer, or party to the case")
    if await queries.is_party(session, by.account_id, channel.id):
        raise NotAllowed("channels: claims the same channel")
    check_seen(channel, seen)  # last: what the channel is by now is told to who may know it
    return channel


def _words(given: str) -> str:
    given = given.strip()
    if not given:
        raise Refused(_("Write down what you saw, or why."))
    return given[: policy.MOST_WORDS]


async def confirm(
    session: AsyncSession,
    by: Viewer,
    channel_id: UUID,
    seen: int,
    note: str,
    *,
    followers: int | None = None,
    capture: str | None = None,
) -> bool:
    """Confirm by hand that a channel is its owner's.

    An attempt that asked for staff, or that the portal has seen already, is the one confirmed; any
    other ends, and a staff check of its own is written down. Of a channel with more than a million
    followers that no machine has seen, the first reviewer's look is kept for a second's.

    Args:
        note: what was looked at and seen; for staff, never shown to the owner.
        followers: as the reviewer saw them; None when they did not look.
        capture: what the screen showed, kept by `sightings.keep_capture`.

    Returns: whether it is confirmed; else it waits for a second reviewer.

    Raises:
        NotAllowed: `by` is no reviewer, or the owner, or claims the same channel.
        Missing, Stale: as `take` says.
        Conflict: it is proven already, disputed, or another account holds the proof; or `by` is
            the one who saw it first.
        Refused: no note.
    """
    channel = await _take(session, by, channel_id, seen)
    note = _words(note)
    if channel.proven_at is not None and channel.lost_at is None:
        raise Conflict(_("This channel is proven already."))
    await _not_disputed(session, channel)
    if await other_holder(session, channel) is not None:
        raise Conflict(_("Another account holds the proof of this channel. Hear both sides first."))
    if followers is not None:
        await counts.write(
            session, by, channel, FollowersSource.STAFF, followers=followers, counted_on=None
        )
    chosen = await _chosen(session, by, channel)
    if chosen.method == "staff" and not await sightings.is_enough(
        session, by, channel, chosen, note=note, capture=capture
    ):
        return False
    await set_proof(
        session,
        channel,
        chosen,
        ProofStatus.PROVEN,
        party=Party.REVIEWER,
        by=by,
        note=note,
        evidence=await sightings.evidence_with(session, chosen, capture),
    )
    return True


async def _chosen(session: AsyncSession, by: Viewer, channel: Channel) -> ChannelProof:
    """The attempt that a look by staff is about; any other under way ends."""
    chosen = None
    for proof in await pending(session, channel):
        if proof.method == "staff" or proof.failure in policy.LEFT_TO_STAFF:
            chosen = proof
            continue
        await set_proof(
            session, channel, proof, ProofStatus.FAILED,
            party=Party.REVIEWER, by=by, failure="settled",
        )  # fmt: skip
    return chosen or await new_proof(session, channel, METHODS["staff"])


async def _not_disputed(session: AsyncSession, channel: Channel) -> None:
    if await disputes.is_disputed(session, channel.id):
        raise Conflict(_("This channel is disputed. Decide it there."))


async def refuse(
    session: AsyncSession, by: Viewer, channel_id: UUID, seen: int, because: str
) -> None:
    """Refuse the attempts under way for a channel.

    Args:
        because: the reason, told to the owner.

    Raises:
        NotAllowed, Missing, Stale, Refused: as `confirm`.
        Conflict: no attempt is under way, or it is disputed.
    """
    channel = await _take(session, by, channel_id, seen)
    because = _words(because)
    await _not_disputed(session, channel)
    under_way = await pending(session, channel)
    if not under_way:
        raise Conflict(_("No proof of this channel is under way."))
    for proof in under_way:
        await set_proof(
            session, channel, proof, ProofStatus.FAILED,
            party=Party.REVIEWER, by=by,
            failure="not_confirmed", because=because,
        )  # fmt: skip


async def take_away(
    session: AsyncSession, by: Viewer, channel_id: UUID, seen: int, because: str
) -> None:
    """Take the proof of a channel away. Its owner may prove it anew.

    Args:
        because: the reason, told to the owner.

    Raises:
        NotAllowed, Missing, Stale, Refused: as `confirm`.
        Conflict: it is not proven, or it is disputed.
    """
    channel = await _take(session, by, channel_id, seen)
    because = _words(because)
    await _not_disputed(session, channel)
    proof = await session.scalar(
        select(ChannelProof).where(
            ChannelProof.channel_id == channel.id,
            ChannelProof.status.in_((ProofStatus.PROVEN, ProofStatus.STALE)),
        )
    )
    if proof is None:
        raise Conflict(_("This channel is not proven."))
    await set_proof(
        session, channel, proof, ProofStatus.LOST, party=Party.REVIEWER, by=by, because=because
    )


async def see_anew(
    session: AsyncSession, by: Viewer, channel_id: UUID, seen: int, note: str
) -> None:
    """Write down that staff saw a channel that counts, where the portal could not for long.

    Args:
        note: what was looked at and seen; for staff, never shown to the owner.

    Raises:
        NotAllowed, Missing, Stale, Refused: as `confirm`.
        Conflict: it is not proven.
    """
    channel = await _take(session, by, channel_id, seen)
    note = _words(note)
    proof = await session.scalar(
        select(ChannelProof)
        .where(ChannelProof.channel_id == channel.id, ChannelProof.status.in_(keeping.KEPT))
        .execution_options(populate_existing=True)
    )
    if proof is None:
        raise Conflict(_("This channel is not proven."))
    if proof.status is ProofStatus.STALE:
        await set_proof(
            session, channel, proof, ProofStatus.PROVEN, party=Party.REVIEWER, by=by, note=note
        )
        return
    now = clock.now()
    proof.seen_at = proof.checked_at = now
    proof.failure, proof.next_check_at = None, keeping.first_check_at(proof.id, now)
    await touch(session, channel)
    await audit.record(
        session, "channel.seen_anew", channel.id, by, because=note, proof=str(proof.id)
    )


async def correct_followers(
    session: AsyncSession,
    by: Viewer,
    channel_id: UUID,
    seen: int,
    *,
    followers: int,
    counted_on: date | None = None,
) -> None:
    """Write down how many followers staff saw on the page.

    Args:
        counted_on: the day in Vietnam on which they were seen; today when None.

    Raises:
        NotAllowed, Missing, Stale: as `confirm`.
        Refused: no such count, or of no such day.
    """
    channel = await _take(session, by, channel_id, seen)
    await counts.write(
        session,
        by,
        channel,
        FollowersSource.STAFF,
        followers=followers,
        counted_on=counted_on,
    )


async def open_evidence(session: AsyncSession, by: Viewer, channel_id: UUID) -> None:
    """Let somebody of staff see a channel with its evidence, and write down that they did.

    Raises:
        NotAllowed: `by` may see no evidence, owns the channel or claims the same one.
        Missing: there is no such channel.
    """
    if by.account_id is None or not policy.may_see_evidence(by):
        raise NotAllowed("channels: not for this hat")
    if await session.get(Channel, channel_id) is None:
        raise Missing(_("There is no such channel."))
    if await queries.is_party(session, by.account_id, channel_id):
        raise NotAllowed("channels: party to the case")  # other claims and notes are not for them
    await audit.note_view(session, "channel.viewed", channel_id, by)
