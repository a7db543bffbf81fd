"""The front door."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.config import settings
from app.core.errors import Missing
from app.directory.queries import front
from app.web.caching import kept
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter()


@router.get("/")
async def home(request: Request, session: ReadSession) -> Response:
    """What the alliance is, with the check box."""
    return kept(
        request,
        page(
            request,
            "home/index.html",
            figures=await front.figures(session),
            recent=await front.recent(session),
        ),
    )


@router.get("/styleguide")
async def styleguide(request: Request) -> Response:
    """Every component in every state, for those who write pages; in the demonstration only."""
    if not settings().demo:
        raise Missing
    return page(request, "home/styleguide.html")
