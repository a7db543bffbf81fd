"""One of everything that the slices keep, so that a migration meets rows."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import service as accounts
from app.accounts.providers.base import Claims
from app.applications.service import decision
from app.channels import service as channels
from app.channels.methods import Finding
from app.channels.methods.base import Grant
from app.channels.models import Channel, ChannelProof, Outcome, ProofStatus
from app.channels.service import grants, keeping, visits
from app.conduct import service as conduct
from app.core import clock
from app.core.viewer import ANYBODY
from tests.channels.oauth.platform_server import configured
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import make_asked
from tests.factories.channels import make_channel
from tests.factories.disputes import make_disputed
from tests.factories.reviews import make_colleague, make_ready
from tests.migrations import rows_credentials, rows_log, rows_record, rows_seals


async def fill(session: AsyncSession) -> None:
    """Somebody asked for changes, a reader of the code, somebody new, and a full member."""
    await make_asked(session)
    await conduct.read_duty(session, viewer_of(await make_account(session)), 1)
    await accounts.enter(session, ANYBODY, "test", Claims("https://issuer.example", "linh"))
    reviewer = await make_colleague(session)
    application, _by = await make_ready(session, reviewer)
    await decision.approve(session, reviewer, application.id, application.version)
    await _keep_proofs(session, application.account_id)
    await _visit(session)
    await make_disputed(session, claimants=2)
    large = await make_channel(session, followers=2_000_000)
    await channels.confirm(session, reviewer, large.id, large.version, "Seen on its page.")
    await rows_record.fill(session)
    await rows_seals.fill(session)
    await rows_credentials.fill(session)
    await rows_log.fill(session)  # last: it publishes what the others wrote


async def _keep_proofs(session: AsyncSession, account_id: UUID) -> None:
    """The member's channel is renamed, then no longer there: lost, with a notice."""
    proof = (
        await session.scalars(
            select(ChannelProof)
            .join(Channel, Channel.id == ChannelProof.channel_id)
            .where(Channel.account_id == account_id, ChannelProof.status == ProofStatus.PROVEN)
        )
    ).one()
    channel = await session.get_one(Channel, proof.channel_id)
    renamed = Finding(None, stable_id="7001", handle="bepmoi", url=f"{channel.url}moi")
    await keeping.note(session, proof.id, renamed)
    for days in (7, 8, 10, 15):
        with clock.at(clock.now() + timedelta(days=days)):
            await keeping.note(session, proof.id, Finding("gone"))
    await keeping.tally(session, {(proof.method, Outcome.NOT_SEEN): 4})


async def _visit(session: AsyncSession) -> None:
    """Somebody is on the way to a platform, and lets the count be read."""
    account = await make_account(session)
    channel = await make_channel(session, account=account)
    with configured("http://127.0.0.1:9"):
        await visits.depart(session, viewer_of(account), channel.id, browser="a browser", keep=True)
        await grants.keep(session, viewer_of(account), channel, Grant("a token"))
