"""The visit to a platform at which an owner proves a channel, and the way back.

A visit begins by POST from our own page, which is answered by a page that leads on: browsers hold
a form's redirects to `form-action 'self'`, and platforms redirect further. On the way back no
transaction waits for a network: use up the visit, ask the platform, write down what it said.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.providers.base import ProviderError, refusal
from app.accounts.routes import browser
from app.channels.forms import VisitForm
from app.channels.methods import Ask, Finding
from app.channels.methods.base import Grant
from app.channels.methods.oauth import failure_of
from app.channels.methods.oauth.adapters import ADAPTERS, adapters
from app.channels.methods.oauth.base import Adapter
from app.channels.methods.oauth.matching import judged, names_of
from app.channels.policy.platforms import platform_name
from app.channels.routes.problems import PROBLEMS
from app.channels.service import grants, visits
from app.channels.service.visits import Lost, Returned
from app.core.crypto import digest
from app.core.db import transaction
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.web import ratelimit
from app.web.deps import CurrentViewer, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import read_form
from app.web.pages import page, see_other

log = structlog.get_logger("channels")
router = APIRouter()

A_BROWSER = (20, 600)  # visits in ten minutes
AN_ADDRESS = (300, 600)  # a hall full of people may share one
_PLAIN = re.compile(r"-?[0-9]{1,6}|[A-Za-z][A-Za-z_ -]{0,39}")
LONGEST = 4096  # characters of a code; the longest seen at these platforms is below 1000
CANCELLED = frozenset(
    {"access_denied", "consent_required", "user_cancelled_login", "user_denied", "-14008"}
)


@router.post("/apply/channels/{channel_id}/oauth")
async def start(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Send the owner to the platform, bound to this browser."""
    form = await read_form(request, VisitForm)
    secret = browser.secret_for(request)
    await ratelimit.count(f"channels.visit:{digest(secret)[:24]}", *A_BROWSER)
    await ratelimit.limit(request, "channels.visit", *AN_ADDRESS)
    keep = form.value.keep
    platform, trip = await visits.depart(session, viewer, channel_id, browser=secret, keep=keep)
    address = adapters()[platform].authorize_url(trip, keep=keep)
    response = page(
        request,
        "channels/leaving.html",
        headers={"Refresh": f"0; url={address}"},
        platform=platform_name(platform),
        address=address,
    )
    browser.remember(response, secret)
    return response


@router.post("/apply/channels/{channel_id}/grant/revoke")
async def revoke(
    request: Request, channel_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Take back the leave to read the count."""
    await grants.revoke(session, viewer, channel_id)
    flash(request, _("The permission is deleted. Your count stays as it is, with its day."))
    return see_other(request, f"/apply/channels/{channel_id}")


@router.get("/channels/oauth/{platform}/callback")
async def come_back(request: Request, platform: str, viewer: CurrentViewer) -> Response:
    """Finish a visit."""
    if platform not in ADAPTERS:
        raise Missing
    await ratelimit.limit(request, "channels.visit-back", *AN_ADDRESS)
    asked = request.query_params
    async with transaction() as session:
        found = await visits.come_back(
            session, platform, browser.secret_of(request), asked.get("state", "")
        )
        theirs = found.account_id is not None and found.account_id == viewer.account_id
        ask = None
        if theirs and isinstance(found, Returned):
            ask = await visits.ask_of(session, viewer, found.channel_id)
    adapter = adapters().get(platform)
    if isinstance(found, Lost):
        return _lost(request, platform, found, theirs=theirs)
    if ask is None:
        return _problem(request, "other_account" if viewer.signed_in else "signed_out", platform)
    visit = await _visited(adapter, asked, ask, found)
    async with transaction() as session:
        failure = await visits.arrive(session, viewer, found.channel_id, visit.finding, visit.grant)
    if failure is None:
        told = _("%(platform)s told us: this channel is yours.", platform=platform_name(platform))
        flash(request, told)
    elif failure == "oauth_other_channel" and visit.names:
        names = ", ".join(visit.names)
        flash(request, _("You were signed in there as %(names)s.", names=names), kind="note")
    return see_other(request, f"/apply/channels/{found.channel_id}")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit came to.

    `grant` is the one to be kept; any other is let go with the visit. `names` are those of the
    channels that were seen, for their owner's eyes and not to be kept.
    """

    finding: Finding
    grant: Grant | None = None
    names: tuple[str, ...] = ()


async def _visited(
    adapter: Adapter | None, asked: Mapping[str, str], ask: Ask, found: Returned
) -> Visit:
    """Ask the platform."""
    if adapter is None:
        return Visit(Finding("oauth_setup"))
    if _cancelled(asked):
        return Visit(Finding("oauth_cancelled"))
    try:
        grant = await adapter.redeem(_code(asked), found.trip, keep=found.keep)
        seen = await adapter.read(grant, counts=found.keep)
    except ProviderError as failed:
        log.warning(
            "visit failed", platform=ask.platform, reason=failed.reason, code=_plain(failed.code)
        )
        return Visit(Finding(failure_of(failed)))
    return Visit(judged(ask, seen), grant if found.keep else None, names_of(ask.platform, seen))


def _cancelled(asked: Mapping[str, str]) -> bool:
    """Whether the owner said no, as far as the platform's way back tells."""
    told = {asked.get(name) for name in ("error", "error_reason", "error_code")}
    return bool(told & CANCELLED)


def _code(asked: Mapping[str, str]) -> str:
    """The code to redeem.

    Raises:
        ProviderError: the platform sent the owner back with an error in its place.
    """
    code = asked.get("code", "")
    if asked.get("error") or not code or len(code) > LONGEST:
        raise refusal(asked.get("error", "no code"))
    return code


def _plain(code: str) -> str:
    """A platform's error code for the log, if it is plainly one: a number or words.

    It comes from an address that anybody can write, or stands where a token might by mistake.
    """
    return code if _PLAIN.fullmatch(code) else "…"


def _lost(request: Request, platform: str, found: Lost, *, theirs: bool) -> Response:
    """A second click or the Back button does no harm: the channel's page says where it stands."""
    if theirs and found.reason == "used":
        return see_other(request, f"/apply/channels/{found.channel_id}")
    if found.reason == "unknown" and _cancelled(request.query_params):
        return _problem(request, "cancelled", platform)
    log.info("visit lost", platform=platform, reason=found.reason)
    channel_id = found.channel_id if theirs else None
    return _problem(request, found.reason, platform, channel_id=channel_id)


def _problem(
    request: Request, reason: str, platform: str, *, channel_id: UUID | None = None
) -> Response:
    problem = PROBLEMS[reason]
    return page(
        request,
        "channels/visit_problem.html",
        status=problem.status,
        problem=problem,
        platform=platform_name(platform),
        channel_id=channel_id,
    )
