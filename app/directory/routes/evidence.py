"""How a member's channel was proven: the evidence, for whoever wants to see for themselves."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.directory import numbers
from app.directory.queries.evidence import evidence
from app.directory.routes.addresses import addresses
from app.web.caching import kept
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter()


@router.get("/members/{number}/channels/{channel_id}")
async def channel(
    request: Request, number: str, channel_id: UUID, session: ReadSession
) -> Response:
    """The method, the day, what was read and what became of it; nothing private.

    It changes with every look at the proof, which the member's version does not count: so its tag
    is that of what it says.
    """
    if there := numbers.elsewhere(request, number, f"/channels/{channel_id}"):
        return there
    found = await evidence(session, number, channel_id)
    if found is None:
        raise Missing(_("This member has proven no such channel, or has taken it off."))
    places = addresses(request, f"/members/{number}/channels/{channel_id}")
    return kept(request, page(request, "profile/channel.html", shown=found, **places))
