"""Refusals told to programs: problem documents (RFC 9457), each of a kind explained on `/api`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.support import LazyProxy
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.core.config import settings
from app.core.i18n import lazy_gettext as _l

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; `anchor` is its place on the page of the API."""

    anchor: str
    title: LazyProxy

    @property
    def uri(self) -> str:
        """What a document names it by; it leads to its explanation."""
        return f"{settings().base_url}/api#{self.anchor}"


KINDS: Mapping[int, Kind] = {
    403: Kind("not-allowed", _l("This is not open to you")),
    404: Kind("missing", _l("There is nothing here")),
    405: Kind("wrong-method", _l("This address does not take that method")),
    409: Kind("conflict", _l("This changed meanwhile")),
    410: Kind("start-anew", _l("This cursor is over: start anew")),
    413: Kind("too-large", _l("This is too large")),
    415: Kind("wrong-type", _l("Send JSON")),
    422: Kind("unreadable", _l("Something in the request is wrong")),
    429: Kind("too-many", _l("A moment, please: too many requests")),
    500: Kind("failure", _l("Something went wrong on our side")),
    503: Kind("busy", _l("The portal is catching its breath")),
}


def problem(
    request: Request,
    status: int,
    *,
    detail: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem document of `status`.

    Args:
        detail: what is the matter this time, for a person.
        errors: each thing that is wrong in the request, with a pointer to it.
    """
    status = int(status) if status in KINDS else (422 if status < 500 else 500)  # noqa: PLR2004
    body: dict[str, Any] = {
        "type": KINDS[status].uri,
        "title": str(KINDS[status].title),
        "status": status,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    if request_id := request.scope.get("state", {}).get("request_id"):
        body["request_id"] = request_id
    return JSONResponse(
        body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


SAID: Mapping[str, tuple[str, LazyProxy]] = {
    "extra_forbidden": ("unknown_name", _l("There is nothing of this name here.")),
    "unknown_value": ("unknown_value", _l("This is none of the values that there are.")),
    "literal_error": ("unknown_value", _l("This is none of the values that there are.")),
    "enum": ("unknown_value", _l("This is none of the values that there are.")),
    "given_twice": ("given_twice", _l("This can be given once only.")),
    "missing": ("missing", _l("This is missing.")),
    "greater_than_equal": ("out_of_range", _l("This is %(bound)s at least.")),
    "less_than_equal": ("out_of_range", _l("This is %(bound)s at most.")),
    "string_too_short": ("too_short", _l("This has %(bound)s characters at least.")),
    "string_too_long": ("too_long", _l("This has %(bound)s characters at most.")),
    "too_short": ("too_few", _l("Give %(bound)s of these at least.")),
    "too_long": ("too_many", _l("Give %(bound)s of these at most.")),
    "int_parsing": ("malformed", _l("This is not a whole number.")),
    "unknown_cursor": ("unknown_cursor", _l("This is no cursor of this question.")),
    "json_invalid": ("malformed", _l("This is not JSON.")),
}


def wrong(found: Mapping[str, Any]) -> dict[str, Any]:
    """One complaint of pydantic's in our words: where it is, a code for programs, a sentence.

    `pointer` is a JSON pointer (RFC 6901) into the part of the request that `in` names.
    """
    part, *path = map(str, found["loc"])
    kind, context = found["type"], found.get("ctx", {})
    code, said = SAID.get(kind, ("malformed", _l("This cannot be read.")))
    if kind == "json_invalid":
        path = []
    bounds = {
        key: context[key] for key in ("ge", "le", "max_length", "min_length") if key in context
    }
    return {
        "in": part,
        "pointer": "#" + "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in path),
        "code": code,
        "detail": str(said) % {"bound": next(iter(bounds.values()), "")},
    }
