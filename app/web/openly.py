"""What holds for every address under `/api/`: open to all, the same for all, within limits.

A program in any page of any site may read here. That is safe because nothing here knows who asks:
cookies are taken off at the door, and nothing behind it changes anything.
"""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.config import settings
from app.core.errors import TooMany
from app.web import doors, ratelimit

ADDRESS = doors.below("api")
METHODS = "GET, HEAD, OPTIONS, POST"
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Language, ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
    ),
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def is_open(scope: Scope) -> bool:
    """Whether the request is one for programs, which no cookie came with."""
    return bool(scope.get("state", {}).get("open"))


class Openly:
    """Takes cookies off requests for programs, lets other sites read, and answers preflights."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not ADDRESS.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["open"] = True
        scope["headers"] = doors.without_cookies(scope)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if (left := state.get("left")) is not None:
                    headers.update(left.headers())
            await send(message)

        if scope["method"] == "OPTIONS":  # whatever the address: it asks before it comes
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send_on)
        else:
            await self.app(scope, receive, send_on)


def policy() -> ratelimit.Policy:
    """What one address may ask of the API."""
    return ratelimit.Policy("reads", settings().api_a_minute, 60)


async def spend(request: Request, units: int) -> None:
    """Count `units` of the API's allowance, and let the answer tell what is left.

    Raises:
        TooMany: not enough was left.
    """
    left = await ratelimit.spend(request, policy(), units)
    request.scope["state"]["left"] = left
    if not left.enough:
        raise TooMany(left.reset)


class Allowance:
    """Counts each request for programs, whatever comes of it; stands inside, where errors show."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            TooMany: the address has asked too often.
        """
        if scope["type"] == "http" and is_open(scope):
            await spend(Request(scope), 1)
        await self.app(scope, receive, send)
