"""The staff's page of one channel: what was seen, and what they make of it."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts import queries as accounts
from app.audit import queries as audit
from app.channels import queries, service
from app.channels.forms import ConfirmForm, CorrectForm, RefuseForm, TakeAwayForm
from app.channels.methods import FAILURES, METHODS
from app.channels.policy import proofs as policy
from app.core.db import transaction
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, Staff, WriteSession
from app.web.flash import flash
from app.web.forms import Form, FormModel, blank, read_form
from app.web.pages import inside, page, see_other

router = APIRouter(prefix="/staff/channels")

M = TypeVar("M", bound=FormModel)


async def opened_evidence(viewer: Staff, channel_id: UUID) -> Viewer:
    """Who asks, let see one channel; that they looked is written down first (decision 0015).

    Raises:
        NotAllowed, Missing: as `service.open_evidence` says.
    """
    async with transaction() as session:
        await service.open_evidence(session, viewer, channel_id)
    return viewer


# Stands before the session among a route's parameters, so that it runs before it.
OpenedEvidence = Annotated[Viewer, Depends(opened_evidence)]


@router.get("/{channel_id}")
async def channel(
    request: Request, channel_id: UUID, viewer: OpenedEvidence, session: ReadSession
) -> Response:
    """One channel with all that is known of it."""
    return await _page(request, session, viewer, channel_id)


@router.post("/{channel_id}/confirm")
async def confirm(
    request: Request, channel_id: UUID, viewer: OpenedEvidence, session: WriteSession
) -> Response:
    """Confirm by hand that it is its owner's."""
    form = await read_form(request, ConfirmForm)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    await service.confirm(session, viewer, channel_id, **form.value.model_dump())
    return _back(request, channel_id, form, _("Confirmed. The owner has been told."))


@router.post("/{channel_id}/refuse")
async def refuse(
    request: Request, channel_id: UUID, viewer: OpenedEvidence, session: WriteSession
) -> Response:
    """Refuse what its owner asks to have confirmed."""
    form = await read_form(request, RefuseForm)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    await service.refuse(session, viewer, channel_id, **form.value.model_dump())
    return _back(request, channel_id, form, _("Refused. The owner has been told why."))


@router.post("/{channel_id}/take-away")
async def take_away(
    request: Request, channel_id: UUID, viewer: OpenedEvidence, session: WriteSession
) -> Response:
    """Take the proof away."""
    form = await read_form(request, TakeAwayForm)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    await service.take_away(session, viewer, channel_id, **form.value.model_dump())
    done = _("The proof is taken away. The owner has been told why.")
    return _back(request, channel_id, form, done)


@router.post("/{channel_id}/followers")
async def followers(
    request: Request, channel_id: UUID, viewer: OpenedEvidence, session: WriteSession
) -> Response:
    """Write down how many followers staff saw."""
    form = await read_form(request, CorrectForm)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    await service.correct_followers(session, viewer, channel_id, **form.value.model_dump())
    return _back(request, channel_id, form, _("The count is saved."))


def _back(request: Request, channel_id: UUID, form: Form[M], done: str) -> Response:
    """Say what was done, where one came from: the form carries that as `next`."""
    flash(request, done)
    return see_other(request, form.shown("next") or f"/staff/channels/{channel_id}")


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    channel_id: UUID,
    form: Form[M] | None = None,
) -> Response:
    found = await queries.channel(session, channel_id)
    if found is None:
        raise Missing(_("There is no such channel."))
    back = form.shown("next") if form else request.query_params.get("next", "")
    return page(
        request,
        "channels/staff.html",
        status=422 if form else 200,
        form=form or blank(ConfirmForm),
        channel=found,
        owner=await accounts.person(session, found.account_id),
        attempts=await queries.attempts(session, channel_id),
        claims=await queries.other_claims(session, found.account_id, channel_id),
        history=await audit.history(session, channel_id),
        may_settle=policy.may_settle(viewer, found.account_id) and found.removed_at is None,
        failures=FAILURES,
        methods=METHODS,
        back=inside(back) if back else "",
    )
