"""The staff's page of one channel: what was seen, and what they make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts import queries as accounts
from app.audit import queries as audit
from app.channels import queries, service
from app.channels.forms import (
    ConfirmForm,
    CorrectForm,
    HearForm,
    MergeForm,
    RefuseForm,
    TakeAwayForm,
)
from app.channels.methods import FAILURES, METHODS
from app.channels.policy import proofs as policy
from app.channels.queries import Attempt, doubles
from app.channels.queries import disputes as disputed
from app.channels.service import disputes, merging, sightings
from app.core import pictures
from app.core.db import transaction
from app.core.errors import Missing, Refused
from app.core.i18n import gettext as _
from app.core.storage import storage
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
    """Confirm by hand that it is its owner's.

    A capture is drawn and stored before `session` is first used, so while no transaction is open.
    """
    form = await read_form(request, ConfirmForm)
    drawn = await _drawn(form)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    capture = await sightings.keep_capture(viewer, channel_id, drawn) if drawn else None
    given = form.value
    if await service.confirm(
        session,
        viewer,
        channel_id,
        given.seen,
        given.note,
        followers=given.counted,
        capture=capture,
    ):
        return _back(request, channel_id, form, _("Confirmed. The owner has been told."))
    done = _("What you saw is kept. The channel is so large that a colleague must see it too.")
    return _back(request, channel_id, form, done)


async def _drawn(form: Form[ConfirmForm]) -> bytes | None:
    """The capture that came with the form, if one did; what is wrong with it is said at it."""
    file = form.files.get("capture")
    if file is None:
        return None
    if (file.size or 0) > pictures.MOST_BYTES:
        form.error("capture", pictures.too_heavy())
        return None
    try:
        return await pictures.draw_capture(await file.read())
    except Refused as refused:
        form.error("capture", refused)
        return None


@router.get("/{channel_id}/captures/{name}.webp")
async def capture(
    channel_id: UUID, name: str, viewer: OpenedEvidence, session: ReadSession
) -> Response:
    """What the screen of somebody of staff showed; to staff alone."""
    del viewer
    data = None
    if await sightings.has_capture(session, channel_id, name):
        data = await storage().get(sightings.file(name))
    if data is None:
        raise Missing
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(data, media_type=sightings.MEDIA_TYPE, headers=headers)


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


@router.post("/{channel_id}/hear-both")
async def hear_both(
    request: Request, channel_id: UUID, viewer: OpenedEvidence, session: WriteSession
) -> Response:
    """Hear both accounts that say that it is theirs."""
    form = await read_form(request, HearForm)
    await disputes.hear_both(session, viewer, channel_id, form.value.seen)
    return _back(request, channel_id, form, _("Both sides have been asked to speak."))


@router.post("/{channel_id}/merge")
async def merge(
    request: Request, channel_id: UUID, viewer: OpenedEvidence, session: WriteSession
) -> Response:
    """Make one channel of two rows of one account."""
    form = await read_form(request, MergeForm)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    given = form.value
    kept = await merging.merge(
        session,
        viewer,
        (channel_id, given.other),
        (given.seen, given.seen_other),
        given.why,
    )
    flash(request, _("The two are one channel now."))
    return see_other(request, form.shown("next") or f"/staff/channels/{kept}")


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
    attempts = await queries.attempts(session, channel_id)
    back = form.shown("next") if form else request.query_params.get("next", "")
    return page(
        request,
        "channels/staff.html",
        status=422 if form else 200,
        form=form or blank(ConfirmForm),
        channel=found,
        owner=await accounts.person(session, found.account_id),
        attempts=attempts,
        first_look=await _first_look(session, attempts),
        twins=await doubles.twins(session, channel_id),
        dispute_id=await disputed.open_with(session, channel_id),
        claims=await queries.other_claims(session, found.account_id, channel_id),
        history=await audit.history(session, channel_id),
        may_settle=policy.may_settle(viewer, found.account_id) and found.removed_at is None,
        failures=FAILURES,
        methods=METHODS,
        back=inside(back) if back else "",
    )


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the first of two reviewers saw."""

    by_id: UUID
    name: str
    at: datetime
    note: str
    capture: str | None


async def _first_look(session: AsyncSession, attempts: Sequence[Attempt]) -> FirstLook | None:
    """The look that waits for a second reviewer's, if one does."""
    current = next((one for one in attempts if one.status == "pending"), None)
    found = current and await sightings.sighting(session, current.id)
    if not found:
        return None
    person = await accounts.person(session, found.by_account_id)
    return FirstLook(
        found.by_account_id, person.name if person else "", found.at, found.note, found.picture
    )
