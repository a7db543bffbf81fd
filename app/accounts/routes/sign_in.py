"""The way to a provider, and out again.

A trip begins by POST, from our own pages only: whoever could start one in somebody's browser
could link their own identity to that person's account. The answer is a page that leads on, not a
redirect: browsers hold a form's redirects to `form-action 'self'`, and providers redirect further.
"""

from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.accounts import policy, queries
from app.accounts import sign_in as attempts
from app.accounts.forms import StartForm
from app.accounts.models import Purpose
from app.accounts.providers import label_of, providers
from app.accounts.providers.base import Provider, ProviderError
from app.accounts.routes import browser
from app.accounts.routes.problems import problem
from app.core.crypto import digest
from app.core.db import transaction
from app.core.errors import Missing, NotSignedIn
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web import ratelimit, sessions
from app.web.deps import CurrentViewer, ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import read_form
from app.web.pages import localised, page, see_other

log = structlog.get_logger("accounts")
router = APIRouter()

Next = Annotated[str, Query(alias="next")]
A_BROWSER = (20, 600)  # trips in ten minutes
AN_ADDRESS = (300, 600)  # a hall full of people may share one


@router.get("/sign-in")
async def choose(request: Request, viewer: CurrentViewer, next_path: Next = "") -> Response:
    """Choose a provider; whoever is signed in is sent on."""
    path = browser.wanted(next_path)
    if viewer.signed_in:
        return see_other(request, path or policy.landing(viewer))
    return page(
        request, "accounts/sign_in.html", providers=tuple(providers().values()), next_path=path
    )


@router.get("/sign-in/confirm")
async def ask_again(
    request: Request, session: ReadSession, viewer: SignedIn, next_path: Next = ""
) -> Response:
    """Have the person sign in again before something weighty; not if they just did."""
    path = browser.wanted(next_path)
    if policy.recent(viewer):
        return see_other(request, path or policy.landing(viewer))
    linked = {one.provider for one in await queries.identities(session, viewer.own_id)}
    found = tuple(one for one in providers().values() if one.name in linked)
    return page(request, "accounts/confirm.html", providers=found, next_path=path)


@router.get("/sign-in/{name}")
async def choose_one(request: Request, name: str, next_path: Next = "") -> Response:
    """An address that people may have kept: it leads to the choice, and begins nothing."""
    provider_named(name)
    path = browser.wanted(next_path)
    return see_other(request, "/sign-in" + (f"?next={quote(path, safe='/')}" if path else ""))


@router.post("/sign-in/{name}")
async def start(request: Request, name: str, viewer: CurrentViewer) -> Response:
    """Send the person to the provider, bound to this browser."""
    provider = provider_named(name)
    form = await read_form(request, StartForm)
    purpose = form.value.purpose if not form.errors else Purpose.SIGN_IN
    path = browser.wanted(form.shown("next"))
    if purpose is not Purpose.SIGN_IN and not viewer.signed_in:
        raise NotSignedIn
    if purpose is Purpose.LINK and not policy.recent(viewer):
        return see_other(request, "/sign-in/confirm?next=/account")
    secret = browser.secret_for(request)
    await ratelimit.count(f"sign-in-browser:{digest(secret)[:24]}", *A_BROWSER)
    await ratelimit.limit(request, "sign-in", *AN_ADDRESS)
    path = localised(request, path or "/sign-in")
    return await _depart(request, provider, viewer, secret, path=path, purpose=purpose)


async def _depart(
    request: Request,
    provider: Provider,
    viewer: Viewer,
    secret: str,
    *,
    path: str,
    purpose: Purpose,
) -> Response:
    """Ask the provider for its address first: no transaction waits for a network."""
    trip = attempts.new_trip(provider.name, purpose)
    try:
        address = await provider.authorize_url(trip)
    except ProviderError as refusal:
        log.warning("provider failed", provider=provider.name, reason=refusal.reason)
        return problem(request, refusal.reason, provider, purpose=purpose, next_path=path)
    async with transaction() as session:
        await attempts.depart(
            session, viewer, provider.name, trip, browser=secret, next_path=path, purpose=purpose
        )
    response = page(
        request,
        "accounts/leaving.html",
        headers={"Refresh": f"0; url={address}"},
        provider=provider,
        address=address,
    )
    browser.remember(response, secret)
    return response


def provider_named(name: str) -> Provider:
    """The provider of an address.

    Raises:
        Missing: none is configured under `name`.
    """
    found = providers().get(name)
    if found is None:
        raise Missing(_("There is no such way to sign in."))
    return found


@router.post("/sign-out")
async def sign_out(request: Request, session: WriteSession, viewer: CurrentViewer) -> Response:
    """End this browser's session. Done twice it does no harm."""
    await sessions.end_token(session, request.cookies.get(sessions.cookie_name(), ""))
    if viewer.signed_in:
        flash(
            request,
            _(
                "You are signed out here. On a shared device, sign out of %(provider)s as well.",
                provider=label_of(viewer.provider),
            ),
        )
    response = see_other(request, "/")
    sessions.drop_cookie(response)
    return response
