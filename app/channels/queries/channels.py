"""What pages ask about channels and their proofs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels.methods import METHODS
from app.channels.models import (
    Channel,
    ChannelProof,
    IdentityLink,
    ProofStatus,
)
from app.channels.policy import links, proofs
from app.channels.policy.platforms import platform_name
from app.channels.policy.proofs import State
from app.core import clock

PER_PAGE = 50
_C = Channel.__table__.c
PROVEN = (_C.proven_at.is_not(None), _C.lost_at.is_(None), _C.removed_at.is_(None))
"""What holds of a channel that is proven today; of columns, so that it makes no entities."""
PUBLIC_COLUMNS = (
    _C.id.label("channel_id"), _C.platform, _C.url, _C.key, _C.handle, _C.followers,
    _C.followers_as_of, _C.followers_source, _C.proven_at, _C.proof_method, _C.stale_since,
    _C.disputed_since, _C.lost_at, _C.removed_at,
)  # fmt: skip
"""What everybody may know of a channel that was ever proven."""


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel as pages show it. `state`: proven, stale, pending, unproven or lost."""

    id: UUID
    account_id: UUID
    platform: str
    url: str
    key: str
    handle: str | None
    followers: int | None
    counted_on: date | None
    source: str
    proven_at: datetime | None
    method: str | None
    stale_since: datetime | None
    disputed_since: datetime | None
    lost_at: datetime | None
    removed_at: datetime | None
    version: int
    state: str

    @property
    def shown(self) -> str:
        """How the channel is named."""
        return links.shown(self.platform, self.url, self.handle)

    @property
    def held(self) -> bool:
        """Whether it counts as proven, also while it is stale or examined."""
        return self.state in (State.PROVEN, State.STALE)

    @property
    def proof(self) -> str:
        """How its proof stands, as the macros of templates know it."""
        return "disputed" if self.held and self.disputed_since else self.state

    @property
    def proof_since(self) -> datetime | None:
        """Since when the proof stands so; None while there is none."""
        by_proof = {
            "disputed": self.disputed_since,
            "stale": self.stale_since,
            "proven": self.proven_at,
            "lost": self.lost_at,
        }
        return by_proof.get(self.proof)

    @property
    def how(self) -> str:
        """How it was proven, in the reader's language; "" where nobody knows."""
        method = METHODS.get(self.method or "")
        return str(method.how) if method else ""

    @property
    def platform_name(self) -> str:
        """What people call its platform."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to prove a channel."""

    id: UUID
    method: str
    status: str
    code: str
    asked_at: datetime
    expires_at: datetime | None
    checking: bool
    stalled: bool  # a check was asked for and never answered
    checked_at: datetime | None
    proven_at: datetime | None
    by_name: str  # of staff, who settled it; "" for nobody
    note: str
    because: str
    evidence: dict[str, Any]
    failure: str | None
    seen_at: datetime | None
    next_check_at: datetime | None
    failures: int

    @property
    def how(self) -> str:
        """The way taken, in the reader's language; "" for one that there is no longer."""
        method = METHODS.get(self.method)
        return str(method.how) if method else ""

    @property
    def with_staff(self) -> bool:
        """Whether it waits for somebody of staff to look."""
        left = self.failure in proofs.LEFT_TO_STAFF
        return self.status == "pending" and (self.method == "staff" or left)


def with_staff() -> ColumnElement[bool]:
    """What holds of an attempt that waits for somebody of staff to look."""
    return (ChannelProof.status == ProofStatus.PENDING) & or_(
        ChannelProof.method == "staff", ChannelProof.failure.in_(proofs.LEFT_TO_STAFF)
    )


def _channels() -> Select[Channel, bool]:
    """Channels, each with whether an attempt waits for the portal's check or for staff."""
    checking = (ChannelProof.status == ProofStatus.PENDING) & (
        ChannelProof.checking_since > clock.now() - proofs.CHECK_PATIENCE
    )
    waiting = exists().where(ChannelProof.channel_id == Channel.id, or_(with_staff(), checking))
    return select(Channel, waiting)


def _view(channel: Channel, waiting: bool) -> ChannelView:  # noqa: FBT001 - a column of the row
    return ChannelView(
        id=channel.id,
        account_id=channel.account_id,
        platform=channel.platform,
        url=channel.url,
        key=channel.key,
        handle=channel.handle,
        followers=channel.followers,
        counted_on=channel.followers_as_of,
        source=channel.followers_source.value if channel.followers_source else "",
        proven_at=channel.proven_at,
        method=channel.proof_method or None,
        stale_since=channel.stale_since,
        disputed_since=channel.disputed_since,
        lost_at=channel.lost_at,
        removed_at=channel.removed_at,
        version=channel.version,
        state=proofs.state(
            channel.proven_at, channel.lost_at, channel.stale_since, waiting=waiting
        ).value,
    )


async def channels_of(session: AsyncSession, account_id: UUID) -> tuple[ChannelView, ...]:
    """The channels of one account, those removed left out, oldest first. One statement."""
    return (await channels_of_accounts(session, [account_id])).get(account_id, ())


async def channels_of_accounts(
    session: AsyncSession, ids: Collection[UUID]
) -> dict[UUID, tuple[ChannelView, ...]]:
    """The channels of several accounts, by account; without those of none. One statement."""
    rows = await session.execute(
        _channels()
        .where(Channel.account_id.in_(ids), Channel.removed_at.is_(None))
        .order_by(Channel.account_id, Channel.created_at, Channel.id)
    )
    found: dict[UUID, tuple[ChannelView, ...]] = {}
    for channel, waiting in rows:
        found[channel.account_id] = (
            *found.get(channel.account_id, ()),
            _view(channel, waiting),
        )
    return found


async def channel(session: AsyncSession, channel_id: UUID) -> ChannelView | None:
    """One channel, also when it was removed. One statement."""
    row = (await session.execute(_channels().where(Channel.id == channel_id))).first()
    return _view(*row) if row else None


async def attempts(session: AsyncSession, channel_id: UUID) -> tuple[Attempt, ...]:
    """The attempts to prove a channel, newest first. One statement."""
    now = clock.now()
    rows = await session.execute(
        select(ChannelProof, Account.display_name)
        .outerjoin(Account, Account.id == ChannelProof.by_account_id)
        .where(ChannelProof.channel_id == channel_id)
        .order_by(ChannelProof.id.desc())
    )
    return tuple(
        Attempt(
            id=proof.id,
            method=proof.method,
            status=proof.status.value,
            code=proof.code or "",
            asked_at=proof.asked_at,
            expires_at=proof.expires_at,
            checking=(checking := proofs.is_checking(proof.checking_since, now)),
            stalled=proof.checking_since is not None and not checking,
            checked_at=proof.checked_at,
            proven_at=proof.proven_at,
            by_name=name or "",
            note=proof.note,
            because=proof.because,
            evidence=proof.evidence,
            failure=proof.failure,
            seen_at=proof.seen_at,
            next_check_at=proof.next_check_at,
            failures=proof.failures,
        )
        for proof, name in rows
    )


async def account_of_token(session: AsyncSession, token: str) -> UUID | None:
    """The account whose own address is `/is/{token}`."""
    return await session.scalar(select(IdentityLink.account_id).where(IdentityLink.token == token))


async def token_of(session: AsyncSession, account_id: UUID) -> str | None:
    """The token of an account's own address; None until it was first asked for."""
    return await session.scalar(
        select(IdentityLink.token).where(IdentityLink.account_id == account_id)
    )
