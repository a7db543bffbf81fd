"""Keeping proofs: the ones that are due are taken up, looked at, and the finding is written down.

Taking up moves `next_check_at` on by a short lease, so that two workers do not look at the same,
and what a worker that died had in hand is due again by itself. Nothing here opens an address.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Select, Text, Uuid, column, func, select, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.methods import Ask, Finding
from app.channels.methods.base import Grant
from app.channels.models import (
    Channel,
    ChannelCheck,
    ChannelProof,
    CheckTally,
    IdentityLink,
    Outcome,
    ProofStatus,
)
from app.channels.policy import keeping as policy
from app.channels.policy.proofs import Party, is_checking
from app.channels.service import counts, grants, names
from app.channels.service.asking import ask_for
from app.channels.service.proofs import set_proof
from app.channels.service.taking import take
from app.core import clock, jobs
from app.core.errors import Conflict, Missing
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.viewer import Viewer

RECHECK = "channels.recheck_proof"  # the job in `jobs.py`, which stands above
PORTAL = Viewer.system("portal")


@dataclass(frozen=True, slots=True)
class Due:
    """A proof that is to be looked for again, and all that the look needs."""

    proof_id: UUID
    method: str
    ask: Ask
    kept: policy.Kept
    failure: str | None  # of the last look

    def says_the_same(self, finding: Finding) -> bool:
        """Whether a look found what the last one had, so that it changes only dates."""
        if self.kept.status is not ProofStatus.PROVEN or self.kept.failures:
            return False
        if finding.failure != self.failure or self.ask.grant is not None:
            return False
        names = (
            finding.stable_id in (None, self.ask.stable_id),
            finding.url in (None, self.ask.url),
        )
        return finding.unsure or (finding.seen and all(names) and finding.followers is None)


async def take_due(session: AsyncSession, most: int) -> list[Due]:
    """Take up proofs that are due, longest first; nobody else gets them until the lease is over."""
    now = clock.now()
    due = (
        select(ChannelProof.id)
        .join(Channel, Channel.id == ChannelProof.channel_id)
        .where(ChannelProof.next_check_at <= now, Channel.removed_at.is_(None))
        .order_by(ChannelProof.next_check_at)
        .limit(most)
        .with_for_update(of=ChannelProof, skip_locked=True)
    )
    taken = await session.scalars(
        update(ChannelProof)
        .where(ChannelProof.id.in_(due.scalar_subquery()))
        .values(next_check_at=now + policy.LEASE)
        .returning(ChannelProof.id)
        .execution_options(synchronize_session=False)
    )
    order = ChannelProof.proven_at, ChannelProof.id
    return await _looked_at(
        session, _kept().where(ChannelProof.id.in_(taken.all())).order_by(*order)
    )


async def asked(session: AsyncSession, proof_id: UUID) -> Due | None:
    """The proof whose owner asked for a look; None when it is not kept any more."""
    found = await _looked_at(session, _kept().where(ChannelProof.id == proof_id))
    return found[0] if found else None


async def seen_lately(session: AsyncSession, most: int, without: Collection[UUID]) -> list[Due]:
    """Proofs that were seen not long ago: they should be seen again if our line is up."""
    return await _looked_at(
        session,
        _kept()
        .where(
            ChannelProof.status == ProofStatus.PROVEN,
            ChannelProof.failure.is_(None),
            ChannelProof.next_check_at.is_not(None),
            ChannelProof.id.not_in(without),
        )
        .order_by(ChannelProof.next_check_at.desc())  # the index; who was seen last is due last
        .limit(most),
    )


def _kept() -> Select[Channel, ChannelProof, str]:
    return (
        select(Channel, ChannelProof, IdentityLink.token)
        .join(ChannelProof, ChannelProof.channel_id == Channel.id)
        .outerjoin(IdentityLink, IdentityLink.account_id == Channel.account_id)
        .where(ChannelProof.status.in_(policy.KEPT), Channel.removed_at.is_(None))
    )


async def _looked_at(session: AsyncSession, found: Select[Channel, ChannelProof, str]) -> list[Due]:
    rows = (await session.execute(found.execution_options(populate_existing=True))).all()
    given = await grants.held(session, [channel.id for channel, _, _ in rows])
    return [
        Due(
            proof.id,
            proof.method,
            replace(ask_for(channel, proof, token), grant=given.get(channel.id)),
            _standing(proof),
            proof.failure,
        )
        for channel, proof, token in rows
    ]


async def note_same(session: AsyncSession, looked: Sequence[tuple[Due, Finding]]) -> set[UUID]:
    """Write down many looks at once, each of which found what the last one had.

    Args:
        looked: as far as `Due.says_the_same`.

    Returns: the proofs of which it is written; the others changed meanwhile and want `note`.
    """
    if not looked:
        return set()
    now = clock.now()
    given = values(
        column("id", Uuid),
        column("failure", Text),
        column("seen_at", DateTime(timezone=True)),
        column("next", DateTime(timezone=True)),
        name="given",
    ).data([_dates(due, finding, now) for due, finding in looked])
    written = await session.scalars(
        update(ChannelProof)
        .where(
            ChannelProof.id == given.c.id,
            ChannelProof.status == ProofStatus.PROVEN,
            ChannelProof.failure.is_not_distinct_from(given.c.failure),
            ChannelProof.failures == 0,
        )
        .values(
            seen_at=func.greatest(ChannelProof.seen_at, given.c.seen_at),
            checked_at=now,
            checking_since=None,
            next_check_at=given.c.next,
        )
        .returning(ChannelProof.id)
        .execution_options(synchronize_session=False)
    )
    return set(written)


def _dates(due: Due, finding: Finding, now: datetime) -> tuple[object, ...]:
    chance = policy.chance_of(due.proof_id, now)
    after = policy.step(due.kept, finding.outcome, now, chance)
    return due.proof_id, finding.failure, after.seen_at, after.next_check_at


async def tally(session: AsyncSession, looks: Mapping[tuple[str, Outcome], int]) -> None:
    """Count looks, by method and outcome, to those of the day."""
    if not looks:
        return
    day = clock.today()
    given = insert(CheckTally).values(
        [
            {"day": day, "method": method, "outcome": outcome, "checks": count}
            for (method, outcome), count in sorted(looks.items())
        ]
    )
    await session.execute(
        given.on_conflict_do_update(
            index_elements=["day", "method", "outcome"],
            set_={"checks": CheckTally.checks + given.excluded.checks},
        )
    )


async def put_off(session: AsyncSession, proof_ids: Sequence[UUID]) -> None:
    """Look again in an hour, as if nobody had looked: what was seen says nothing."""
    await session.execute(
        update(ChannelProof)
        .where(ChannelProof.id.in_(proof_ids), ChannelProof.status.in_(policy.KEPT))
        .values(next_check_at=clock.now() + policy.NO_LINE_WAIT, checking_since=None)
        .execution_options(synchronize_session=False)
    )


async def note(
    session: AsyncSession,
    proof_id: UUID,
    finding: Finding,
    *,
    asked_for: bool = False,
    used: Grant | None = None,
    by: Viewer = PORTAL,
) -> Outcome | None:
    """Write down what a look at a kept proof saw, and what follows from it.

    Args:
        asked_for: the owner asked for the look; it can only help (`policy.keeping.step`).
        used: the leave of the owner that the look made use of.

    Returns: what the look came to; None when the proof is not kept any more.
    """
    taken = await _take(session, proof_id)
    if taken is None:
        return None
    channel, proof = taken
    if used is not None:
        await grants.note(session, channel.id, used, finding)
    finding = names.weighed(channel, finding)
    clash = None
    if finding.seen:
        clash = await names.learn(session, by, channel, finding)
        await counts.learn(session, channel, finding)
    now = clock.now()
    before = _standing(proof)
    after = policy.step(
        before, finding.outcome, now, policy.chance_of(proof.id, now), asked=asked_for
    )
    failure = finding.failure or clash
    if failure != proof.failure or after.failures > before.failures:
        session.add(_turn(proof, finding, failure, now))
    _write(proof, after, now)
    if after.status is proof.status:
        proof.failure = failure
        await session.flush()
    else:
        await set_proof(
            session, channel, proof, after.status, party=Party.PORTAL, by=by, failure=failure
        )
    return finding.outcome


async def let_go(session: AsyncSession, channel: Channel) -> None:
    """Look no more for the proofs of a channel that is removed; the caller holds it."""
    await session.execute(
        update(ChannelProof).where(ChannelProof.channel_id == channel.id).values(next_check_at=None)
    )


async def ask_again(session: AsyncSession, channel: Channel) -> None:
    """Look soon at the proof of a channel that its owner holds and asks about.

    Args:
        channel: its row, locked by `take`.

    Raises:
        Conflict: it has no proof to look at, or was looked at a few minutes ago.
    """
    proof = await held(session, channel)
    if proof is None:
        raise Conflict(_("There is nothing to check. Choose how to prove the channel first."))
    now = clock.now()
    if is_checking(proof.checking_since, now):
        return
    again = policy.ask_again_at(proof.checked_at, now)
    if again is not None:
        minutes = max(1, round((again - now) / timedelta(minutes=1)))
        raise Conflict(
            ngettext(
                "We have just looked. You can ask again in %(n)s minute.",
                "We have just looked. You can ask again in %(n)s minutes.",
                minutes,
            )
        )
    proof.checking_since = now
    await session.flush()
    await jobs.defer(session, RECHECK, key=f"{RECHECK}:{proof.id}", proof_id=str(proof.id))


async def held(session: AsyncSession, channel: Channel) -> ChannelProof | None:
    """The proof that makes a channel its owner's today; the caller holds the channel."""
    return await session.scalar(
        select(ChannelProof)
        .where(ChannelProof.channel_id == channel.id, ChannelProof.status.in_(policy.KEPT))
        .execution_options(populate_existing=True)
    )


async def _take(session: AsyncSession, proof_id: UUID) -> tuple[Channel, ChannelProof] | None:
    channel_id = await session.scalar(
        select(ChannelProof.channel_id).where(ChannelProof.id == proof_id)
    )
    try:
        channel = channel_id and await take(session, channel_id)
    except Missing:
        return None  # removed meanwhile
    proof = await session.scalar(
        select(ChannelProof)
        .where(ChannelProof.id == proof_id, ChannelProof.status.in_(policy.KEPT))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (channel, proof) if channel and proof else None


def _standing(proof: ChannelProof) -> policy.Kept:
    seen_at = proof.seen_at or proof.proven_at or proof.asked_at
    return policy.Kept(
        proof.status, seen_at, proof.failures, proof.failing_since, proof.next_check_at
    )


def _write(proof: ChannelProof, after: policy.Kept, now: datetime) -> None:
    proof.checked_at, proof.checking_since = now, None
    proof.failures, proof.failing_since = after.failures, after.failing_since
    proof.next_check_at = after.next_check_at
    if after.seen_at == now:
        proof.seen_at = now


def _turn(
    proof: ChannelProof, finding: Finding, failure: str | None, now: datetime
) -> ChannelCheck:
    return ChannelCheck(
        proof_id=proof.id,
        at=now,
        outcome=finding.outcome,
        failure=failure,
        evidence=dict(finding.evidence),
    )
