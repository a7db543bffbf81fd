"""The channels that wait for somebody of staff to look."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels.models import Channel, ChannelDispute, ChannelProof, ProofStatus, StaffSighting
from app.channels.policy import links, proofs
from app.channels.policy.platforms import platform_name
from app.channels.queries.channels import PER_PAGE, with_staff
from app.channels.queries.claims import has_party


class Why(StrEnum):
    """Why staff are to look."""

    ASKED = "asked"  # its owner asked for it
    SECOND = "second"  # a first reviewer has seen it, and it is so large that another must too
    CONTESTED = "contested"  # seen, while another account holds it or staff decided not long ago
    DOUBLE = "double"  # one channel in two rows


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One channel that waits for staff."""

    channel_id: UUID
    account_id: UUID
    name: str
    platform: str
    shown: str
    asked_at: datetime
    why: Why

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


async def waiting_for_staff(session: AsyncSession, viewer_id: UUID, page: int = 1) -> WaitingPage:
    """The channels at which staff are to look, longest waiting first. Two statements.

    Those that are disputed have a list of their own (`queries.disputes`).

    Args:
        viewer_id: who asks; channels that are their own affair are left out.
        page: from 1.
    """
    disputed = exists().where(
        ChannelDispute.claimant_channel_id == Channel.id, ChannelDispute.decided_at.is_(None)
    )
    where = (
        or_(with_staff(), _clashes()),
        Channel.removed_at.is_(None),
        ~has_party(viewer_id),
        ~disputed,
    )
    joined = Channel.id == ChannelProof.channel_id
    total = await session.scalar(
        select(func.count()).select_from(ChannelProof).join(Channel, joined).where(*where)
    )
    rows = await session.execute(
        select(
            Channel, Account.display_name, ChannelProof.asked_at, ChannelProof.failure,
            exists().where(StaffSighting.proof_id == ChannelProof.id),
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
            _why(failure, sighted=sighted),
        )
        for c, name, at, failure, sighted in rows
    )
    return WaitingPage(found, total or 0, page)


def _clashes() -> ColumnElement[bool]:
    """What holds of a kept proof whose channel turned out to be there under another name."""
    kept = ChannelProof.status.in_((ProofStatus.PROVEN, ProofStatus.STALE))
    return kept & (ChannelProof.failure == proofs.SAME_CHANNEL)


def _why(failure: str | None, *, sighted: bool) -> Why:
    if failure == proofs.CONTESTED:
        return Why.CONTESTED
    if failure == proofs.SAME_CHANNEL:
        return Why.DOUBLE
    return Why.SECOND if sighted else Why.ASKED
