"""A member's public page."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.db import database
from app.directory import numbers
from app.directory.profile import picture
from app.directory.profile.structured import structured
from app.directory.queries import profile
from app.directory.routes.addresses import addresses
from app.web.caching import kept, kept_by_version
from app.web.deps import CurrentViewer
from app.web.pages import page

router = APIRouter()


@router.get("/members/{number}")
async def member(request: Request, viewer: CurrentViewer, number: str) -> Response:
    """A member's public page. Somebody no longer a member keeps theirs (200): it says so."""
    if there := numbers.elsewhere(request, number):
        return there
    version = await numbers.version(number)
    if version and (same := kept_by_version(request, version)):
        return same
    async with database().read() as session:
        found = await profile.profile(session, viewer, number)
    if found is None:
        raise numbers.nobody(number)
    places = addresses(request, f"/members/{number}")
    shown = page(
        request,
        "profile/member.html",
        profile=found,
        structured=structured(found, places["canonical"]),
        picture_mark=picture.mark(picture.shown(found.member)),
        **places,
    )
    return kept(request, shown, version=version)
