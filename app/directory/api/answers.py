"""How answers of the API leave: JSON with a tag, rules for keeping it, and the way to the next."""

from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from app.core.config import settings
from app.web.caching import kept


def answer(request: Request, body: str, *, version: object = None, next_: str = "") -> Response:
    """`body`, which is JSON, or 304 when the asker has it already.

    Args:
        version: what `caching.kept_by_version` was asked with, where it was.
        next_: the address of the next page.
    """
    headers = {"Link": f'<{next_}>; rel="next"'} if next_ else {}
    shown = Response(body, media_type="application/json", headers=headers)
    return kept(request, shown, version=version)


def with_parameter(request: Request, name: str, value: str) -> str:
    """The address of this request with another value of one parameter."""
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != name]
    path = request.scope["state"]["public_path"]
    return f"{settings().base_url}{path}?{urlencode([*pairs, (name, value)])}"
