"""The staff's pages of proofs that need a person: the last one lost, or not seen for long."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.channels import queries as channels
from app.channels.forms import SeeAnewForm, SettleNoticeForm
from app.channels.methods import FAILURES
from app.channels.policy import proofs as policy
from app.channels.queries import notices as queries
from app.channels.service import notices, settle
from app.channels.staff.waiting import Number, check_hat
from app.core.errors import Missing, NotAllowed
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, Staff, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/staff/channels")


@router.get("/unproven")
async def unproven(
    request: Request, session: ReadSession, viewer: Staff, number: Number = 1
) -> Response:
    """The members without a proven channel, whose days end first at the top."""
    check_hat(viewer)
    found = await queries.open_notices(session, viewer.own_id, number)
    return page(request, "channels/staff_unproven.html", found=found)


@router.get("/unproven/{notice_id}")
async def notice(
    request: Request, notice_id: UUID, session: ReadSession, viewer: Staff
) -> Response:
    """One of them, and the form for what was decided."""
    return await _notice(request, session, viewer, notice_id, blank(SettleNoticeForm))


@router.post("/unproven/{notice_id}")
async def settle_notice(
    request: Request, notice_id: UUID, session: WriteSession, viewer: Staff
) -> Response:
    """Take it off the list, with what was decided and why."""
    form = await read_form(request, SettleNoticeForm)
    if form.errors:
        return await _notice(request, session, viewer, notice_id, form, status=422)
    await notices.settle(session, viewer, notice_id, form.value.because)
    flash(request, _("What you decided is kept."))
    return see_other(request, "/staff/channels/unproven")


@router.get("/unseen")
async def unseen(
    request: Request, session: ReadSession, viewer: Staff, number: Number = 1
) -> Response:
    """The channels that count but that the portal has not seen for long."""
    check_hat(viewer)
    found = await queries.long_unseen(session, viewer.own_id, number)
    return page(request, "channels/staff_unseen.html", found=found, failures=FAILURES)


@router.get("/unseen/{channel_id}")
async def look(request: Request, channel_id: UUID, session: ReadSession, viewer: Staff) -> Response:
    """One of them, and the form for what was seen."""
    return await _look(request, session, viewer, channel_id, blank(SeeAnewForm))


@router.post("/unseen/{channel_id}")
async def see_anew(
    request: Request, channel_id: UUID, session: WriteSession, viewer: Staff
) -> Response:
    """Write down that the channel is still its owner's."""
    form = await read_form(request, SeeAnewForm)
    if form.errors:
        return await _look(request, session, viewer, channel_id, form, status=422)
    await settle.see_anew(session, viewer, channel_id, form.value.seen, form.value.note)
    flash(request, _("What you saw is kept."))
    return see_other(request, "/staff/channels/unseen")


async def _notice(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    notice_id: UUID,
    form: Form[SettleNoticeForm],
    *,
    status: int = 200,
) -> Response:
    check_hat(viewer)
    found = await queries.notice(session, notice_id, viewer.own_id)
    if found is None:
        raise Missing(_("There is no such notice."))
    return page(
        request,
        "channels/staff_notice.html",
        status=status,
        form=form,
        notice=found,
        may_settle=policy.may_settle(viewer, found.account_id),
    )


async def _look(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    channel_id: UUID,
    form: Form[SeeAnewForm],
    *,
    status: int = 200,
) -> Response:
    check_hat(viewer)
    found = await channels.channel(session, channel_id)
    if found is None or found.removed_at is not None:
        raise Missing(_("There is no such channel."))
    if not policy.may_settle(viewer, found.account_id) or await channels.is_party(
        session, viewer.own_id, channel_id
    ):
        raise NotAllowed("channels: no reviewer, or party to the case")
    return page(request, "channels/staff_look.html", status=status, form=form, channel=found)
