"""The one door through which an application moves, and the lock before it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.applications import mails
from app.applications.models import Application, Party, Section, Status
from app.applications.policy import moves
from app.audit import service as audit
from app.cases import service as cases
from app.core import clock
from app.core.errors import Missing, Stale
from app.core.i18n import format_datetime
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def take(session: AsyncSession, application_id: UUID, seen: int | None = None) -> Application:
    """The application, locked until the transaction ends.

    Args:
        seen: its version as the person saw it; None when that does not matter.

    Raises:
        Missing: there is none.
        Stale: it has changed since; says what it is now.
    """
    application = await session.scalar(
        select(Application)
        .where(Application.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if application is None:
        raise Missing
    if seen is not None and seen != application.version:
        raise Stale(changed=await what_it_is(session, application))
    return application


async def what_it_is(session: AsyncSession, application: Application) -> dict[str, str]:
    """How an application stands now, as (label, value) in the reader's words."""
    facts = {
        _("It is now"): str(moves.STATUS_NAMES[application.status]),
        _("Since"): format_datetime(application.status_since),
    }
    if application.reviewer_id is not None:
        reviewer = await accounts.person(session, application.reviewer_id)
        facts[_("Reviewer")] = reviewer.name if reviewer else ""
    return facts


async def set_status(
    session: AsyncSession,
    application: Application,
    new: Status,
    party: Party,
    by: Viewer,
    *,
    because: str = "",
    sections: tuple[Section, ...] = (),
) -> None:
    """Make one move of design §2 "Applications": checked, audited and told. Nothing else does.

    Args:
        application: its row, locked by `take`, with all else that the move changes already set.
        party: the part in which `by` acts.
        because: what is told to the applicant: a request, or the text of a decision.
        sections: the sections that are to be changed.

    Raises:
        Conflict: no such move, or not by this party.
    """
    old = application.status
    moves.check_move(old, new, party)
    application.status, application.status_since = new, clock.now()
    await session.flush()  # version goes up here; a rival that slipped in raises StaleDataError
    await audit.record(
        session,
        "application.moved",
        application.id,
        by,
        before=old.value,
        after=new.value,
        because=because,
        party=party.value,
        version=application.version,
    )
    await cases.tell(
        session,
        application.case_id,
        "application.moved",
        by,
        old=old.value,
        new=new.value,
        party=party.value,
        sections=[section.value for section in sections],
    )
    await mails.tell_moved(session, application, mails.Move(old, new, party, because, sections))
