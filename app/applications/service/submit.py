"""Sending an application to the reviewers, and sending it back to the one who asked."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Party, Section, Status
from app.applications.policy import deadlines, tasks
from app.applications.policy.moves import SECTION_NAMES
from app.applications.policy.tasks import Elsewhere, Task
from app.applications.queries import applicant
from app.applications.service.own import take_own
from app.applications.service.status import set_status, what_it_is
from app.cases import queries as cases_queries
from app.cases import service as cases
from app.cases.models import Author
from app.core import clock
from app.core.errors import Conflict, Refused, Stale
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def submit(session: AsyncSession, by: Viewer, seen: int | None) -> Application:
    """Send one's draft to the reviewers; done already when it was sent before.

    Args:
        seen: its version as the person checked it; None when that does not matter.

    Raises:
        NotAllowed, Missing: as `take_own` says.
        Conflict: it is no draft.
        Stale: an answer has changed since they were checked.
        Refused: a section is not complete; says which.
    """
    application = await take_own(session, by)
    if application.status in (Status.SUBMITTED, Status.IN_REVIEW):
        return application
    if application.status is not Status.DRAFT:
        raise Conflict(_("This application is no draft any more."))
    await _check(session, application, seen)
    application.submitted_at = clock.now()
    await _send(session, by, application, ())
    return application


async def answer(
    session: AsyncSession, by: Viewer, seen: int | None, words: str = ""
) -> Application:
    """Send one's application back to the reviewer who asked for changes.

    Args:
        seen: as `submit` says.
        words: an answer; needed when a section that was asked for has not changed.

    Raises:
        NotAllowed, Missing: as `submit` says.
        Stale: as `submit` says, or it was sent in another window, without these words.
        Conflict: nothing is asked of the applicant now.
        Refused: a section is not complete, or there are neither changes nor an answer.
    """
    application = await take_own(session, by)
    if application.status in (Status.SUBMITTED, Status.IN_REVIEW):
        if words and not await cases_queries.has_said(session, application.case_id, by, words):
            raise Stale(changed=await what_it_is(session, application))  # they get them back
        return application
    if application.status is not Status.INFO_REQUESTED:
        raise Conflict(_("Nothing is asked of you at the moment."))
    known = await _check(session, application, seen)
    changed = tasks.mended(application, known)
    if not words and set(application.asked_sections) - changed:
        raise Refused(unanswered())
    if words:
        await cases.say(session, application.case_id, by, words, author=Author.PERSON)
    application.asked_sections, application.mended_sections = [], []
    await _send(session, by, application, tuple(s for s in Section if s in changed))
    return application


def unanswered() -> str:
    """What to say to somebody who sends back neither the changes nor an answer."""
    return _("Change what was asked for, or write an answer that says why it stays as it is.")


async def _check(session: AsyncSession, application: Application, seen: int | None) -> Elsewhere:
    if seen is not None and seen != application.version:
        raise Stale(
            _("An answer changed in another window after you opened this page."),
            changed=await what_it_is(session, application),
        )
    known = (await applicant.elsewhere(session, application))[2]
    missing = [s for s, task in tasks.tasks(application, known).items() if task is Task.TO_DO]
    if missing:
        raise Refused(incomplete(missing))
    return known


def incomplete(sections: Iterable[Section]) -> str:
    """Which sections keep an application from being sent."""
    names = ", ".join(str(SECTION_NAMES[section]) for section in sections)
    return _("Not complete yet: %(sections)s.", sections=names)


async def _send(
    session: AsyncSession, by: Viewer, application: Application, changed: tuple[Section, ...]
) -> None:
    application.promised_by = deadlines.due_at(clock.now(), deadlines.PROMISE_DAYS)
    await set_status(session, application, Status.SUBMITTED, Party.APPLICANT, by, sections=changed)
