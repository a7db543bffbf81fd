"""A side's own page of the dispute about its channel: to be heard, or to give way."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.cases import queries as cases
from app.channels import queries
from app.channels.dispute_words import told
from app.channels.forms import GiveWayForm, SideForm
from app.channels.policy.disputes import MOST_OF_A_SIDE
from app.channels.queries import disputes
from app.channels.service import disputes as service
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other
from app.web.ratelimit import limit

router = APIRouter(prefix="/apply/channels/{channel_id}/dispute")

WORDS = (20, 3600)  # how many, in how many seconds


@router.get("")
async def dispute(
    request: Request, channel_id: UUID, session: ReadSession, viewer: SignedIn
) -> Response:
    """What is examined, what was said in one's own thread, and how it ended."""
    return await _page(request, session, viewer, channel_id)


@router.post("/say")
async def say(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Say what speaks for oneself."""
    await limit(request, "channels.dispute", *WORDS)
    form = await read_form(request, SideForm)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    await service.say(session, viewer, channel_id, form.value.words)
    flash(request, _("Your message is with the staff of the alliance."))
    return see_other(request, f"/apply/channels/{channel_id}/dispute")


@router.post("/give-way")
async def give_way(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Give the channel up."""
    form = await read_form(request, GiveWayForm)
    if form.errors:
        return await _page(request, session, viewer, channel_id, form)
    await service.give_way(session, viewer, channel_id, form.value.seen)
    flash(request, _("You have given the channel up."))
    return see_other(request, f"/apply/channels/{channel_id}/dispute")


async def _page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    channel_id: UUID,
    form: Form[SideForm] | Form[GiveWayForm] | None = None,
) -> Response:
    channel = await queries.channel(session, channel_id)
    own = channel is not None and channel.account_id == viewer.account_id
    found = await disputes.own_dispute(session, channel_id) if own else None
    if channel is None or found is None:
        raise Missing(_("There is no dispute about this channel."))
    thread = await cases.thread(session, found.case_id, staff=False)
    return page(
        request,
        "channels/dispute.html",
        status=422 if form else 200,
        channel=channel,
        dispute=found,
        entries=cases.conversation(thread, told, staff=False),
        form=form or blank(SideForm),
        most=MOST_OF_A_SIDE,
    )
