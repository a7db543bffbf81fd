"""An applicant's way to their own application."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application
from app.applications.service.status import take
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def take_own(session: AsyncSession, by: Viewer) -> Application:
    """The latest application of `by`, open or not, locked until the transaction ends.

    Raises:
        NotAllowed: nobody is signed in.
        Missing: they never began one.
    """
    latest = await session.scalar(
        select(Application.id)
        .where(Application.account_id == by.own_id)
        .order_by(Application.id.desc())
        .limit(1)
    )
    if latest is None:
        raise Missing(_("You have no application yet."))
    return await take(session, latest)
