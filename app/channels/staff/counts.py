"""The staff's pages of counts that jump: which, by what rule, and what was made of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts import queries as accounts
from app.channels import queries as channels
from app.channels import service
from app.channels.forms import SettleCountForm
from app.channels.policy import followers as rule
from app.channels.policy import proofs as policy
from app.channels.queries import jumps as queries
from app.channels.service import counts
from app.channels.staff.waiting import Number, check_hat
from app.core.db import transaction
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, Staff, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/staff/channels/counts")


async def opened_count(viewer: Staff, count_id: UUID) -> Viewer:
    """Who asks, let see a channel's counts; that they looked is written down (decision 0015).

    Raises:
        NotAllowed, Missing: as `service.open_evidence` says; the count was never flagged.
    """
    check_hat(viewer)
    async with transaction() as session:
        channel_id = await queries.channel_of(session, count_id)
        if channel_id is None:
            raise Missing(_("This count is not there."))
        await service.open_evidence(session, viewer, channel_id)
    return viewer


# Stands before the session among a route's parameters, so that it runs before it.
OpenedCount = Annotated[Viewer, Depends(opened_count)]


@router.get("")
async def flagged_ones(
    request: Request, session: ReadSession, viewer: Staff, number: Number = 1
) -> Response:
    """The counts that staff are to look at, longest waiting first."""
    check_hat(viewer)
    found = await queries.flagged_ones(session, viewer.own_id, number)
    return page(request, "channels/staff_counts.html", found=found, rule=rule)


@router.get("/{count_id}")
async def count(
    request: Request, count_id: UUID, viewer: OpenedCount, session: ReadSession
) -> Response:
    """One count with those around it."""
    return await _page(request, session, viewer, count_id, blank(SettleCountForm))


@router.post("/{count_id}")
async def settle(
    request: Request, count_id: UUID, viewer: OpenedCount, session: WriteSession
) -> Response:
    """Write down what was made of it, and how many followers there were to be seen."""
    form = await read_form(request, SettleCountForm)
    if form.errors:
        return await _page(request, session, viewer, count_id, form, status=422)
    given = form.value
    await counts.settle(session, viewer, count_id, given.because, followers=given.followers)
    flash(request, _("What you found is kept."))
    return see_other(request, "/staff/channels/counts")


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    count_id: UUID,
    form: Form[SettleCountForm],
    *,
    status: int = 200,
) -> Response:
    found = await queries.flagged(session, count_id)
    if found is None:
        raise Missing(_("This count is not there."))
    by = await accounts.person(session, found.settled_by) if found.settled_by else None
    may = policy.may_settle(viewer, found.account_id)
    return page(
        request,
        "channels/staff_count.html",
        status=status,
        form=form,
        count=found,
        settled_by=by.name if by else "",
        counts=await channels.counts(session, found.channel_id),
        may_settle=may and found.settled_at is None and not found.removed,
    )
