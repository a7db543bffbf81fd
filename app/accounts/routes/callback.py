"""The way back from a provider.

Three steps, so that no transaction waits for a network: use up the attempt, ask the provider who
the person is, let them in.
"""

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.accounts import service
from app.accounts import sign_in as attempts
from app.accounts.models import Purpose
from app.accounts.providers.base import Claims, Provider, ProviderError, refusal
from app.accounts.routes import browser
from app.accounts.routes.problems import problem
from app.accounts.routes.sign_in import AN_ADDRESS, provider_named
from app.accounts.sign_in import Lost, Returned
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web import ratelimit, sessions
from app.web.deps import CurrentViewer
from app.web.flash import flash
from app.web.pages import see_other

log = structlog.get_logger("accounts")
router = APIRouter()

CANCELLED = frozenset({"access_denied", "user_denied", "user_cancelled_login", "consent_required"})


@router.get("/sign-in/{name}/callback")
async def come_back(request: Request, name: str, viewer: CurrentViewer) -> Response:
    """Finish what `/sign-in/{name}` began."""
    provider = provider_named(name)
    await ratelimit.limit(request, "sign-in-back", *AN_ADDRESS)
    asked = request.query_params
    async with transaction() as session:
        found = await attempts.come_back(
            session, name, browser.secret_of(request), asked.get("state", "")
        )
    browser.speak_as_on(request, found.next_path)
    if isinstance(found, Lost):
        return _lost(request, viewer, provider, found)
    try:
        claims = await provider.redeem(_code(request), found.trip)
    except ProviderError as refused:
        log.warning(
            "sign-in failed", provider=name, reason=refused.reason, code=_plain(refused.code)
        )
        return problem(
            request, refused.reason, provider, purpose=found.purpose, next_path=found.next_path
        )
    return await _FINISH[found.purpose](request, viewer, provider, found, claims)


class Cancelled(ProviderError):
    """The person said no at the provider."""

    reason = "cancelled"


def _code(request: Request) -> str:
    """The code to redeem.

    Raises:
        ProviderError: the provider sent the person back with an error in its place.
    """
    asked = request.query_params
    if asked.get("error") in CANCELLED or asked.get("error_reason") in CANCELLED:
        raise Cancelled
    if asked.get("error") or not asked.get("code"):
        raise refusal(asked.get("error", "no code"))
    return asked["code"]


def _plain(code: str) -> str:
    """A provider's error code for the log: it comes from an address that anybody can write."""
    return "".join(c for c in code if c.isalnum() or c in "_-")


def _lost(request: Request, viewer: Viewer, provider: Provider, found: Lost) -> Response:
    """Somebody who is in already is led on: a second click or the Back button does no harm."""
    if viewer.signed_in and found.reason == "used":
        return see_other(request, found.next_path)
    if found.reason == "unknown" and request.query_params.get("error") in CANCELLED:
        return problem(request, "cancelled", provider)
    log.info("sign-in lost", provider=provider.name, reason=found.reason)
    return problem(
        request, found.reason, provider, purpose=found.purpose, next_path=found.next_path
    )


async def _sign_in(
    request: Request, viewer: Viewer, provider: Provider, found: Returned, claims: Claims
) -> Response:
    nobody = Viewer(address=viewer.address, user_agent=viewer.user_agent)
    async with transaction() as session:
        account = await service.enter(session, nobody, provider.name, claims)
        value = await sessions.begin(session, request, account.id, provider.name, claims.issuer)
    log.info("signed in", provider=provider.name)
    response = see_other(request, found.next_path)
    sessions.set_cookie(response, value)
    browser.keep_language(response, account.locale)
    return response


async def _confirm(
    request: Request, _viewer: Viewer, provider: Provider, found: Returned, claims: Claims
) -> Response:
    """Sign the same person in again, under a new session token."""
    assert found.account_id is not None  # noqa: S101 - `depart` let nobody else through
    try:
        async with transaction() as session:
            await service.confirm(session, found.account_id, claims)
            value = await sessions.begin(
                session, request, found.account_id, provider.name, claims.issuer
            )
    except Conflict as other:
        return _another(request, provider, found, other)
    log.info("signed in again", provider=provider.name)
    response = see_other(request, found.next_path)
    sessions.set_cookie(response, value)
    return response


async def _link(
    request: Request, viewer: Viewer, provider: Provider, found: Returned, claims: Claims
) -> Response:
    """Only for whoever began it: meanwhile somebody else may use this browser, or nobody."""
    if viewer.account_id != found.account_id:
        return problem(request, "signed_out", provider, next_path="/account")
    try:
        async with transaction() as session:
            await service.link(session, viewer, provider.name, claims)
    except Conflict as other:
        return _another(request, provider, found, other)
    flash(request, _("From now on %(provider)s opens your account too.", provider=provider.label))
    return see_other(request, "/account")


def _another(request: Request, provider: Provider, found: Returned, why: Conflict) -> Response:
    return problem(
        request,
        "other_account",
        provider,
        purpose=found.purpose,
        next_path=found.next_path,
        message=why.message,
    )


_FINISH = {Purpose.SIGN_IN: _sign_in, Purpose.CONFIRM: _confirm, Purpose.LINK: _link}
