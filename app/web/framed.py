"""What holds for every address under `/embed/`: pages that any site may show in a frame.

That is safe because they know nobody: cookies are taken off at the door, none is set, nothing can
be changed from them, and their own policy lets them load nothing but their sheet and pictures.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import doors

ADDRESS = doors.below("embed")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors *",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # A page that isolates itself (COEP) frames only what agrees to it, and to being isolated too.
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "unsafe-none",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Framed:
    """Takes cookies off requests for pages in frames, and gives the answers their own policy."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not ADDRESS.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        headers = doors.without_cookies(scope)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.update(HEADERS)
                del answer["set-cookie"]
            await send(message)

        await self.app({**scope, "headers": headers}, receive, send_on)
