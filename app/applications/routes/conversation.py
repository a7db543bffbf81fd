"""The conversation with the reviewers."""

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications.forms.others import MessageForm
from app.applications.queries import applicant, thread
from app.applications.service import messages
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other
from app.web.ratelimit import limit

router = APIRouter(prefix="/apply")
MOST_AN_HOUR = 20


@router.get("/messages")
async def conversation(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """All that was said and all that happened."""
    return await _conversation(request, session, viewer, blank(MessageForm))


async def _conversation(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[MessageForm],
    status: int = 200,
) -> Response:
    mine = await applicant.mine(session, viewer.own_id)
    if mine is None:
        return see_other(request, "/apply")
    entries = await thread.conversation(session, mine.case_id)
    return page(
        request, "applications/messages.html", status=status, mine=mine, entries=entries, form=form
    )


@router.post("/messages")
async def write(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Write to the reviewers."""
    await limit(request, "apply.message", MOST_AN_HOUR, 3600)
    form = await read_form(request, MessageForm)
    if form.errors:
        return await _conversation(request, session, viewer, form, status=422)
    await messages.write(session, viewer, form.value.words)
    flash(request, _("Your message is with the reviewers."))
    return see_other(request, "/apply/messages")
