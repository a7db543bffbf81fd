"""What pages ask about channels and their proofs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.channels.models import (
    Channel,
    ChannelProof,
    IdentityLink,
    ProofStatus,
)
from app.channels.policy import links, proofs
from app.channels.policy.platforms import platform_name
from app.core import clock

PER_PAGE = 50
_C = Channel.__table__.c
PROVEN = (_C.proven_at.is_not(None), _C.lost_at.is_(None), _C.removed_at.is_(None))
"""What holds of a channel that is proven today; of columns, so that it makes no entities."""


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel as pages show it. `state`: proven, pending, unproven or lost."""

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
    lost_at: datetime | None
    removed_at: datetime | None
    version: int
    state: str

    @property
    def shown(self) -> str:
        """How the channel is named."""
        return links.shown(self.platform, self.url, self.handle)

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

    @property
    def with_staff(self) -> bool:
        """Whether it waits for somebody of staff to look."""
        contested = self.failure == proofs.CONTESTED
        return self.status == "pending" and (self.method == "staff" or contested)


@dataclass(frozen=True, slots=True)
class Claim:
    """The same channel with another account. For staff only."""

    channel_id: UUID  # of the account asked about
    platform: str
    shown: str
    other_channel_id: UUID
    other_account_id: UUID
    other_name: str
    held: bool  # whether that account holds the proof
    since: datetime  # when it added the channel


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One channel that waits for staff. `contested`: seen, while another account holds it."""

    channel_id: UUID
    account_id: UUID
    name: str
    platform: str
    shown: str
    asked_at: datetime
    contested: bool

    @property
    def platform_name(self) -> str:
        """What people call its platform."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page of the channels that wait for staff."""

    rows: tuple[WaitingRow, ...]
    total: int  # over all pages
    page: int  # from 1

    @property
    def pages(self) -> int:
        """How many pages there are, 1 at least."""
        return max(1, -(-self.total // PER_PAGE))


def _with_staff() -> ColumnElement[bool]:
    return (ChannelProof.status == ProofStatus.PENDING) & or_(
        ChannelProof.method == "staff", ChannelProof.failure == proofs.CONTESTED
    )


def _channels() -> Select[Channel, bool]:
    """Channels, each with whether an attempt waits for the portal's check or for staff."""
    checking = (ChannelProof.status == ProofStatus.PENDING) & (
        ChannelProof.checking_since > clock.now() - proofs.CHECK_PATIENCE
    )
    waiting = exists().where(ChannelProof.channel_id == Channel.id, or_(_with_staff(), checking))
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
        )
        for proof, name in rows
    )


async def other_claims(
    session: AsyncSession, account_id: UUID, channel_id: UUID | None = None
) -> tuple[Claim, ...]:
    """Channels of this account that other accounts say are theirs as well. One statement.

    For staff only: nobody else may learn of it (issue 3 §3).

    Args:
        channel_id: asks about this channel alone.
    """
    other = aliased(Channel)
    held = other.proven_at.is_not(None) & other.lost_at.is_(None)
    statement = (
        select(Channel, other.id, other.account_id, Account.display_name, held, other.created_at)
        .join(
            other,
            (other.platform == Channel.platform)
            & (other.key == Channel.key)
            & (other.account_id != Channel.account_id)
            & other.removed_at.is_(None),
        )
        .join(Account, Account.id == other.account_id)
        .where(Channel.account_id == account_id, Channel.removed_at.is_(None))
        .order_by(Channel.created_at, held.desc(), other.created_at, other.id)
    )
    if channel_id is not None:
        statement = statement.where(Channel.id == channel_id)
    return tuple(
        Claim(
            channel_id=mine.id,
            platform=mine.platform,
            shown=links.shown(mine.platform, mine.url, mine.handle),
            other_channel_id=other_id,
            other_account_id=other_account,
            other_name=name,
            held=is_held,
            since=since,
        )
        for mine, other_id, other_account, name, is_held, since in await session.execute(statement)
    )


def _has_party(account_id: UUID) -> ColumnElement[bool]:
    """Whether the account owns a channel, or says or ever said that the same one is theirs."""
    own = aliased(Channel)
    return exists().where(
        own.account_id == account_id, own.platform == Channel.platform, own.key == Channel.key
    )


async def is_party(session: AsyncSession, account_id: UUID, channel_id: UUID) -> bool:
    """Whether what becomes of a channel is the account's own affair. One statement."""
    found = await session.scalar(
        select(Channel.id).where(Channel.id == channel_id, _has_party(account_id))
    )
    return found is not None


async def shares_channel(session: AsyncSession, account_id: UUID, owner_id: UUID) -> bool:
    """Whether a channel of `owner_id` is also the affair of another account. One statement."""
    found = await session.scalar(
        select(
            exists().where(
                Channel.account_id == owner_id,
                Channel.removed_at.is_(None),
                _has_party(account_id),
            )
        )
    )
    return bool(found)


async def waiting_for_staff(session: AsyncSession, viewer_id: UUID, page: int = 1) -> WaitingPage:
    """The channels at which staff are to look, longest waiting first. Two statements.

    Args:
        viewer_id: who asks; channels that are their own affair are left out.
        page: from 1.
    """
    where = (_with_staff(), Channel.removed_at.is_(None), ~_has_party(viewer_id))
    joined = Channel.id == ChannelProof.channel_id
    total = await session.scalar(
        select(func.count()).select_from(ChannelProof).join(Channel, joined).where(*where)
    )
    rows = await session.execute(
        select(
            Channel, Account.display_name, ChannelProof.asked_at,
            func.coalesce(ChannelProof.failure == proofs.CONTESTED, False),
        )
        .join(ChannelProof, joined)
        .join(Account, Account.id == Channel.account_id)
        .where(*where)
        .order_by(ChannelProof.asked_at, ChannelProof.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )  # fmt: skip
    found = tuple(
        WaitingRow(
            c.id,
            c.account_id,
            name,
            c.platform,
            links.shown(c.platform, c.url, c.handle),
            at,
            twice,
        )
        for c, name, at, twice in rows
    )
    return WaitingPage(found, total or 0, page)


async def account_of_token(session: AsyncSession, token: str) -> UUID | None:
    """The account whose own address is `/is/{token}`."""
    return await session.scalar(select(IdentityLink.account_id).where(IdentityLink.token == token))


async def token_of(session: AsyncSession, account_id: UUID) -> str | None:
    """The token of an account's own address; None until it was first asked for."""
    return await session.scalar(
        select(IdentityLink.token).where(IdentityLink.account_id == account_id)
    )
