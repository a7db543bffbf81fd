"""The staff's pages of disputes: both sides beside each other, and the decision."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.cases import queries as cases
from app.channels import queries as channels
from app.channels.dispute_words import told
from app.channels.forms import DecideForm, SpeakForm
from app.channels.methods import FAILURES, METHODS
from app.channels.policy import disputes as policy
from app.channels.queries import disputes as queries
from app.channels.service import disputes as service
from app.channels.staff.waiting import Number, check_hat
from app.core.db import transaction
from app.core.errors import Missing, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, Staff, WriteSession
from app.web.flash import flash
from app.web.forms import Form, FormModel, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/staff/channels/disputes")

M = TypeVar("M", bound=FormModel)


async def opened_dispute(viewer: Staff, dispute_id: UUID) -> Viewer:
    """Who asks, let see one dispute; that they looked is written down first (decision 0015).

    Raises:
        NotAllowed, Missing: as `service.open_dispute` says.
    """
    async with transaction() as session:
        await service.open_dispute(session, viewer, dispute_id)
    return viewer


# Stands before the session among a route's parameters, so that it runs before it.
OpenedDispute = Annotated[Viewer, Depends(opened_dispute)]


@router.get("")
async def open_ones(
    request: Request, session: ReadSession, viewer: Staff, number: Number = 1
) -> Response:
    """The open disputes, longest open first."""
    check_hat(viewer)
    found = await queries.open_disputes(session, viewer.own_id, number)
    return page(request, "channels/staff_disputes.html", found=found)


@router.get("/{dispute_id}")
async def dispute(
    request: Request, dispute_id: UUID, viewer: OpenedDispute, session: ReadSession
) -> Response:
    """One dispute: what each side has shown and said."""
    return await _page(request, session, viewer, dispute_id)


@router.post("/{dispute_id}/say")
async def say(
    request: Request, dispute_id: UUID, viewer: OpenedDispute, session: WriteSession
) -> Response:
    """Ask one side something, or note something for colleagues."""
    form = await read_form(request, SpeakForm)
    if form.errors:
        return await _page(request, session, viewer, dispute_id, form)
    given = form.value
    try:
        await service.say_as_staff(
            session, viewer, dispute_id, given.side, given.words, internal=given.internal
        )
    except Refused as refused:
        form.error("words", refused)
        return await _page(request, session, viewer, dispute_id, form)
    flash(request, _("The note is kept.") if given.internal else _("The message is sent."))
    return see_other(request, f"/staff/channels/disputes/{dispute_id}")


@router.post("/{dispute_id}/decide")
async def decide(
    request: Request, dispute_id: UUID, viewer: OpenedDispute, session: WriteSession
) -> Response:
    """Decide whose channel it is."""
    form = await read_form(request, DecideForm)
    if form.errors:
        return await _page(request, session, viewer, dispute_id, form)
    given = form.value
    winner = given.winner if isinstance(given.winner, UUID) else None
    try:
        await service.decide(
            session, viewer, dispute_id, given.seen, winner=winner, because=given.because
        )
    except Refused as refused:
        form.error("because", refused)
        return await _page(request, session, viewer, dispute_id, form)
    flash(request, _("Decided. Every side has been told."))
    return see_other(request, f"/staff/channels/disputes/{dispute_id}")


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    dispute_id: UUID,
    form: Form[M] | None = None,
) -> Response:
    found = await queries.dispute(session, dispute_id)
    if found is None:
        raise Missing(_("There is no such dispute."))
    threads = {}
    attempts = {}
    for side in found.sides:
        thread = await cases.thread(session, side.case_id, staff=True)
        threads[side.channel_id] = cases.conversation(thread, told, staff=True)
        attempts[side.channel_id] = await channels.attempts(session, side.channel_id)
    return page(
        request,
        "channels/staff_dispute.html",
        status=422 if form else 200,
        form=form or blank(DecideForm),
        dispute=found,
        threads=threads,
        attempts=attempts,
        may_decide=policy.may_decide(viewer) and not found.verdict,
        failures=FAILURES,
        methods=METHODS,
    )
