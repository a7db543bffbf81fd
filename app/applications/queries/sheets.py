"""Reading the assessment."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import PillarScore
from app.applications.policy.assessment import Score, Sheet


async def sheet_of(session: AsyncSession, application_id: UUID) -> Sheet:
    """The assessment as it stands. One statement."""
    rows = await session.execute(
        select(
            PillarScore.pillar, PillarScore.points, PillarScore.note, PillarScore.evidence
        ).where(PillarScore.application_id == application_id)
    )
    return Sheet({pillar: Score(points, note, evidence) for pillar, points, note, evidence in rows})
