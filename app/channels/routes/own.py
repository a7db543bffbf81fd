"""Pages of one's own channels."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.channels import queries, service
from app.channels.forms import (
    AddForm,
    BeginForm,
    FollowersForm,
    RemoveForm,
    method_choices,
    platform_choices,
)
from app.channels.methods import FAILURES, METHODS, Ask
from app.channels.policy.keeping import ask_again_at
from app.channels.policy.proofs import MOST_CHANNELS
from app.channels.queries import Attempt, ChannelView, disputes
from app.channels.routes import identity
from app.channels.service import grants
from app.core import clock
from app.core.errors import Missing, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other
from app.web.ratelimit import limit

router = APIRouter()

ADDS = (40, 3600)  # how many, in how many seconds
CHECKS = (20, 600)


@router.get("/apply/channels")
async def channels(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """One's channels, and the form for a further one."""
    return await _list(request, session, viewer, blank(AddForm))


@router.post("/apply/channels")
async def add(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Add a channel; what is wrong with it is said at its field."""
    await limit(request, "channels.add", *ADDS)
    form = await read_form(request, AddForm)
    if not form.errors:
        try:
            channel = await service.add(session, viewer, **form.value.model_dump())
        except Refused as refused:
            form.error("link", refused)
        else:
            flash(request, _("Added as %(url)s. Prove it next.", url=channel.url))
            return see_other(request, "/apply/channels")
    return await _list(request, session, viewer, form, status=422)


@router.get("/apply/channels/{channel_id}")
async def channel(
    request: Request, channel_id: UUID, session: ReadSession, viewer: SignedIn
) -> Response:
    """One channel: whether it is proven, and how to prove it."""
    return await _one(request, session, await _own(session, viewer, channel_id))


@router.post("/apply/channels/{channel_id}/proof")
async def begin(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Choose how to prove it."""
    await limit(request, "channels.add", *ADDS)
    form = await read_form(request, BeginForm)
    if not form.errors:
        try:
            await service.begin(session, viewer, channel_id, form.value.method)
        except Refused as refused:
            form.error("method", refused)
        else:
            return see_other(request, f"/apply/channels/{channel_id}")
    found = await _own(session, viewer, channel_id)
    return await _one(request, session, found, form, status=422)


@router.post("/apply/channels/{channel_id}/check")
async def check(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Ask the portal to look; the page says what it saw."""
    await limit(request, "channels.check", *CHECKS)
    await service.ask_check(session, viewer, channel_id)
    return see_other(request, f"/apply/channels/{channel_id}")


@router.get("/apply/channels/{channel_id}/followers")
async def ask_followers(
    request: Request, channel_id: UUID, session: ReadSession, viewer: SignedIn
) -> Response:
    """Ask how many follow it today."""
    found = await _own(session, viewer, channel_id)
    form = blank(FollowersForm, seen=found.version, followers=found.followers)
    return page(request, "channels/followers.html", channel=found, form=form)


@router.post("/apply/channels/{channel_id}/followers")
async def set_followers(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Write down how many follow it today."""
    form = await read_form(request, FollowersForm)
    if form.errors:
        found = await _own(session, viewer, channel_id)
        return page(request, "channels/followers.html", status=422, channel=found, form=form)
    value = form.value
    await service.set_followers(session, viewer, channel_id, value.seen, followers=value.followers)
    flash(request, _("The count is saved."))
    return see_other(request, "/apply/channels")


@router.get("/apply/channels/{channel_id}/remove")
async def ask_remove(
    request: Request, channel_id: UUID, session: ReadSession, viewer: SignedIn
) -> Response:
    """Say what removing means, and ask."""
    found = await _own(session, viewer, channel_id)
    disputed = await disputes.is_disputed(session, channel_id)
    return page(request, "channels/remove.html", channel=found, disputed=disputed)


@router.post("/apply/channels/{channel_id}/remove")
async def remove(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Take it off one's own."""
    form = await read_form(request, RemoveForm)
    await service.remove(session, viewer, channel_id, form.value.seen)
    flash(request, _("The channel is removed."))
    return see_other(request, "/apply/channels")


async def _own(session: AsyncSession, viewer: Viewer, channel_id: UUID) -> ChannelView:
    found = await queries.channel(session, channel_id)
    if found is None or found.account_id != viewer.account_id or found.removed_at is not None:
        raise Missing(_("This channel is not there. It may have been removed."))
    return found


async def _list(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[AddForm],
    status: int = 200,
) -> Response:
    return page(
        request,
        "channels/list.html",
        status=status,
        form=form,
        channels=await queries.channels_of(session, viewer.own_id),
        notice_ends=await queries.notice_ends(session, viewer.own_id),
        platforms=platform_choices(),
        most=MOST_CHANNELS,
    )


async def _one(
    request: Request,
    session: AsyncSession,
    channel: ChannelView,
    form: Form[BeginForm] | None = None,
    status: int = 200,
) -> Response:
    attempts = await queries.attempts(session, channel.id)
    latest = attempts[0] if attempts else None
    current = latest if latest and latest.status == "pending" else None
    kept = next((one for one in attempts if one.proven_at is not None), None)
    methods = method_choices(channel.platform)
    return page(
        request,
        "channels/channel.html",
        status=status,
        channel=channel,
        latest=latest,
        current=current,
        kept=kept,
        form=form or blank(BeginForm, method=current.method if current else methods[0][0]),
        methods=methods,
        grant=await grants.shown(session, channel.id),
        keeps=grants.offered(channel.platform),
        dispute=await disputes.own_dispute(session, channel.id),
        **await _telling(session, channel, current or kept),
        **await _since(session, channel, kept),
        failures=FAILURES,
    )


async def _since(
    session: AsyncSession, channel: ChannelView, kept: Attempt | None
) -> dict[str, Any]:
    """What became of the channel: looks at its proof, names, counts; and where all may see it."""
    again_at = ask_again_at(kept.checked_at, clock.now()) if kept else None
    member = await identity.member_of(session, channel.account_id) if kept else None
    return {
        "again_at": again_at,
        "public": f"/members/{member.number}/channels/{channel.id}" if member else "",
        "turns": await queries.turns(session, channel.id),
        "names": await queries.former_names(session, channel.id),
        "counts": await queries.counts(session, channel.id),
    }


async def _telling(
    session: AsyncSession, channel: ChannelView, attempt: Attempt | None
) -> dict[str, Any]:
    """What the owner is told to do for an attempt under way, or to put a proof right again.

    `stays`: what was put in place is looked for again, so it must not be taken away.
    """
    method = METHODS.get(attempt.method) if attempt else None
    if attempt is None or method is None:
        return {"method": None, "steps": (), "stays": False}
    token = await queries.token_of(session, channel.account_id) if method.needs_identity else None
    ask = Ask(
        platform=channel.platform,
        url=channel.url,
        key=channel.key,
        handle=channel.handle,
        code=attempt.code,
        identity_url=service.identity_url(token) if token else "",
    )
    return {"method": method, "steps": method.steps(ask), "stays": method.stays}
