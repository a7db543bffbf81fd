"""Three ways on from a review, each with a look at the letter before it is sent."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications import mails
from app.applications.mails import Move
from app.applications.models import Party, Section, Status
from app.applications.policy.assessment import bears_out
from app.applications.policy.moves import DECLINE_REASONS
from app.applications.policy.reviewing import Act
from app.applications.queries.review import Review
from app.applications.service import decision
from app.applications.service import review as service
from app.applications.service.status import what_it_is
from app.core.errors import Refused, Stale
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.mail.service import Letter
from app.staff import words
from app.staff.access import OpenedFile
from app.staff.application import about, found, place
from app.staff.forms import ApproveForm, AskForm, DeclineForm
from app.web.deps import ReadSession, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/staff/applications/{application_id}")


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    application_id: UUID,
    *,
    act: Act,
    form: Form[Any],
    status: int = 200,
) -> Response:
    """The page of one way on; with the letter once there is enough to write it.

    Raises:
        Stale: what was sent was written for an application that stands otherwise now.
    """
    it = await found(session, application_id)
    given = about(it, viewer)
    if act not in given["can"] or form.shown("seen") not in ("", str(it.application.version)):
        if request.method == "POST":
            raise Stale(changed=await what_it_is(session, it.application))
        flash(request, _("As the application stands now, this cannot be done by you."), "warning")
        return see_other(request, place(application_id))
    try:
        decision.check_borne_out(it.sheet, form.chosen("reasons"))
    except decision.NotBorneOut as untrue:
        form.error("reasons", untrue)
        status = 422
    letter = None
    if act is Act.APPROVE or (form.typed.get("words") and not form.errors):
        letter = await _letter(session, it, act, form)
    return page(
        request,
        f"staff/{act.value}.html",
        status=status,
        **given,
        form=form,
        letter=letter,
        seen=form.shown("seen") or it.application.version,
        sections=[(section.value, name) for section, name in words.SECTIONS.items()],
        reasons=[(key, text) for key, text in DECLINE_REASONS.items() if bears_out(it.sheet, key)],
        against=it.sheet.is_against(Status.DECLINED if act is Act.DECLINE else Status.APPROVED),
    )


async def _letter(session: AsyncSession, it: Review, act: Act, form: Form[Any]) -> Letter:
    new = {
        Act.ASK: Status.INFO_REQUESTED,
        Act.APPROVE: Status.APPROVED,
        Act.DECLINE: Status.DECLINED,
    }[act]
    because = "" if act is Act.APPROVE else form.value.words
    chosen: tuple[Section, ...] = tuple(form.value.sections) if act is Act.ASK else ()
    reasons: tuple[str, ...] = tuple(form.value.reasons) if act is Act.DECLINE else ()
    until: date | None = decision.reapply_on() if act is Act.DECLINE else None
    move = Move(Status.IN_REVIEW, new, Party.REVIEWER, because, chosen)
    return await mails.preview(session, it.application, move, reasons=reasons, reapply_on=until)


@router.get("/ask")
async def ask_page(
    request: Request, application_id: UUID, viewer: OpenedFile, session: ReadSession
) -> Response:
    """What is to be changed?"""
    return await _page(request, session, viewer, application_id, act=Act.ASK, form=blank(AskForm))


@router.post("/ask/preview")
async def ask_preview(
    request: Request, application_id: UUID, viewer: OpenedFile, session: ReadSession
) -> Response:
    """The letter that would ask for it."""
    form = await read_form(request, AskForm)
    status = 422 if form.errors else 200
    return await _page(
        request, session, viewer, application_id, act=Act.ASK, form=form, status=status
    )


@router.post("/ask")
async def ask(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Ask for changes."""
    form = await read_form(request, AskForm)
    if form.errors:
        return await _page(
            request, session, viewer, application_id, act=Act.ASK, form=form, status=422
        )
    given = form.value
    await service.ask_changes(
        session, viewer, application_id, given.seen,
        sections=tuple(given.sections), words=given.words,
    )  # fmt: skip
    flash(request, _("Asked. It comes back to you when the applicant has answered."))
    return see_other(request, place(application_id))


@router.get("/approve")
async def approve_page(
    request: Request, application_id: UUID, viewer: OpenedFile, session: ReadSession
) -> Response:
    """What an approval does, and its letter."""
    return await _page(
        request, session, viewer, application_id, act=Act.APPROVE, form=blank(ApproveForm)
    )


@router.post("/approve")
async def approve(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Approve."""
    form = await read_form(request, ApproveForm)
    if not form.errors:
        given = form.value
        try:
            member = await decision.approve(
                session, viewer, application_id, given.seen, given.because
            )
        except Refused as refusal:  # raised before anything is written
            form.error("because", refusal)
        else:
            flash(
                request,
                _(
                    "Approved: %(name)s is now member %(number)s.",
                    name=member.stage_name,
                    number=member.number,
                ),
            )
            return see_other(request, place(application_id))
    return await _page(
        request, session, viewer, application_id, act=Act.APPROVE, form=form, status=422
    )


@router.get("/decline")
async def decline_page(
    request: Request, application_id: UUID, viewer: OpenedFile, session: ReadSession
) -> Response:
    """Why?"""
    return await _page(
        request, session, viewer, application_id, act=Act.DECLINE, form=blank(DeclineForm)
    )


@router.post("/decline/preview")
async def decline_preview(
    request: Request, application_id: UUID, viewer: OpenedFile, session: ReadSession
) -> Response:
    """The letter that would say so."""
    form = await read_form(request, DeclineForm)
    status = 422 if form.errors else 200
    return await _page(
        request, session, viewer, application_id, act=Act.DECLINE, form=form, status=status
    )


@router.post("/decline")
async def decline(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Decline."""
    form = await read_form(request, DeclineForm)
    if not form.errors:
        given = form.value
        try:
            await decision.decline(
                session, viewer, application_id, given.seen,
                reasons=tuple(given.reasons), text=given.words, because=given.because,
            )  # fmt: skip
        except decision.NotBorneOut as untrue:  # both raised before anything is written
            form.error("reasons", untrue)
        except Refused as refusal:
            form.error("because", refusal)
        else:
            flash(request, _("Declined. The letter with the reasons is on its way."))
            return see_other(request, place(application_id))
    return await _page(
        request, session, viewer, application_id, act=Act.DECLINE, form=form, status=422
    )
