"""One sentence that survives a redirect, in a signed cookie read once."""

import json
from dataclasses import dataclass
from typing import Literal

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from app.core.config import settings

Kind = Literal["done", "note", "warning"]
COOKIE = "flash"
MOST = 5


@dataclass(frozen=True, slots=True)
class Flash:
    """What to say, and how serious it is."""

    text: str
    kind: Kind = "done"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().require_secret(), salt="flash")


def flash(request: Request, text: object, kind: Kind = "done") -> None:
    """Say `text` on the next page that this person sees."""
    request.scope["state"].setdefault("flash_out", []).append([str(text)[:300], kind])


def take(request: Request) -> list[Flash]:
    """What there is to say now; it is not said again."""
    state = request.scope["state"]
    said = state.pop("flash_out", [])
    if COOKIE in request.cookies:
        state["flash_read"] = True
        try:
            said = [*_serializer().loads(request.cookies[COOKIE]), *said]
        except (BadSignature, json.JSONDecodeError):
            said = list(said)
    return [Flash(text, kind) for text, kind in said[-MOST:]]


def write_cookie(request: Request, response: Response) -> None:
    """Carry over what was not yet said, or forget what was."""
    state = request.scope["state"]
    if state.get("flash_out"):
        response.set_cookie(
            COOKIE,
            _serializer().dumps(state["flash_out"][-MOST:]),
            max_age=300,
            httponly=True,
            samesite="lax",
            secure=settings().secure,
        )
    elif state.get("flash_read"):
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=settings().secure)
