"""What comes before anything a reviewer does: the right, the lock, and that it can be done now."""

from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application
from app.applications.policy import reviewing
from app.applications.policy.reviewing import Act
from app.applications.service.status import take, what_it_is
from app.channels import queries as channels
from app.core.errors import Missing, NotAllowed, Stale
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def take_for(
    session: AsyncSession, by: Viewer, application_id: UUID, act: Act, seen: int | None = None
) -> Application:
    """The application, locked, with `by` allowed to do `act` to it now.

    Args:
        seen: its version as the reviewer saw it; None when that does not matter.

    Raises:
        NotAllowed: `by` is no reviewer, or a party to the case.
        Missing: there is none that staff may know of.
        Stale: it changed since it was seen, or `act` is not to be done as it stands.
    """
    if not reviewing.may_review(by):
        raise NotAllowed(f"{act.value}: not a reviewer")
    application = await take(session, application_id)
    await check_reachable(session, by, application)
    if seen is not None and seen != application.version:
        raise Stale(changed=await what_it_is(session, application))
    held_by = reviewing.holder(application.reviewer_id, by)
    if act not in reviewing.acts(application.status, held_by):
        raise Stale(
            _("As the application stands now, this cannot be done by you."),
            await what_it_is(session, application),
        )
    return application


async def check_reachable(session: AsyncSession, by: Viewer, application: Application) -> None:
    """Let pass who may come near an application: nobody decides on a case of their own.

    Raises:
        Missing: it was never submitted; until then it is its owner's alone.
        NotAllowed: `by` is a party to it.
    """
    if application.submitted_at is None:
        raise Missing
    if await is_party(session, by, application):
        raise NotAllowed("application: party to the case")


async def is_party(session: AsyncSession, by: Viewer, application: Application) -> bool:
    """Whether `by` is the applicant, with this account or by all signs with another one.

    The signs are those of a duplicate: another application of theirs with the same name and birth
    date, phone or e-mail address; or the e-mail address of their own account. Who says that a
    channel of the applicant is their own is a party as well.
    """
    if by.account_id is None or by.account_id == application.account_id:
        return True
    if by.email and by.email.lower() == application.contact_email:
        return True
    same_person = (
        (Application.name_key == application.name_key)
        & (Application.birth_date == application.birth_date)
    ) | or_(
        Application.phone == application.phone,
        Application.contact_email == application.contact_email,
    )
    found = await session.scalar(
        select(exists().where(Application.account_id == by.account_id, same_person))
    )
    return bool(found) or await channels.shares_channel(
        session, by.account_id, application.account_id
    )
