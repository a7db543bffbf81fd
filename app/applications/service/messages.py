"""Writing to the reviewers."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import OPEN, Application, Status
from app.applications.service.own import take_own
from app.cases import service as cases
from app.cases.models import Author
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def write(session: AsyncSession, by: Viewer, words: str) -> Application:
    """Say something in the conversation about one's own application.

    Raises:
        NotAllowed, Missing: as `take_own` says.
        Conflict: nobody reads it yet, or nobody does any more.
    """
    application = await take_own(session, by)
    if application.status is Status.DRAFT or application.status not in OPEN:
        raise Conflict(_("Messages can be written while the reviewers have your application."))
    await cases.say(session, application.case_id, by, words, author=Author.PERSON)
    return application
