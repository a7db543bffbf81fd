"""Beginning an application, and taking it back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import OPEN, Application, Party, Status
from app.applications.policy.answers import About, Portrait, Topics
from app.applications.queries import applicant
from app.applications.service.own import take_own
from app.applications.service.status import set_status, what_it_is
from app.audit import service as audit
from app.cases import service as cases
from app.core import clock, locks
from app.core.crypto import uuid7
from app.core.errors import Stale
from app.core.i18n import current_locale
from app.core.viewer import Viewer

CONSENT = "2026-11"
"""The text of the consent; a new date whenever `applications/_purpose.html` says something else."""


async def start(session: AsyncSession, by: Viewer) -> Application:
    """Begin an application; the one under way, when there is one already.

    Who calls this has the person's consent, which is written into the audit. Answers about the
    person are taken over from an application before; declarations are asked anew.

    Raises:
        NotAllowed: nobody is signed in.
        Conflict, Refused: as `policy.moves.check_start` says.
    """
    account_id = by.own_id
    await locks.hold(session, f"applications.start:{account_id}")  # a double click begins one
    before = await session.scalar(
        select(Application)
        .where(Application.account_id == account_id)
        .order_by(Application.id.desc())
        .limit(1)
    )
    if before is not None and before.status in OPEN:
        return before
    await applicant.check_start(session, account_id)
    application = Application(
        id=uuid7(), account_id=account_id, status=Status.DRAFT, status_since=clock.now()
    )
    application.case_id = await cases.open_case(session, "application", application.id)
    if before is not None:
        _carry_over(before, application)
    session.add(application)
    await session.flush()
    await audit.record(
        session,
        "application.started",
        application.id,
        by,
        after=Status.DRAFT.value,
        consent=CONSENT,
        locale=current_locale(),
    )
    await cases.tell(session, application.case_id, "application.started", by)
    return application


def _carry_over(before: Application, application: Application) -> None:
    for kind in (About, Topics, Portrait):
        for name, value in kind.of(before).columns().items():
            setattr(application, name, value)
    application.name_key = before.name_key


async def withdraw(session: AsyncSession, by: Viewer, seen: int | None) -> Application:
    """Take one's application back; done already when it was withdrawn before.

    Args:
        seen: its version as the person saw it; None when that does not matter.

    Raises:
        NotAllowed, Missing: as `take_own` says.
        Conflict: it is decided or has expired.
        Stale: it has moved since the person looked.
    """
    application = await take_own(session, by)
    if application.status is Status.WITHDRAWN:
        return application
    if seen is not None and seen != application.version:
        raise Stale(changed=await what_it_is(session, application))
    await set_status(session, application, Status.WITHDRAWN, Party.APPLICANT, by)
    return application
