"""One of everything that the slices keep, so that a migration meets rows."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import service as accounts
from app.accounts.providers.base import Claims
from app.applications.service import decision
from app.conduct import service as conduct
from app.core.viewer import ANYBODY
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import make_asked
from tests.factories.reviews import make_colleague, make_ready


async def fill(session: AsyncSession) -> None:
    """Somebody asked for changes, a reader of the code, somebody new, and a full member."""
    await make_asked(session)
    await conduct.read_duty(session, viewer_of(await make_account(session)), 1)
    await accounts.enter(session, ANYBODY, "test", Claims("https://issuer.example", "linh"))
    reviewer = await make_colleague(session)
    application, _by = await make_ready(session, reviewer)
    await decision.approve(session, reviewer, application.id, application.version)
