"""What reviewers do on the way to a decision: hold a review, speak, ask, read."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.applications import mails
from app.applications.models import Application, Party, Section, Status
from app.applications.policy import reviewing
from app.applications.policy.reviewing import Act
from app.applications.service.holding import check_reachable, take_for
from app.applications.service.status import set_status
from app.audit import service as audit
from app.cases import service as cases
from app.cases.models import Audience, Author
from app.core.errors import Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def claim(session: AsyncSession, by: Viewer, application_id: UUID, seen: int) -> Application:
    """Begin the review of a submitted application, or go on with one that came back.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says.
    """
    application = await take_for(session, by, application_id, Act.CLAIM, seen)
    application.reviewer_id = by.account_id
    await set_status(session, application, Status.IN_REVIEW, Party.REVIEWER, by)
    return application


async def release(
    session: AsyncSession, by: Viewer, application_id: UUID, seen: int
) -> Application:
    """Give a review back, so that anybody may claim it. Scores and notes stay.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says.
    """
    application = await take_for(session, by, application_id, Act.RELEASE, seen)
    await _hand_on(session, by, application, None, Status.SUBMITTED)
    return application


async def take_over(
    session: AsyncSession, by: Viewer, application_id: UUID, seen: int
) -> Application:
    """Take a review from the colleague who holds it; both see so in the thread.

    What waits for the applicant goes on waiting; what came back goes on under review.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says.
    """
    application = await take_for(session, by, application_id, Act.TAKE_OVER, seen)
    came_back = application.status is Status.SUBMITTED
    await _hand_on(session, by, application, by.account_id, Status.IN_REVIEW if came_back else None)
    return application


async def _hand_on(
    session: AsyncSession,
    by: Viewer,
    application: Application,
    to: UUID | None,
    new: Status | None,
) -> None:
    """Let `to` hold the review, with the move to `new` if that is one; staff alone read of it."""
    before = application.reviewer_id
    application.reviewer_id = to
    if new is None or new is application.status:
        await session.flush()
    else:
        await set_status(session, application, new, Party.REVIEWER, by)
    was = await accounts.person(session, before) if before else None
    action = "application.taken_over" if to else "application.released"
    await audit.record(
        session, action, application.id, by,
        before=str(before) if before else None, after=str(to) if to else None,
    )  # fmt: skip
    await cases.tell(
        session, application.case_id, action, by,
        audience=Audience.STAFF, held_by=was.name if was else "", now=by.name if to else "",
    )  # fmt: skip


async def ask_changes(
    session: AsyncSession,
    by: Viewer,
    application_id: UUID,
    seen: int,
    *,
    sections: tuple[Section, ...],
    words: str,
) -> Application:
    """Ask the applicant to change some sections; the promise stands still until they answer.

    Args:
        sections: one at least; the applicant may change these and no others.
        words: what is to be changed, as the applicant will read it.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says.
        Refused: no section, or no words.
    """
    application = await take_for(session, by, application_id, Act.ASK, seen)
    if not sections:
        raise Refused(_("Choose at least one section that is to be changed."))
    words = _check_words(words)
    application.asked_sections = [section.value for section in sections]
    application.mended_sections = []
    await set_status(
        session, application, Status.INFO_REQUESTED, Party.REVIEWER, by,
        because=words, sections=sections,
    )  # fmt: skip
    await cases.say(
        session, application.case_id, by, words, author=Author.STAFF,
        sections=application.asked_sections,
    )  # fmt: skip
    return application


async def write(
    session: AsyncSession, by: Viewer, application_id: UUID, seen: int, words: str
) -> Application:
    """Write to the applicant, who is told by letter.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says.
        Refused: no words.
    """
    application = await take_for(session, by, application_id, Act.WRITE, seen)
    words = _check_words(words)
    await cases.say(session, application.case_id, by, words, author=Author.STAFF)
    await mails.tell_message(session, application, words)
    return application


async def note(session: AsyncSession, by: Viewer, application_id: UUID, words: str) -> None:
    """Write a note that staff alone read. Any reviewer may, at any time: it decides nothing.

    Raises:
        NotAllowed: `by` is no reviewer, or a party to the case.
        Missing: there is no such application. Refused: no words.
    """
    if not reviewing.may_review(by):
        raise NotAllowed("note: not a reviewer")
    application = await session.get(Application, application_id)
    if application is None:
        raise Missing
    await check_reachable(session, by, application)
    await cases.say(
        session, application.case_id, by, _check_words(words),
        author=Author.STAFF, audience=Audience.STAFF,
    )  # fmt: skip


def _check_words(words: str) -> str:
    words = words.strip()
    if not words:
        raise Refused(_("Write something first."))
    if len(words) > reviewing.MOST_MESSAGE:
        raise Refused(_("Use at most %(n)s characters.", n=reviewing.MOST_MESSAGE))
    return words


async def open_file(session: AsyncSession, by: Viewer, application_id: UUID) -> None:
    """Let somebody of staff look into an application, and write down that they did.

    It is personal data, so that each view is audited (decision 0015); once an hour for a person.

    Raises:
        NotAllowed: `by` may read no applications, or is a party to this one.
        Missing: there is none that staff may know of.
    """
    if not reviewing.may_read(by):
        raise NotAllowed("application: not a reader")
    application = await session.scalar(select(Application).where(Application.id == application_id))
    if application is None:
        raise Missing
    await check_reachable(session, by, application)
    await audit.note_view(session, "application.viewed", application_id, by)
