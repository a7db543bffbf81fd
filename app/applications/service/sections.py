"""Saving one section, whatever the others hold."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Status
from app.applications.policy import moves, tasks
from app.applications.policy.answers import About, Answers, Portrait
from app.applications.queries.answers import rows
from app.applications.service import portraits
from app.applications.service.own import take_own
from app.audit import service as audit
from app.core.errors import Conflict, Stale
from app.core.viewer import Viewer


async def save(
    session: AsyncSession, by: Viewer, given: Answers, seen: str | None = None
) -> Application:
    """Save the answers of one section into one's own application.

    The same answers once more (a double click) change nothing.

    Args:
        seen: the section's `mark` as the person saw it; None when that does not matter.

    Raises:
        NotAllowed, Missing: as `take_own` says.
        Conflict: this section cannot be changed now; says why.
        Stale: another window saved this section since; says what it holds.
    """
    application = await take_own(session, by)
    asked = frozenset(
        section for section in moves.SECTION_NAMES if section in application.asked_sections
    )
    if not moves.may_edit(application.status, asked, given.section):
        raise Conflict(tasks.why_read_only(application.status))
    held = type(given).of(application)
    if held == given:
        return application
    if seen is not None and seen != held.mark():
        raise Stale(changed={row.key: row.value for row in rows(held) if row.value})
    for name, value in given.columns().items():
        setattr(application, name, value)
    if isinstance(given, About) and given.legal_name:
        application.name_key = moves.name_key(given.legal_name)
    if isinstance(held, Portrait) and held.portrait:
        await portraits.let_go(session, held.portrait)
    if application.status is Status.INFO_REQUESTED:
        await _note_mended(session, by, application, given)
    await session.flush()
    return application


async def _note_mended(
    session: AsyncSession, by: Viewer, application: Application, given: Answers
) -> None:
    done = {*application.mended_sections, given.section.value}
    application.mended_sections = [s.value for s in moves.SECTION_NAMES if s.value in done]
    await audit.record(
        session, "application.changed", application.id, by, section=given.section.value
    )
