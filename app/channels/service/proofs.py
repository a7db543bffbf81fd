"""Beginning a proof, and the one door through which it moves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels import mails, record
from app.channels.methods import METHODS, Method
from app.channels.models import Channel, ChannelProof, IdentityLink, ProofNotice, ProofStatus
from app.channels.policy import keeping
from app.channels.policy import proofs as policy
from app.channels.policy.proofs import Party
from app.channels.queries import PROVEN
from app.channels.service import grants, notices
from app.channels.service.taking import pending, take
from app.core import clock
from app.core.crypto import token
from app.core.db import or_conflict
from app.core.errors import Conflict, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.trustlog import service as log


async def set_proof(
    session: AsyncSession,
    channel: Channel,
    proof: ChannelProof,
    new: ProofStatus,
    *,
    party: Party,
    by: Viewer,
    failure: str | None = None,
    because: str = "",
    note: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Make one move of a proof: checked, audited, told to the owner. Nothing else does.

    Args:
        channel: its row, locked by `take`.
        party: the part in which `by` acts; the table of moves says what it may do.
        failure: why the proof is not there, a key of `methods.FAILURES`; None when it is.
        because: staff's reason, told to the owner.
        note: what staff saw, not told to the owner.
        evidence: what was seen; what is kept already stays when None.

    Raises:
        Conflict: no such move, not by this party, or the channel is proven by another account.
    """
    old = proof.status
    policy.check_move(old, new, party)
    at = clock.now()
    proof.status, proof.failure, proof.checking_since = new, failure, None
    if evidence is not None:
        proof.evidence = dict(evidence)
    if party in (Party.REVIEWER, Party.COUNCIL):
        proof.by_account_id, proof.because, proof.note = by.account_id, because, note
    _date(channel, proof, old, at)
    async with or_conflict(session, _("Another account holds the proof of this channel.")):
        await session.flush()
    if old is ProofStatus.PENDING and new is ProofStatus.PROVEN:
        await log.append(session, record.proven(channel, proof))
    elif new is ProofStatus.LOST:
        await log.append(session, record.lost(channel, proof, failure or record.TAKEN_AWAY))
        await grants.drop(session, by, channel)
    await audit.record(
        session,
        "channel.proof_moved",
        channel.id,
        by,
        before=old.value,
        after=new.value,
        because=because or note,
        proof=str(proof.id),
        method=proof.method,
        party=party.value,
        failure=failure,
    )
    notice = await _notice(session, channel, new, by)
    await mails.tell_moved(session, channel, proof, party, notice)


def _date(channel: Channel, proof: ChannelProof, old: ProofStatus, at: datetime) -> None:
    """Write into both rows since when the proof stands as it does now, and when it is looked at."""
    new = proof.status
    if new is ProofStatus.PROVEN:
        proof.checked_at = proof.seen_at = at
        proof.failures, proof.failing_since = 0, None
        proof.next_check_at = keeping.first_check_at(proof.id, at)
        if old is ProofStatus.PENDING:
            proof.proven_at = channel.proven_at = at
            channel.proof_method, channel.lost_at = proof.method, None
    elif new is ProofStatus.LOST:
        channel.lost_at, proof.next_check_at = at, None
    channel.stale_since = at if new is ProofStatus.STALE else None
    channel.changed_at = at


async def _notice(
    session: AsyncSession, channel: Channel, new: ProofStatus, by: Viewer
) -> ProofNotice | None:
    """Who loses the last proven channel is given notice; proving one ends it."""
    if new is ProofStatus.LOST:
        return await notices.begin(session, by, channel)
    if new is ProofStatus.PROVEN:
        await notices.end(session, by, channel.account_id)
    return None


async def other_holder(session: AsyncSession, channel: Channel) -> UUID | None:
    """The channel of another account that holds the proof of the same one, by name or by id.

    The answer stays true until the transaction ends: whoever else wants to prove it waits.

    Args:
        channel: taken by `take_alone`.
    """
    same = Channel.key == channel.key
    if channel.stable_id is not None:
        same |= Channel.stable_id == channel.stable_id
    return await session.scalar(
        select(Channel.id)
        .where(
            Channel.platform == channel.platform,
            same,
            Channel.account_id != channel.account_id,
            *PROVEN,
        )
        .order_by(Channel.proven_at, Channel.id)
        .limit(1)
    )


async def begin(session: AsyncSession, by: Viewer, channel_id: UUID, key: str) -> ChannelProof:
    """Begin to prove one's own channel by the method `key`, in place of any other way under way.

    Asking twice for the same way gives the same attempt. Changing the way keeps the code: who has
    put it into their page need not change it again.

    Raises:
        NotAllowed: nobody is signed in.
        Missing: as `take` says.
        Refused: the method does not work there.
        Conflict: the channel is proven already.
    """
    channel = await take(session, channel_id, owner=by.own_id)
    method = METHODS[key]
    if not method.works_for(channel.platform):
        raise Refused(_("A channel of this platform cannot be proven in this way."))
    if channel.proven_at is not None and channel.lost_at is None:
        raise Conflict(_("This channel is proven already."))
    code = ""
    for proof in await pending(session, channel):
        over = policy.is_over(proof.expires_at, clock.now())
        if proof.failure == policy.CONTESTED or (proof.method == key and not over):
            return proof
        code = code if over else proof.code or code
        await set_proof(
            session,
            channel,
            proof,
            ProofStatus.FAILED,
            party=Party.CLOCK if over else Party.OWNER,
            by=by,
            failure="expired" if over else "replaced",
        )
    proof = await new_proof(session, channel, method, code)
    await audit.record(session, "channel.proof_begun", channel.id, by, method=key)
    return proof


async def new_proof(
    session: AsyncSession, channel: Channel, method: Method, code: str = ""
) -> ChannelProof:
    """A fresh attempt of a channel that the caller holds.

    Args:
        code: the code to go on with; a new one is made when it does not serve the method.
    """
    at = clock.now()
    if method.needs_identity:
        await identity_token(session, channel.account_id)
    if not code or not method.fits(code):
        code = method.new_code()
    proof = ChannelProof(
        channel_id=channel.id,
        method=method.key,
        status=ProofStatus.PENDING,
        code=code or None,
        asked_at=at,
        expires_at=at + method.life if method.life else None,
        evidence={},
    )
    channel.changed_at = at
    session.add(proof)
    await session.flush()
    return proof


async def identity_token(session: AsyncSession, account_id: UUID) -> str:
    """The token of the account's own address `/is/{token}`, made when first asked for."""
    await session.execute(
        insert(IdentityLink)
        .values(account_id=account_id, token=token(12), created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["account_id"])
    )
    found = await session.scalar(
        select(IdentityLink.token).where(IdentityLink.account_id == account_id)
    )
    assert found is not None  # noqa: S101 - written above, by us or by somebody just before
    return found


async def expire_codes(session: AsyncSession, by: Viewer, most: int = 20) -> int:
    """End some of the attempts whose code is over; safe to run again and elsewhere.

    Args:
        most: channels in this transaction, so that none is long; the caller goes on until none is
            left.

    Returns: how many attempts were ended.
    """
    now, ended = clock.now(), 0
    over = (
        (ChannelProof.status == ProofStatus.PENDING)
        & (ChannelProof.expires_at <= now)
        & or_(
            ChannelProof.checking_since.is_(None),
            ChannelProof.checking_since <= now - policy.CHECK_PATIENCE,
        )
    )
    due = (
        select(Channel)
        .where(Channel.id.in_(select(ChannelProof.channel_id).where(over)))
        .order_by(Channel.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    for channel in (await session.scalars(due)).all():
        for proof in await pending(session, channel):
            checking = policy.is_checking(proof.checking_since, now)
            if policy.is_over(proof.expires_at, now) and not checking:
                await set_proof(
                    session, channel, proof, ProofStatus.FAILED,
                    party=Party.CLOCK, by=by, failure="expired",
                )  # fmt: skip
                ended += 1
    return ended
