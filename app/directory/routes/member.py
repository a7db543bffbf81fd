"""A member's public page."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.directory.queries import profile
from app.directory.routes.addresses import addresses
from app.members.policy import parse_number
from app.web.caching import kept
from app.web.deps import CurrentViewer, ReadSession
from app.web.pages import localised, page

router = APIRouter()


@router.get("/members/{number}")
async def member(
    request: Request, session: ReadSession, viewer: CurrentViewer, number: str
) -> Response:
    """A member's public page. Somebody no longer a member keeps theirs (200): it says so."""
    canonical = parse_number(number)
    if canonical is None:
        raise Missing(_("This is not a member number. Check how it is written."))
    address = f"/members/{canonical}"
    if number != canonical:
        return RedirectResponse(localised(request, address), status_code=301)
    found = await profile.profile(session, viewer, canonical)
    if found is None:
        raise Missing(_("No member has the number %(number)s.", number=canonical))
    places = addresses(request, address)
    shown = page(
        request,
        "profile/member.html",
        profile=found,
        structured=profile.structured(found, places["canonical"]),
        **places,
    )
    return kept(request, shown)
