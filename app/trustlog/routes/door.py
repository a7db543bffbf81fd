"""What holds for the addresses of the log that machines read: the same for all, open to any site.

Nothing there knows who asks or in what language: cookies are taken off at the door, and what is
kept by a cache is good for everybody. Hashes cannot be packed smaller, so nobody is sent them
packed; then a cache has one form of each tile to keep.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import doors

ADDRESS = re.compile(
    r"^(?:/(?:vi|en|fr))?/log/(?:checkpoint|keys|monitor\.py|tile/.*|[^/]+/proof)$", re.DOTALL
)
HASHES = re.compile(r"^(?:/(?:vi|en|fr))?/log/tile/(?!entries/)")
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, X-Request-ID",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
OURS = (200, 304, 404)  # what the routes answer themselves, in no language


class ForMachines:
    """Takes cookies off requests for the log's own files, and lets other sites read them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not ADDRESS.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        given = doors.without_cookies(scope)
        hashes = bool(HASHES.match(scope["path"]))
        if hashes:
            given = [pair for pair in given if pair[0].lower() != b"accept-encoding"]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if message["status"] in OURS:
                    _the_same_for_all(headers, unpacked=hashes)
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send_on)
        else:
            await self.app({**scope, "headers": given}, receive, send_on)


def _the_same_for_all(headers: MutableHeaders, *, unpacked: bool) -> None:
    """Say that the answer is in no language, and depends on nothing but how it may be packed."""
    depends = headers.get("vary", "")
    del headers["content-language"]
    del headers["vary"]
    if "accept-encoding" in depends.lower() and not unpacked:
        headers["Vary"] = "Accept-Encoding"
