"""What staff are to look at because the portal's own looks ended there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels.models import Channel, ChannelProof, ProofNotice, ProofStatus
from app.channels.policy import keeping, links
from app.channels.policy.platforms import platform_name
from app.channels.queries.channels import PER_PAGE
from app.channels.queries.claims import has_party
from app.core import clock


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Somebody without a proven channel. `overdue`: the days are over, and staff are to look."""

    id: UUID
    account_id: UUID
    name: str
    channel_id: UUID  # the one lost last
    platform: str
    shown: str
    began_at: datetime
    ends_at: datetime
    overdue: bool

    @property
    def platform_name(self) -> str:
        """What people call its platform."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class UnseenRow:
    """A channel that counts, but that the portal has not been able to see for long."""

    channel_id: UUID
    account_id: UUID
    name: str
    platform: str
    shown: str
    seen_at: datetime
    failure: str | None  # a key of `methods.FAILURES`
    stale: bool

    @property
    def platform_name(self) -> str:
        """What people call its platform."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of notices."""

    rows: tuple[NoticeRow, ...]
    total: int  # over all pages
    page: int  # from 1

    @property
    def pages(self) -> int:
        """How many pages there are, 1 at least."""
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True, slots=True)
class UnseenPage:
    """One page of channels not seen for long."""

    rows: tuple[UnseenRow, ...]
    total: int  # over all pages
    page: int  # from 1

    @property
    def pages(self) -> int:
        """How many pages there are, 1 at least."""
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for staff. `overdue`: of `unproven`, those whose days are over."""

    unproven: int
    overdue: int
    unseen: int


async def waiting(session: AsyncSession, viewer_id: UUID) -> Waiting:
    """How much there is in the lists below, for the way there. One statement."""
    notices = select(func.count()).where(*_open(viewer_id))
    unseen = (
        select(func.count())
        .select_from(ChannelProof)
        .join(Channel, Channel.id == ChannelProof.channel_id)
        .where(*_unseen(viewer_id))
    )
    row = await session.execute(
        select(
            notices.scalar_subquery(),
            notices.where(ProofNotice.ends_at <= clock.now()).scalar_subquery(),
            unseen.scalar_subquery(),
        )
    )
    return Waiting(*row.one())


def _open(viewer_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return ProofNotice.ended_at.is_(None), ProofNotice.account_id != viewer_id


def _unseen(viewer_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return _wants_eyes(), Channel.removed_at.is_(None), ~has_party(viewer_id)


async def notice_of(session: AsyncSession, account_id: UUID) -> datetime | None:
    """Until when somebody without a proven channel is to prove one; None without a notice."""
    return await session.scalar(
        select(ProofNotice.ends_at).where(
            ProofNotice.account_id == account_id, ProofNotice.ended_at.is_(None)
        )
    )


async def open_notices(session: AsyncSession, viewer_id: UUID, page: int = 1) -> NoticePage:
    """Members without a proven channel, whose days end first at the top. Two statements.

    Args:
        viewer_id: who asks; their own is left out.
        page: from 1.
    """
    where = _open(viewer_id)
    total = await session.scalar(select(func.count()).select_from(ProofNotice).where(*where))
    found = await _notices(
        session,
        _with_channel()
        .where(*where)
        .order_by(ProofNotice.ends_at, ProofNotice.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE),
    )
    return NoticePage(found, total or 0, page)


async def notice(session: AsyncSession, notice_id: UUID, viewer_id: UUID) -> NoticeRow | None:
    """One open notice that is not the viewer's own. One statement."""
    asked = _with_channel().where(ProofNotice.id == notice_id, *_open(viewer_id))
    return next(iter(await _notices(session, asked)), None)


def _with_channel() -> Select[ProofNotice, Channel, str]:
    return (
        select(ProofNotice, Channel, Account.display_name)
        .join(Channel, Channel.id == ProofNotice.channel_id)
        .join(Account, Account.id == ProofNotice.account_id)
    )


async def _notices(
    session: AsyncSession, asked: Select[ProofNotice, Channel, str]
) -> tuple[NoticeRow, ...]:
    rows = await session.execute(asked)
    now = clock.now()
    return tuple(
        NoticeRow(
            notice.id,
            notice.account_id,
            name,
            channel.id,
            channel.platform,
            links.shown(channel.platform, channel.url, channel.handle),
            notice.began_at,
            notice.ends_at,
            notice.ends_at <= now,
        )
        for notice, channel, name in rows
    )


async def long_unseen(session: AsyncSession, viewer_id: UUID, page: int = 1) -> UnseenPage:
    """The channels that count but have not been seen for long, longest at the top. Two statements.

    Args:
        viewer_id: who asks; channels that are their own affair are left out.
        page: from 1.
    """
    where = _unseen(viewer_id)
    joined = Channel.id == ChannelProof.channel_id
    total = await session.scalar(
        select(func.count()).select_from(ChannelProof).join(Channel, joined).where(*where)
    )
    rows = await session.execute(
        select(ChannelProof, Channel, Account.display_name)
        .join(Channel, joined)
        .join(Account, Account.id == Channel.account_id)
        .where(*where)
        .order_by(_SEEN_AT, ChannelProof.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    found = tuple(
        UnseenRow(
            channel.id,
            channel.account_id,
            name,
            channel.platform,
            links.shown(channel.platform, channel.url, channel.handle),
            proof.seen_at or proof.proven_at or proof.asked_at,
            proof.failure,
            proof.status is ProofStatus.STALE,
        )
        for proof, channel, name in rows
    )
    return UnseenPage(found, total or 0, page)


_SEEN_AT = func.coalesce(ChannelProof.seen_at, ChannelProof.proven_at)


def _wants_eyes() -> ColumnElement[bool]:
    """`policy.keeping.wants_eyes`, asked of the database."""
    now = clock.now()
    return or_(
        and_(
            ChannelProof.status == ProofStatus.STALE,
            now - keeping.DOUBTED_FOR >= _SEEN_AT,
        ),
        and_(ChannelProof.status.in_(keeping.KEPT), now - keeping.CLOSED_FOR >= _SEEN_AT),
    )
