"""Two rows of one account that turn out to be one channel: staff make one of them."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels import queries, record
from app.channels.models import Channel, ChannelCount, ChannelHandle, ChannelProof, ProofStatus
from app.channels.policy import merging as policy
from app.channels.policy import proofs
from app.channels.policy.merging import Row
from app.channels.policy.proofs import Party
from app.channels.queries import disputes, doubles
from app.channels.service import grants
from app.channels.service.proofs import set_proof
from app.channels.service.taking import check_seen, pending, take, take_alone, touch
from app.core import clock
from app.core.errors import Conflict, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def doubled(session: AsyncSession, channel: Channel) -> bool:
    """Whether its owner has proven the same channel already, under another name."""
    return await doubles.proven_twin(session, channel) is not None


async def leave_to_staff(
    session: AsyncSession, channel: Channel, proof: ChannelProof, by: Viewer
) -> None:
    """Leave a proof that was seen to staff: its channel is there already under another name."""
    proof.failure, proof.expires_at = proofs.SAME_CHANNEL, None
    await touch(session, channel)
    await audit.record(session, "channel.doubled", channel.id, by, proof=str(proof.id))


async def merge(
    session: AsyncSession,
    by: Viewer,
    pair: tuple[UUID, UUID],
    seen: tuple[int, int],
    because: str,
) -> UUID:
    """Make one channel of two rows of one account that have the platform's same id.

    The proven one is kept, else the older; the other is removed, its names and counts go over.

    Args:
        pair: the two, in any order; `seen` their versions in the same order.
        because: why they are one; for staff.

    Returns: the channel that was kept.

    Raises:
        NotAllowed: `by` is no reviewer, or it is their own affair.
        Missing, Stale: as `take` says.
        Conflict: they are not one channel, or one of them is disputed.
        Refused: no reason.
    """
    one = await take_alone(session, pair[0])
    other = await take(session, pair[1])
    for channel, version in zip((one, other), seen, strict=True):
        if by.account_id is None or not proofs.may_settle(by, channel.account_id):
            raise NotAllowed("merge: no reviewer, or their own")
        if await queries.is_party(session, by.account_id, channel.id):
            raise NotAllowed("merge: party to the case")
        check_seen(channel, version)
    because = because.strip()[: proofs.MOST_WORDS]
    if not because:
        raise Refused(_("Write down what you saw, or why."))
    if other.id not in {twin.id for twin in await doubles.twins(session, one.id)}:
        raise Conflict(_("These are not two names of one channel."))
    for channel in (one, other):
        if await disputes.is_disputed(session, channel.id):
            raise Conflict(_("One of them is disputed. Decide that first."))
    kept_id = policy.kept(_row(one), _row(other))
    kept, gone = (one, other) if one.id == kept_id else (other, one)
    await _remove(session, by, gone)
    await _take_over(session, kept, gone)
    await audit.record(
        session, "channel.merged", kept.id, by,
        before=gone.url, after=kept.url, because=because, gone=str(gone.id),
    )  # fmt: skip
    await audit.record(
        session, "channel.merged_away", gone.id, by,
        before=gone.url, after=kept.url, because=because, kept=str(kept.id),
    )  # fmt: skip
    return kept.id


def _row(channel: Channel) -> Row:
    held = channel.proven_at is not None and channel.lost_at is None
    return Row(channel.id, channel.created_at, held=held, stale=channel.stale_since is not None)


async def _remove(session: AsyncSession, by: Viewer, gone: Channel) -> None:
    for proof in await pending(session, gone):
        await set_proof(
            session, gone, proof, ProofStatus.FAILED,
            party=Party.REVIEWER, by=by, failure="settled",
        )  # fmt: skip
    await session.execute(
        update(ChannelProof)
        .where(ChannelProof.channel_id == gone.id, ChannelProof.next_check_at.is_not(None))
        .values(next_check_at=None)
    )
    await record.note_gone(session, gone, "merged")
    gone.removed_at = clock.now()
    await grants.drop(session, by, gone)
    await touch(session, gone)


async def _take_over(session: AsyncSession, kept: Channel, gone: Channel) -> None:
    """Let the names and counts of the row that goes be the channel's own."""
    for table in (ChannelHandle, ChannelCount):
        await session.execute(
            update(table).where(table.channel_id == gone.id).values(channel_id=kept.id)
        )
    if gone.key != kept.key:
        session.add(
            ChannelHandle(
                channel_id=kept.id,
                url=gone.url,
                key=gone.key,
                handle=gone.handle,
                since=gone.created_at,
                until=clock.now(),
            )
        )
    kept.stable_id = kept.stable_id or gone.stable_id
    await _clear_clash(session, kept)
    await touch(session, kept)


async def _clear_clash(session: AsyncSession, kept: Channel) -> None:
    """What was left to staff about the kept row is settled with this."""
    await session.execute(
        update(ChannelProof)
        .where(
            ChannelProof.channel_id == kept.id,
            ChannelProof.status.in_((ProofStatus.PROVEN, ProofStatus.STALE)),
            ChannelProof.failure == proofs.SAME_CHANNEL,
        )
        .values(failure=None)
    )
