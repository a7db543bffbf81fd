"""The API's own description (OpenAPI 3.1), made from its routes."""

from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from app.core.config import settings
from app.directory.api import shapes

TITLE = "Digital Trust Alliance: directory and check"
VERSION = "1.0.0"
ABOUT = """\
Who is a member of Vietnam's Digital Trust Alliance, in which standing, with which proven channels;
and whether an account is a member's. The same data as on the public pages, for everybody, without
a key.

- **Limits** are by address; every answer tells them in `RateLimit-Policy` and `RateLimit`. Over
  them the answer is 429 with `Retry-After`.
- **Errors** are problem documents (RFC 9457). A parameter or value that does not exist is refused.
- **Keeping**: answers carry an `ETag`; asking again with `If-None-Match` costs next to nothing.
- **Words** are in the language of `lang` or `Accept-Language`; codes stay whatever the language.
- **Stability**: within v1 fields are added, never renamed or taken away.
"""
TAGS = [
    {"name": "members", "description": "The directory."},
    {"name": "check", "description": "Is this account a member's?"},
    {"name": "changes", "description": "For those who keep a copy."},
]


def description(router: APIRouter) -> dict[str, Any]:
    """The description of the operations of `router`."""
    found = get_openapi(
        title=TITLE,
        version=VERSION,
        openapi_version="3.1.0",
        description=ABOUT,
        routes=router.routes,
        tags=TAGS,
        servers=[{"url": settings().base_url}],
    )
    schemas = found["components"]["schemas"]
    for gone in ("HTTPValidationError", "ValidationError"):  # FastAPI's own; ours are problems
        schemas.pop(gone, None)
    problem = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    found["info"]["contact"] = {"email": settings().contact}
    return dict(found)
