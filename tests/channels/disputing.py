"""What tests of disputes do and look at."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import queries
from app.channels.models import Channel, ChannelProof, ProofStatus
from app.channels.policy.disputes import End
from app.channels.policy.proofs import Party
from app.channels.queries import disputes as disputed
from app.channels.service import disputes
from app.channels.service.proofs import set_proof
from app.core import clock
from app.core.viewer import Viewer
from app.mail.models import Mail
from tests.factories.accounts import make_account, viewer_of
from tests.factories.disputes import Disputed, dispute_of

LATER = timedelta(days=7, minutes=1)


async def reviewer(session: AsyncSession) -> Viewer:
    return viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")


async def state(session: AsyncSession, channel: Channel) -> str:
    found = await queries.channel(session, channel.id)
    assert found is not None
    return found.state


async def subjects(session: AsyncSession, channel: Channel) -> list[str]:
    rows = await session.scalars(
        select(Mail.subject).where(Mail.account_id == channel.account_id).order_by(Mail.id)
    )
    return list(rows)


async def end(session: AsyncSession, channel: Channel) -> End | None:
    found = await disputed.own_dispute(session, channel.id)
    assert found is not None
    return found.end


async def decide(
    session: AsyncSession, it: Disputed, winner: UUID | None, by: Viewer | None = None
) -> None:
    by = by or await reviewer(session)
    row = await dispute_of(session, it.claim.id)
    with clock.at(clock.now() + LATER):
        await disputes.decide(
            session, by, row.id, row.version, winner=winner, because="There is a contract of sale."
        )
    for channel in (it.held, *it.claimed):
        await session.refresh(channel)


async def lose(session: AsyncSession, channel: Channel) -> None:
    """Let the portal not see a proof again until it is lost."""
    proof = await session.scalar(
        select(ChannelProof).where(
            ChannelProof.channel_id == channel.id, ChannelProof.status == ProofStatus.PROVEN
        )
    )
    assert proof is not None
    proof.failures, proof.failing_since = 3, clock.now()
    for new in (ProofStatus.STALE, ProofStatus.LOST):
        await set_proof(
            session, channel, proof, new,
            party=Party.PORTAL, by=Viewer.system("portal"), failure="code_not_found",
        )  # fmt: skip
