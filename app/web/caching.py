"""What browsers and proxies may keep of public pages.

A page about somebody's standing must never be older than a question to the server, so it is kept
but asked about each time: the tag says whether anything changed. Who is signed in gets a page of
their own, which nobody keeps (`web.headers`).
"""

from starlette.requests import Request
from starlette.responses import Response

from app.core.crypto import digest
from app.web.sessions import viewer_of

ASK_EACH_TIME = "public, no-cache"


def kept(request: Request, response: Response, control: str = ASK_EACH_TIME) -> Response:
    """`response` with its tag and `control`, or 304 when the browser has it already.

    An answer for somebody signed in, or that sets a cookie, is returned as it is.
    """
    if viewer_of(request).signed_in or "set-cookie" in response.headers:
        return response
    response.headers["Cache-Control"] = control
    tag = f'W/"{digest(bytes(response.body))[:24]}"'
    response.headers["ETag"] = tag
    if tag not in map(str.strip, request.headers.get("if-none-match", "").split(",")):
        return response
    same = {k: v for k, v in response.headers.items() if not k.startswith("content-")}
    return Response(status_code=304, headers=same)
