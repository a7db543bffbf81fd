"""Scoring the five pillars, pillar by pillar, as the reviewer goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import PillarScore
from app.applications.policy.assessment import UNSCORED, Score, Sheet
from app.applications.policy.reviewing import Act
from app.applications.queries.sheets import sheet_of
from app.applications.service.holding import take_for
from app.audit import service as audit
from app.core import clock
from app.core.crypto import uuid7
from app.core.errors import Refused, Stale
from app.core.i18n import gettext as _
from app.core.reference import reference
from app.core.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Given:
    """What the reviewer gave one pillar, and the mark of the score that they saw before."""

    score: Score
    seen: str


async def score(
    session: AsyncSession, by: Viewer, application_id: UUID, given: Mapping[str, Given]
) -> Sheet:
    """Keep what was given so far; pillars left as they were are not touched.

    Each pillar has its own mark of what was seen, so that two windows may score two pillars.

    Args:
        given: by key of the pillar; those not in it stay as they are.

    Returns: the sheet as it stands now.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says; Stale too when a pillar was scored since.
        Refused: no such pillar, or points that it cannot give.
    """
    application = await take_for(session, by, application_id, Act.SCORE)
    held = dict((await sheet_of(session, application.id)).scores)
    for key, one in given.items():
        before = held.get(key, UNSCORED)
        if one.score == before:
            continue
        _check(key, one.score)
        if one.seen != before.mark:
            raise Stale(changed={reference.pillars[key].name(): _points(before)})
        await _keep(session, by, application.id, key, one.score)
        await audit.record(
            session, "application.scored", application.id, by,
            before=_points(before, plain=True), after=_points(one.score, plain=True), pillar=key,
        )  # fmt: skip
        held[key] = one.score
    return Sheet(held)


def _check(key: str, given: Score) -> None:
    pillar = reference.pillars.get(key)
    if pillar is None:
        raise Refused(_("There is no such pillar."))
    if given.points is not None and not 0 <= given.points <= pillar.points:
        raise Refused(_("“%(pillar)s” gives 0 to %(most)s points.",
                        pillar=pillar.name(), most=pillar.points))  # fmt: skip


def _points(given: Score, *, plain: bool = False) -> str:
    if given.points is None:
        return "" if plain else _("no points yet")
    return str(given.points)


async def _keep(
    session: AsyncSession, by: Viewer, application_id: UUID, key: str, given: Score
) -> None:
    values = {
        "points": given.points,
        "note": given.note,
        "evidence": given.evidence,
        "scored_by": by.account_id,
        "scored_at": clock.now(),
    }
    await session.execute(
        insert(PillarScore)
        .values(id=uuid7(), created_at=clock.now(), application_id=application_id, pillar=key,
                **values)
        .on_conflict_do_update(index_elements=["application_id", "pillar"], set_=values)
    )  # fmt: skip
