"""What the description (OpenAPI) says of each operation besides its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.directory.api import examples, shapes
from app.web.problems import MEDIA_TYPE

PREFIX = "/api/v1"
LIMITS = {
    "RateLimit-Policy": "How much one address may ask for in how many seconds: `q` in `w`.",
    "RateLimit": "How much is left (`r`), and in how many seconds there is more (`t`).",
}
CACHED = {
    "ETag": "Send it back in `If-None-Match`: 304 says that nothing has changed.",
    "Cache-Control": "How long it may be kept.",
}
NEXT = {"Link": "The next page, as `rel=next`."}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in a few words, with what it answers when all is well."""

    summary: str
    shape: type[shapes.Shape]
    example: dict[str, Any]
    headers: Mapping[str, str]


OPERATIONS: Mapping[str, Operation] = {
    "members": Operation("Find members", shapes.MembersPage, examples.MEMBERS, {**CACHED, **NEXT}),
    "member": Operation("Read one member", shapes.Profile, examples.PROFILE, CACHED),
    "check": Operation("Check one account", shapes.Check, examples.CHECK, CACHED),
    "check_many": Operation("Check many accounts", shapes.Checks, examples.CHECKS, {}),
    "changes": Operation(
        "Keep a copy up to date", shapes.ChangesPage, examples.CHANGES, {**CACHED, **NEXT}
    ),
}
ALWAYS = (429, 500, 503)


def described(name: str, *refusals: int) -> dict[str, Any]:
    """The arguments of a route's decorator.

    Args:
        name: the operation's, which stays: clients are generated from it.
        refusals: the statuses of problems that this operation may answer with.
    """
    operation = OPERATIONS[name]
    responses: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "The answer.",
            "headers": _headers({**LIMITS, **operation.headers}),
            "content": {"application/json": {"example": operation.example}},
        }
    }
    if operation.headers:
        responses[304] = {"description": "You have it already.", "headers": _headers(LIMITS)}
    for status in sorted({*refusals, *ALWAYS}):
        responses[status] = REDIRECTED if status < 400 else _problem(status)  # noqa: PLR2004
    return {
        "operation_id": name,
        "summary": operation.summary,
        "response_model": operation.shape,
        "responses": responses,
    }


REDIRECTED = {
    "description": "The canonical form of the number is elsewhere.",
    "headers": {"Location": {"schema": {"type": "string"}, "description": "Where."}},
}


def _problem(status: int) -> dict[str, Any]:
    headers = dict(LIMITS)
    if status in (429, 503):
        headers["Retry-After"] = "The seconds after which to ask again."
    return {
        "description": examples.problem(status)["title"],
        "headers": _headers(headers),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": examples.problem(status),
            }
        },
    }


def _headers(said: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {"description": text, "schema": {"type": "string"}} for name, text in said.items()
    }
