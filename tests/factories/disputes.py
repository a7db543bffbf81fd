"""Two accounts that both showed control of one channel."""

import itertools
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels.models import Channel, ChannelDispute
from tests.factories.accounts import make_account
from tests.factories.channels import make_channel, make_proof

_count = itertools.count(1)


@dataclass(frozen=True)
class Disputed:
    """A channel that one account holds and others claim."""

    holder: Account
    held: Channel
    claimants: tuple[Account, ...]
    claimed: tuple[Channel, ...]

    @property
    def claimant(self) -> Account:
        """The first of those who claim it."""
        return self.claimants[0]

    @property
    def claim(self) -> Channel:
        """Their channel."""
        return self.claimed[0]


async def make_disputed(session: AsyncSession, *, claimants: int = 1) -> Disputed:
    """A channel of somebody called Giữ that others, called Đòi, have proven after them."""
    handle = f"tranhchap{next(_count)}"
    holder = await make_account(
        session, display_name="Lê Thị Giữ", email=f"giu.{handle}@example.vn", locale="en"
    )
    held = await make_channel(session, account=holder, link=f"tiktok.com/@{handle}")
    await make_proof(session, held, seen=True, evidence={"matched": "DTA-OFTHEHOLDER"})
    people, rows = [], []
    for n in range(claimants):
        person = await make_account(
            session, display_name=f"Võ Văn Đòi{n}", email=f"doi{n}.{handle}@example.vn", locale="en"
        )
        row = await make_channel(session, account=person, link=f"tiktok.com/@{handle}")
        await make_proof(session, row, seen=True, evidence={"matched": f"DTA-OFCLAIMANT{n}"})
        people.append(person)
        rows.append(row)
    return Disputed(holder, held, tuple(people), tuple(rows))


async def dispute_of(session: AsyncSession, channel_id: UUID) -> ChannelDispute:
    """The claim of a claimant's channel, as it is now."""
    found = await session.scalar(
        select(ChannelDispute)
        .where(ChannelDispute.claimant_channel_id == channel_id)
        .order_by(ChannelDispute.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    assert found is not None
    return found
