"""What happens around every request: its id, its log line, its language, its person.

Plain ASGI, in this order from the outside: `Head`, `Headers`, `Framed` and `Openly` for addresses
of their own, `Context`, `Language`, `Turns`, `Csrf`, `Person`, `Allowance`.
"""

import re
import time
from collections.abc import Awaitable, Callable
from functools import lru_cache

import structlog
from babel.core import negotiate_locale
from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import i18n
from app.core.crypto import token
from app.core.errors import Missing, Refused
from app.core.i18n import gettext as _
from app.web import metrics
from app.web.openly import is_open

log = structlog.get_logger("web")

PREFIX = re.compile(r"^/(vi|en|fr)(?=/|$)")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_ADDRESSES = re.compile(rb"[^\x21-\x7e]")
LONGEST_QUERY = 32_000  # bytes; to take apart what a program without manners sends takes seconds
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = ("/static/", "/healthz", "/readyz", "/metrics")

Failure = Callable[[Request, Exception], Awaitable[Response]]


class Head:
    """Answers HEAD as GET without the body (RFC 9110, section 9.3.2); the server drops the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


class Context:
    """Gives a request its id, one log line and its place in the metrics; catches what nobody did.

    No address, query or form value is logged: they are personal data.
    """

    def __init__(self, app: ASGIApp, on_failure: Failure) -> None:
        self.app = app
        self.on_failure = on_failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = RequestHeaders(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else token(12)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = time.perf_counter(), 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        except Exception as failure:
            if status != 500:  # noqa: PLR2004 - the answer has begun; nothing can mend it
                raise
            answer = await self.on_failure(Request(scope), failure)
            await answer(scope, receive, send_on)
        finally:
            self._account(scope, status, time.perf_counter() - started)

    @staticmethod
    def _account(scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in METHODS else "other"
        metrics.requests.labels(method, route, str(status)).inc()
        metrics.seconds.labels(method, route).observe(seconds)
        if not scope["path"].startswith(QUIET):
            log.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
            )


class Language:
    """Settles the reader's language: prefix, then their choice, then `Accept-Language`.

    A prefix is taken off the path, so that routes know nothing of it, and put back by `url()`. What
    no address may hold is escaped in the query, as browsers do.

    Raises:
        Missing: the address holds a control character; none of ours does, and PostgreSQL takes no
            text with a NUL in it.
        Refused: the query is longer than any of ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request in its language."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        found = PREFIX.match(scope["path"])
        state["prefix"] = found.group(0) if found else ""
        state["public_path"] = scope["path"]
        if found:  # in place: what stands outside asks the scope for its route
            scope["path"] = scope["path"][found.end() :] or "/"
            scope["raw_path"] = scope["path"].encode()
        asked = scope["query_string"]
        too_long = len(asked) > LONGEST_QUERY
        scope["query_string"] = b"" if too_long else _NOT_IN_ADDRESSES.sub(_escaped, asked)
        request = Request(scope)
        locale = found.group(1) if found else _chosen(request)
        i18n.set_locale(locale if locale in i18n.LOCALES else _preferred(request))
        state["path"] = scope["path"]
        if _CONTROL.search(scope["path"]):
            raise Missing
        if too_long:
            raise Refused(_("This address is too long."))

        if scope["path"].startswith("/static/"):  # the same in every language
            await self.app(scope, receive, send)
            return
        differs = "Cookie" if found else "Accept-Language, Cookie"
        if is_open(scope):
            differs = "Accept-Language"

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Language", i18n.current_locale())
                headers.add_vary_header(differs)
            await send(message)

        await self.app(scope, receive, send_on)


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]


def _chosen(request: Request) -> str:
    """The language somebody chose: in a cookie, or in the address where no cookie is read."""
    if is_open(request.scope):
        return request.query_params.get("lang", "")
    return request.cookies.get("lang", "")


def _preferred(request: Request) -> str:
    return preferred(request.headers.get("accept-language", "")[:200])


@lru_cache(maxsize=1024)
def preferred(header: str) -> str:
    """The first of our languages that `Accept-Language` asks for, else Vietnamese."""
    asked = []
    for part in header.split(","):
        name, _, rest = part.partition(";")
        quality = re.search(r"q=([01](?:\.\d{0,3})?)", rest)
        weight = float(quality.group(1)) if quality else 1.0
        if name.strip() and weight > 0:
            asked.append((weight, name.strip()))
    ordered = [name for _, name in sorted(asked, key=lambda pair: -pair[0])]
    return negotiate_locale(ordered, i18n.LOCALES, sep="-") or i18n.DEFAULT_LOCALE
