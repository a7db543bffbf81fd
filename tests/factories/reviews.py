"""Applications under review, as far as a decision needs."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.applications.models import Application
from app.applications.policy.assessment import UNSCORED, Score
from app.applications.service import assessment
from app.applications.service.assessment import Given
from app.core.reference import reference
from app.core.viewer import Viewer
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import make_in_review
from tests.factories.channels import make_channel, make_proof

GOOD = {"transparency": 20, "conduct": 16, "engagement": 15, "values": 12, "compliance": 17}
POOR = {**GOOD, "transparency": 5}


def scores(points: Mapping[str, int]) -> dict[str, Score]:
    """A score with a note for each pillar."""
    return {key: Score(given, f"Đã xem 20 bài gần nhất: {key}.") for key, given in points.items()}


def given(points: Mapping[str, int]) -> dict[str, Given]:
    """The same as a sheet hands it in for the first time."""
    return {key: Given(score, UNSCORED.mark) for key, score in scores(points).items()}


async def make_ready(
    session: AsyncSession,
    reviewer: Viewer,
    *,
    account: Account | None = None,
    points: Mapping[str, int] | None = None,
    proven: bool = True,
) -> tuple[Application, Viewer]:
    """An application that `reviewer` holds and has scored, with a channel that is proven."""
    account = account or await make_account(session)
    channel = await make_channel(session, account=account)
    if proven:
        await make_proof(session, channel, "page_code", seen=True)
    application, by = await make_in_review(session, reviewer, account=account, channel=False)
    points = GOOD if points is None else points
    assert points.keys() <= reference.pillars.keys()
    await assessment.score(session, reviewer, application.id, given(points))
    return application, by


async def make_colleague(session: AsyncSession, name: str = "Lê Văn Xét", *roles: str) -> Viewer:
    """Another person of staff; a reviewer unless told."""
    roles = roles or ("reviewer",)
    account = await make_account(session, display_name=name, roles=roles)
    return viewer_of(account, *roles)
