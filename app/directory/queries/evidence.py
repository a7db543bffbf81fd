"""How a member's channel was proven, and what became of the proof: the part that is for everybody.

Names of staff, their notes, codes and tokens, and who else says that it is theirs are not read
here, or leave this module masked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.methods import METHODS
from app.channels.models import Channel, ChannelProof, IdentityLink, ProofStatus
from app.channels.policy.evidence import Public, public
from app.channels.queries import PUBLIC_COLUMNS, FormerName, Turn, former_names, turns
from app.core.i18n import gettext as _
from app.directory.queries.lines import ChannelLine, line, method_how
from app.members import queries as members
from app.members.queries import MemberView

_C = Channel.__table__.c
COUNTED = (ProofStatus.PROVEN, ProofStatus.STALE, ProofStatus.LOST)


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof that counted. `by_staff`: people of the alliance looked; else the portal itself."""

    at: datetime
    how: str
    by_staff: bool
    seen_at: datetime | None  # when it was last seen
    evidence: Public


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what became of a channel."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """What the page shows; of somebody who is no member today only whose and which it was."""

    member: MemberView
    channel: ChannelLine
    proof: Proof | None = None  # the last that counted
    events: tuple[Event, ...] = ()  # newest first
    names: tuple[FormerName, ...] = ()


async def evidence(session: AsyncSession, number: str, channel_id: UUID) -> EvidencePage | None:
    """The page of a channel that the member of a canonical number has or had proven.

    None when there is no such member, or no such channel of theirs: one not proven, one that they
    took off and one of somebody else look the same. Five statements; two of a former member.
    """
    member = await members.by_number(session, number)
    if member is None:
        return None
    found = await _channel(session, member.account_id, channel_id)
    if found is None:
        return None
    shown = line(found)
    if not member.present:
        return EvidencePage(member, shown)
    kept = await _proofs(session, channel_id)
    secrets = tuple(filter(None, (found.token, *(one.code for one in kept))))
    proofs = [_proof(one, secrets, found.handle) for one in kept]
    names = await former_names(session, channel_id)
    events = [
        *_of_channel(shown),
        *_of_proofs(proofs),
        *(Event(turn.at, turn_words(turn)) for turn in await turns(session, channel_id)),
        *(Event(was.until, _("Known as %(name)s until then", name=was.shown)) for was in names),
    ]
    return EvidencePage(
        member,
        shown,
        proof=proofs[0] if proofs else None,
        events=tuple(sorted(events, key=lambda event: event.at, reverse=True)),
        names=names,
    )


async def _channel(
    session: AsyncSession, account_id: UUID, channel_id: UUID
) -> Row[*tuple[Any, ...]] | None:
    """The channel, and the token of its holder's own address, so that it can be masked."""
    return (
        await session.execute(
            select(_C.account_id, *PUBLIC_COLUMNS, IdentityLink.token)
            .outerjoin(IdentityLink, IdentityLink.account_id == _C.account_id)
            .where(
                _C.id == channel_id,
                _C.account_id == account_id,
                _C.proven_at.is_not(None),
                _C.removed_at.is_(None),
            )
        )
    ).first()


async def _proofs(session: AsyncSession, channel_id: UUID) -> list[ChannelProof]:
    """The proofs that counted, newest first."""
    rows = await session.scalars(
        select(ChannelProof)
        .where(ChannelProof.channel_id == channel_id, ChannelProof.status.in_(COUNTED))
        .order_by(ChannelProof.proven_at.desc(), ChannelProof.id.desc())
    )
    return list(rows)


def _proof(kept: ChannelProof, secrets: tuple[str, ...], handle: str | None) -> Proof:
    assert kept.proven_at is not None  # noqa: S101 - the database holds it to that
    method = METHODS.get(kept.method)
    # Of a proof that was lost, `by_account_id` may be who took it away.
    confirmed = kept.by_account_id is not None and kept.status is not ProofStatus.LOST
    return Proof(
        at=kept.proven_at,
        how=method_how(kept.method),
        by_staff=confirmed or (method is not None and not method.by_portal),
        seen_at=kept.seen_at,
        evidence=public(kept.evidence, secrets, handle),
    )


def _of_channel(channel: ChannelLine) -> Iterator[Event]:
    if channel.until:
        yield Event(channel.until, _("The proof was lost"))
    if channel.disputed_since:
        yield Event(channel.disputed_since, _("The alliance began to examine whose channel it is"))


def _of_proofs(proofs: list[Proof]) -> Iterator[Event]:
    for proof in proofs:
        yield Event(proof.at, _("Proven %(how)s", how=proof.how) if proof.how else _("Proven"))


def turn_words(turn: Turn) -> str:
    """What one look at a proof came to, for whoever reads it."""
    reasons = {
        "gone": _("Looked for: the page was no longer there"),
        "moved_elsewhere": _("Looked for: the address led elsewhere"),
        "other_id": _("Looked for: the name led to another channel"),
    }
    if turn.outcome == "not_seen":
        return reasons.get(turn.failure or "", _("Looked for, and not found"))
    if turn.outcome == "unsure":
        return _("The page was closed to the portal, which says nothing either way")
    return _("Seen again")
