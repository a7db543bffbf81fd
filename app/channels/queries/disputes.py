"""What pages ask about disputes: a side sees its own half, staff see all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.cases.models import Author, Case, Message
from app.channels.models import Channel, ChannelDispute, Verdict
from app.channels.policy import disputes as policy
from app.channels.policy import links
from app.channels.policy.disputes import End, Side
from app.channels.policy.platforms import platform_name
from app.channels.queries.channels import PER_PAGE
from app.channels.queries.claims import has_party
from app.core import clock


@dataclass(frozen=True, slots=True)
class OwnDispute:
    """The dispute about one's own channel, as its side sees it: nothing of any other side."""

    case_id: UUID
    side: Side
    opened_at: datetime
    answers_until: datetime
    awaited: bool  # whether that is still to come
    end: End | None  # None while it is open
    ended_at: datetime | None
    because: str  # staff's reason; "" when nobody decided

    @property
    def open(self) -> bool:
        """Whether one may still be heard."""
        return self.end is None


@dataclass(frozen=True, slots=True)
class SideView:
    """One side as staff see it."""

    side: Side
    channel_id: UUID
    account_id: UUID
    name: str
    case_id: UUID
    since: datetime  # when the account added the channel
    proven_at: datetime | None
    lost_at: datetime | None
    stale_since: datetime | None
    removed_at: datetime | None
    stable_id: str | None
    shown: str
    heard: bool  # has said something
    left: bool  # gave way, or was decided upon


@dataclass(frozen=True, slots=True)
class DisputeView:
    """One dispute as staff see it, with every claim against one holder."""

    id: UUID  # of the claim that forms name: the first that is open, else the one asked for
    version: int
    platform: str
    shown: str
    opened_at: datetime
    answers_until: datetime
    verdict: str  # "" while it is open
    because: str
    decided_at: datetime | None
    decided_by: str  # a name; "" for nobody
    sides: tuple[SideView, ...]  # the holder first
    ready: bool  # whether it is time to decide

    @property
    def platform_name(self) -> str:
        """What people call the platform."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One open dispute in the staff's list."""

    id: UUID
    platform: str
    shown: str
    opened_at: datetime
    answers_until: datetime
    sides: int
    heard: int
    ready: bool

    @property
    def platform_name(self) -> str:
        """What people call the platform."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class DisputePage:
    """One page of the open disputes."""

    rows: tuple[DisputeRow, ...]
    total: int  # over all pages
    page: int  # from 1

    @property
    def pages(self) -> int:
        """How many pages there are, 1 at least."""
        return max(1, -(-self.total // PER_PAGE))


async def is_disputed(session: AsyncSession, channel_id: UUID) -> bool:
    """Whether a channel stands on a side of a dispute that is open. One statement."""
    return await open_with(session, channel_id) is not None


async def open_with(session: AsyncSession, channel_id: UUID) -> UUID | None:
    """The open dispute in which a channel stands on a side. One statement."""
    return await session.scalar(
        select(ChannelDispute.id)
        .where(
            ChannelDispute.decided_at.is_(None),
            or_(
                ChannelDispute.holder_channel_id == channel_id,
                ChannelDispute.claimant_channel_id == channel_id,
            ),
        )
        .order_by(ChannelDispute.id)
        .limit(1)
    )


async def own_dispute(session: AsyncSession, channel_id: UUID) -> OwnDispute | None:
    """The latest dispute about a channel, for its owner. Two statements at most.

    A holder has one thread for all claims, and learns neither how many there are nor when a
    further one came: all dates are those of the first.
    """
    holder = aliased(Channel)
    found = (
        await session.execute(
            select(ChannelDispute, holder.account_id)
            .join(holder, holder.id == ChannelDispute.holder_channel_id)
            .where(
                or_(
                    ChannelDispute.holder_channel_id == channel_id,
                    ChannelDispute.claimant_channel_id == channel_id,
                )
            )
            .order_by(ChannelDispute.id.desc())
        )
    ).all()
    if not found:
        return None
    side = Side.HOLDER if found[0][0].holder_channel_id == channel_id else Side.CLAIMANT
    case_id = _case_of(found[0][0], side)
    mine = [(row, account) for row, account in found if _case_of(row, side) == case_id]
    closed_at = await session.scalar(select(Case.closed_at).where(Case.id == case_id))
    first = mine[-1][0]
    return OwnDispute(
        case_id=case_id,
        side=side,
        opened_at=first.opened_at,
        answers_until=(until := policy.answers_until(first.opened_at)),
        awaited=clock.now() < until,
        end=_end(mine, side, closed_at) if closed_at else None,
        ended_at=closed_at,
        because=next((row.because for row, _account in mine if row.because), ""),
    )


def _case_of(row: ChannelDispute, side: Side) -> UUID:
    return row.holder_case_id if side is Side.HOLDER else row.claimant_case_id


def _end(mine: Sequence[tuple[ChannelDispute, UUID]], side: Side, closed_at: datetime) -> End:
    """How it ended for one side; a holder whose thread is over before the claims has left."""
    ends = []
    for row, holder_account in mine:
        if row.verdict is None or (row.decided_at and row.decided_at > closed_at):
            return End.LEFT
        left = None
        if row.verdict is Verdict.WITHDRAWN:
            left = Side.HOLDER if row.decided_by == holder_account else Side.CLAIMANT
        ends.append(policy.end(side, row.verdict, left))
    return policy.end_of_all(ends)


async def sides(
    session: AsyncSession, holder_id: UUID, claims: Sequence[ChannelDispute]
) -> tuple[SideView, ...]:
    """Everybody who stands in a dispute, the holder first. One statement.

    Args:
        claims: those against the holder, one at least.
    """
    cases = {holder_id: claims[0].holder_case_id}
    cases |= {claim.claimant_channel_id: claim.claimant_case_id for claim in claims}
    heard = exists().where(Message.case_id == Case.id, Message.author == Author.PERSON)
    rows = await session.execute(
        select(Channel, Account.display_name, Case.id, Case.closed_at, heard)
        .join(Account, Account.id == Channel.account_id)
        .join(Case, Case.subject_id == Channel.id)
        .where(Channel.id.in_(cases), Case.id.in_(cases.values()))
    )
    found = {
        channel.id: SideView(
            side=Side.HOLDER if channel.id == holder_id else Side.CLAIMANT,
            channel_id=channel.id,
            account_id=channel.account_id,
            name=name,
            case_id=case_id,
            since=channel.created_at,
            proven_at=channel.proven_at,
            lost_at=channel.lost_at,
            stale_since=channel.stale_since,
            removed_at=channel.removed_at,
            stable_id=channel.stable_id,
            shown=links.shown(channel.platform, channel.url, channel.handle),
            heard=has_spoken,
            left=closed_at is not None,
        )
        for channel, name, case_id, closed_at, has_spoken in rows
    }
    return tuple(found[one] for one in cases)


async def dispute(session: AsyncSession, dispute_id: UUID) -> DisputeView | None:
    """One dispute for staff, with all claims that its holder answers. Four statements."""
    asked = await session.get(ChannelDispute, dispute_id)
    if asked is None:
        return None
    claims = (
        await session.scalars(
            select(ChannelDispute)
            .where(ChannelDispute.holder_case_id == asked.holder_case_id)
            .order_by(ChannelDispute.id)
        )
    ).all()
    found = await sides(session, asked.holder_channel_id, claims)
    still = [claim for claim in claims if claim.decided_at is None]
    of = still[0] if still else asked
    waited = max(claim.answers_until for claim in still or claims)
    there = [side.heard for side in found if not side.left]
    holder = await session.get_one(Channel, asked.holder_channel_id)
    by = None if of.decided_by is None else await session.get(Account, of.decided_by)
    return DisputeView(
        id=of.id,
        version=of.version,
        platform=holder.platform,
        shown=found[0].shown,
        opened_at=claims[0].opened_at,
        answers_until=waited,
        verdict=of.verdict.value if of.verdict else "",
        because=of.because,
        decided_at=of.decided_at,
        decided_by=by.display_name if by else "",
        sides=found,
        ready=bool(still) and policy.may_be_decided(there, waited, clock.now()),
    )


def _first_open(viewer_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Of the open claims against one holder the first; none that is the viewer's own affair."""
    earlier = aliased(ChannelDispute)
    return (
        ChannelDispute.decided_at.is_(None),
        ~exists().where(
            earlier.holder_channel_id == ChannelDispute.holder_channel_id,
            earlier.decided_at.is_(None),
            earlier.id < ChannelDispute.id,
        ),
        ~has_party(viewer_id),
    )


async def count_open(session: AsyncSession, viewer_id: UUID) -> int:
    """How many disputes are open in which the viewer has no part. One statement."""
    total = await session.scalar(
        select(func.count())
        .select_from(ChannelDispute)
        .join(Channel, Channel.id == ChannelDispute.holder_channel_id)
        .where(*_first_open(viewer_id))
    )
    return total or 0


async def open_disputes(session: AsyncSession, viewer_id: UUID, page: int = 1) -> DisputePage:
    """The open disputes, longest open first. Three statements.

    Args:
        viewer_id: who asks; those in which they have a part are left out.
        page: from 1.
    """
    total = await count_open(session, viewer_id)
    found = await session.execute(
        select(ChannelDispute, Channel)
        .join(Channel, Channel.id == ChannelDispute.holder_channel_id)
        .where(*_first_open(viewer_id))
        .order_by(ChannelDispute.opened_at, ChannelDispute.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    rows = [(row[0], row[1]) for row in found]
    heard = await _heard(session, [claim.holder_channel_id for claim, _channel in rows])
    now = clock.now()
    return DisputePage(
        tuple(
            DisputeRow(
                id=claim.id,
                platform=channel.platform,
                shown=links.shown(channel.platform, channel.url, channel.handle),
                opened_at=claim.opened_at,
                answers_until=claim.answers_until,
                sides=len(spoken := heard[claim.holder_channel_id]),
                heard=sum(spoken),
                ready=policy.may_be_decided(spoken, claim.answers_until, now),
            )
            for claim, channel in rows
        ),
        total,
        page,
    )


async def _heard(session: AsyncSession, holders: Sequence[UUID]) -> dict[UUID, list[bool]]:
    """Of each side that is still there, by the holder's channel, whether it has spoken."""
    spoken = exists().where(Message.case_id == Case.id, Message.author == Author.PERSON)
    rows = await session.execute(
        select(ChannelDispute.holder_channel_id, Case.id, spoken)
        .join(
            Case,
            or_(
                Case.id == ChannelDispute.holder_case_id, Case.id == ChannelDispute.claimant_case_id
            ),
        )
        .where(
            ChannelDispute.holder_channel_id.in_(holders),
            ChannelDispute.decided_at.is_(None),
            Case.closed_at.is_(None),
        )
        .distinct()
    )
    found: dict[UUID, list[bool]] = {}
    for holder_id, _case, has_spoken in rows:
        found.setdefault(holder_id, []).append(has_spoken)
    return found
