"""Refuses changes asked for by other sites: `Sec-Fetch-Site`, or `Origin` where that is missing.

Every browser since 2023 sends the first with each request; the second is sent by all with POST.
"""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import NotAllowed
from app.web.openly import is_open

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Csrf:
    """Lets a changing request through only from the portal's own pages.

    What is open to programs of any site (`web.openly`) is none of its business: no cookie gets
    there, and nothing is changed there.
    """

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self.app = app
        self.origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            NotAllowed: it would change something and comes from elsewhere, or says not whence.
        """
        if scope["type"] == "http" and scope["method"] not in SAFE and not is_open(scope):
            request = Request(scope)
            if not self.own(request):
                raise NotAllowed("a change asked for by another site")
        await self.app(scope, receive, send)

    def own(self, request: Request) -> bool:
        """Whether the browser says that `request` was made by one of our pages."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin", "")
        return bool(origin) and origin in (self.origin, self._asked_at(request))

    @staticmethod
    def _asked_at(request: Request) -> str:
        """The origin under which the browser reached us, as its own Host header says."""
        parts = urlsplit(str(request.base_url))
        return f"{parts.scheme}://{parts.netloc}"
