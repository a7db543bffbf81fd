"""What ties a sign-in to the browser in which it began, and keeps its person's language."""

import re

from starlette.requests import Request
from starlette.responses import Response

from app.accounts.policy import ATTEMPT_LIFE
from app.core import i18n
from app.core.config import settings
from app.core.crypto import token
from app.web.pages import inside

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_PREFIX = re.compile(r"/(vi|en|fr)(?=[/?#]|$)")
_NO_WISH = re.compile(r"(/(vi|en|fr))?/?|(/(vi|en|fr))?/sign-in")
A_YEAR = 365 * 24 * 3600
LONGEST_PATH = 2000


def cookie_name() -> str:
    """The cookie with this browser's secret; see `sessions.cookie_name` for the prefix."""
    return "__Host-sign-in" if settings().secure else "sign-in"


def secret_of(request: Request) -> str:
    """This browser's secret, or "" when it brought none of ours."""
    given = request.cookies.get(cookie_name(), "")
    return given if _SECRET.fullmatch(given) else ""


def secret_for(request: Request) -> str:
    """This browser's secret, a new one at the first time: trips in two tabs share it."""
    return secret_of(request) or token(32)


def remember(response: Response, secret: str) -> None:
    """Leave the secret with the browser for as long as a trip may last."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(ATTEMPT_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",  # it has to come along when the provider sends the person back
        secure=settings().secure,
        path="/",
    )


def wanted(path: str) -> str:
    """`path` when it is a page of this portal worth going to, else "".

    The home page and the choice of a sign-in are no wish: whoever signs in there wants to work.
    """
    found = inside(path) if len(path) <= LONGEST_PATH else "/"
    return "" if _NO_WISH.fullmatch(found) else found


def speak_as_on(request: Request, path: str) -> None:
    """Go on in the language of `path`, if it names one: a provider comes back without a prefix."""
    found = _PREFIX.match(path)
    if found:
        request.scope["state"]["prefix"] = found.group(0)
        i18n.set_locale(found.group(1))


def keep_language(response: Response, locale: str) -> None:
    """Let this browser ask for `locale` from now on, where no address says otherwise."""
    response.set_cookie(
        "lang", locale, max_age=A_YEAR, samesite="lax", secure=settings().secure, httponly=True
    )
