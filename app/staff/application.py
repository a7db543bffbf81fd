"""The one page of an application that shows all a decision needs, and what is done from it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications.policy import reviewing
from app.applications.policy.answers import OWN
from app.applications.policy.moves import DECLINE_REASONS
from app.applications.policy.reviewing import Act
from app.applications.queries import answers
from app.applications.queries.queue import WAITING, days_left
from app.applications.queries.review import Review, review
from app.applications.queries.sheets import sheet_of
from app.applications.service import assessment
from app.applications.service import review as service
from app.audit.queries import Event
from app.cases.queries import conversation
from app.core import clock, pictures
from app.core.errors import Missing, Stale
from app.core.i18n import gettext as _
from app.core.reference import reference
from app.core.storage import storage
from app.core.viewer import Viewer
from app.staff import words
from app.staff.access import OpenedFile
from app.staff.forms import HoldForm, MessageForm, NoteForm, SheetForm, shown
from app.staff.imitations import imitations
from app.web.deps import ReadSession, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/staff/applications/{application_id}")


def place(application_id: UUID, part: str = "") -> str:
    """The address of an application's page, or of one part of it."""
    return f"/staff/applications/{application_id}" + (f"#{part}" if part else "")


async def found(session: AsyncSession, application_id: UUID) -> Review:
    """The application with everything around it.

    Raises:
        Missing: there is none.
    """
    it = await review(session, application_id)
    if it is None:
        raise Missing
    return it


def about(it: Review, viewer: Viewer) -> dict[str, Any]:
    """What every page of an application is given."""
    held_by = reviewing.holder(it.application.reviewer_id, viewer)
    can = reviewing.acts(it.application.status, held_by)
    may_review = reviewing.may_review(viewer)
    return {
        "it": it,
        "application": it.application,
        "can": can if may_review else reviewing.NONE,
        "may_note": may_review,
        "Act": Act,
        "held_by_me": held_by is reviewing.Holder.ME,
        "marks": reference.assessment,
    }


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    application_id: UUID,
    *,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    it = await found(session, application_id)
    promised_by = it.application.promised_by
    waiting = it.application.status in WAITING and promised_by is not None
    return page(
        request,
        "staff/application.html",
        status=status,
        **about(it, viewer),
        form=form or blank(NoteForm),
        sheet=form if form and form.model is SheetForm else blank(SheetForm, **shown(it.sheet)),
        message=form if form and form.model is MessageForm else blank(MessageForm),
        scored=it.sheet,
        changed={},
        saved=False,
        swapped=False,
        note=form if form and form.model is NoteForm else blank(NoteForm),
        answers=[
            (words.SECTIONS[kind.section], answers.rows(kind.of(it.application))) for kind in OWN
        ],
        section_names=words.sections,
        sources=words.sources(),
        thread=conversation(it.thread, words.told, staff=True),
        history=_lines(it, it.history),
        scoring=_lines(it, it.scoring),
        views=_lines(it, it.views),
        imitations=await imitations(session, it),
        reasons=[DECLINE_REASONS[key] for key in it.application.decision_reasons],
        patience=words.patience(
            days_left(promised_by), broken=promised_by < clock.now()
        ) if waiting and promised_by else "",
    )  # fmt: skip


def _lines(it: Review, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events as `components/cases.html` lists them."""
    found = []
    for event in events:
        by = it.names.get(event.actor_id, "") if event.actor_id else event.actor_name
        if text := words.happened(event, it.names):
            found.append({"at": event.at, "text": text, "by": by})
    return found


@router.get("")
async def application(
    request: Request, application_id: UUID, viewer: OpenedFile, session: ReadSession
) -> Response:
    """Everything about one application."""
    return await _page(request, session, viewer, application_id)


@router.get("/portrait/{size}.webp")
async def portrait(
    application_id: UUID,
    _viewer: OpenedFile,
    session: ReadSession,
    size: Literal["card", "profile"],
) -> Response:
    """The portrait as the applicant uploaded it."""
    key = (await found(session, application_id)).application.portrait
    data = await storage().get(pictures.file(key, size)) if key else None
    if data is None:
        raise Missing
    headers = {"Cache-Control": "private, no-store"}
    return Response(data, media_type=pictures.MEDIA_TYPE, headers=headers)


@router.post("/claim")
async def claim(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Begin the review."""
    form = await read_form(request, HoldForm)
    await service.claim(session, viewer, application_id, form.value.seen)
    flash(request, _("The review is yours. Only you can score and decide until you release it."))
    return see_other(request, place(application_id))


@router.post("/release")
async def release(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Give the review back."""
    form = await read_form(request, HoldForm)
    await service.release(session, viewer, application_id, form.value.seen)
    flash(request, _("Released. It waits in the list for whoever claims it."))
    return see_other(request, "/staff")


@router.post("/take-over")
async def take_over(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Take the review from a colleague."""
    form = await read_form(request, HoldForm)
    await service.take_over(session, viewer, application_id, form.value.seen)
    flash(request, _("You have taken the review over. The conversation and the audit say so."))
    return see_other(request, place(application_id))


@router.post("/note")
async def note(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Write a note that staff alone read."""
    form = await read_form(request, NoteForm)
    if form.errors:
        return await _page(request, session, viewer, application_id, form=form, status=422)
    await service.note(session, viewer, application_id, form.value.note)
    return see_other(request, place(application_id, "conversation"))


@router.post("/message")
async def message(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Write to the applicant."""
    form = await read_form(request, MessageForm)
    if form.errors:
        return await _page(request, session, viewer, application_id, form=form, status=422)
    await service.write(session, viewer, application_id, form.value.seen, form.value.words)
    flash(request, _("Sent. The applicant is told by e-mail as well."))
    return see_other(request, place(application_id, "conversation"))


@router.post("/assessment")
async def score(
    request: Request, application_id: UUID, viewer: OpenedFile, session: WriteSession
) -> Response:
    """Keep what was given so far: the whole sheet by its button, or each change as it is made."""
    form = await read_form(request, SheetForm)
    as_one_goes = request.headers.get("hx-request") == "true"
    if form.errors:
        if as_one_goes:
            return await _scored(request, session, application_id, form, status=422)
        return await _page(request, session, viewer, application_id, form=form, status=422)
    try:
        await assessment.score(session, viewer, application_id, form.value.given())
    except Stale as stale:
        if not as_one_goes:
            raise
        return await _scored(request, session, application_id, form, status=409, stale=stale)
    if as_one_goes:
        return await _scored(request, session, application_id, form)
    flash(request, _("The assessment is saved."))
    return see_other(request, place(application_id, "assessment"))


async def _scored(
    request: Request,
    session: AsyncSession,
    application_id: UUID,
    form: Form[Any],
    *,
    status: int = 200,
    stale: Stale | None = None,
) -> Response:
    """The part of the sheet that follows the points, for htmx to put in place."""
    return page(
        request,
        "staff/_scored.html",
        status=status,
        form=form,
        scored=await sheet_of(session, application_id),
        marks=reference.assessment,
        changed=stale.changed if stale else {},
        saved=status == HTTPStatus.OK,
        swapped=True,
    )
