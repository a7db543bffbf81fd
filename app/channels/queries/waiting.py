"""The channels that wait for somebody of staff to look."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels.models import Channel, ChannelProof
from app.channels.policy import links, proofs
from app.channels.policy.platforms import platform_name
from app.channels.queries.channels import PER_PAGE, with_staff
from app.channels.queries.claims import has_party


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


async def waiting_for_staff(session: AsyncSession, viewer_id: UUID, page: int = 1) -> WaitingPage:
    """The channels at which staff are to look, longest waiting first. Two statements.

    Args:
        viewer_id: who asks; channels that are their own affair are left out.
        page: from 1.
    """
    where = (with_staff(), Channel.removed_at.is_(None), ~has_party(viewer_id))
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
