"""The front door."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.config import settings
from app.core.errors import Missing
from app.directory import rendering
from app.directory.queries import front
from app.web.caching import kept
from app.web.pages import localised, page

router = APIRouter()


@router.get("/")
async def home(request: Request) -> Response:
    """What the alliance is, with the check box."""
    context: dict[str, Any] = {
        "front": await front.front(),
        "rendering": rendering,
        "prefix": localised(request, "/").rstrip("/"),
    }
    return kept(request, page(request, "home/index.html", **context))


@router.get("/styleguide")
async def styleguide(request: Request) -> Response:
    """Every component in every state, for those who write pages; in the demonstration only."""
    if not settings().demo:
        raise Missing
    return page(request, "home/styleguide.html")
