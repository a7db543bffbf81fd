"""Checking the answers, sending them, taking them back."""

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications.forms.others import AnswerForm, SubmitForm, WithdrawForm
from app.applications.models import Status
from app.applications.policy.tasks import Task
from app.applications.queries import answers, applicant
from app.applications.queries.applicant import Mine
from app.applications.service import drafts, submit
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/apply")


@router.get("/check")
async def check(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """All answers in one place, before they are sent."""
    mine = await applicant.mine(session, viewer.own_id)
    if mine is None:
        return see_other(request, "/apply")
    if mine.status is Status.INFO_REQUESTED:
        return _check(request, mine, blank(AnswerForm))
    return _check(request, mine, blank(SubmitForm))


def _check(
    request: Request, mine: Mine, form: Form[SubmitForm] | Form[AnswerForm], status: int = 200
) -> Response:
    rows = {section: answers.rows(held) for section, held in mine.answers.items()}
    return page(request, "applications/check.html", status=status, mine=mine, form=form, rows=rows)


@router.post("/check")
async def send(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Send a draft to the reviewers."""
    form = await read_form(request, SubmitForm)
    if form.errors:
        return await _again(request, session, viewer, form)
    await submit.submit(session, viewer, form.value.seen)
    return see_other(request, "/apply/submitted")


@router.post("/answer")
async def send_back(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Send what was asked for back to the reviewer."""
    form = await read_form(request, AnswerForm)
    mine = await applicant.mine(session, viewer.own_id)
    unchanged = mine is not None and Task.TO_CHANGE in mine.tasks.values()
    if unchanged and not form.shown("words").strip():
        form.error("words", submit.unanswered())
    if form.errors:
        return await _again(request, session, viewer, form)
    await submit.answer(session, viewer, form.value.seen, form.value.words)
    return see_other(request, "/apply/submitted")


async def _again(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[SubmitForm] | Form[AnswerForm],
) -> Response:
    mine = await applicant.mine(session, viewer.own_id)
    if mine is None:
        return see_other(request, "/apply")
    return _check(request, mine, form, status=422)


@router.get("/submitted")
async def submitted(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """It has arrived: what happens next, and by when."""
    mine = await applicant.mine(session, viewer.own_id)
    if mine is None or mine.status not in (Status.SUBMITTED, Status.IN_REVIEW):
        return see_other(request, "/apply")
    return page(request, "applications/submitted.html", mine=mine)


@router.get("/withdraw")
async def ask_withdraw(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """Say what withdrawing means, and ask."""
    mine = await applicant.mine(session, viewer.own_id)
    if mine is None or not mine.is_open:
        return see_other(request, "/apply")
    return page(request, "applications/withdraw.html", mine=mine)


@router.post("/withdraw")
async def withdraw(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Take the application back."""
    form = await read_form(request, WithdrawForm)
    await drafts.withdraw(session, viewer, form.value.seen)
    flash(request, _("You have withdrawn your application."))
    return see_other(request, "/apply")
