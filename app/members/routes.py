"""What members do with their own membership, and the portraits that the public sees."""

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core import pictures
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.storage import storage
from app.members import policy, queries, service
from app.members.models import Party, Standing
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.pages import page, see_other

router = APIRouter()
A_DAY = "public, max-age=86400, immutable"  # a new portrait has a new address


@router.get("/portraits/{portrait_id}/{size}.webp")
async def portrait(
    session: ReadSession, portrait_id: str, size: Literal["card", "profile"]
) -> Response:
    """The portrait of a member; nobody else's is public."""
    key = f"portraits/{portrait_id}"
    data = None
    if await queries.shows_portrait(session, key):
        data = await storage().get(pictures.file(key, size))
    if data is None:
        raise Missing
    return Response(data, media_type=pictures.MEDIA_TYPE, headers={"Cache-Control": A_DAY})


@router.get("/members/me/leave")
async def ask_leave(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """Say what leaving means, and ask."""
    member = await queries.member_of(session, viewer.own_id)
    if member is None:
        raise Missing(_("You are not a member."))
    may = Party.MEMBER in policy.MOVES.get((member.standing, Standing.LEFT), frozenset())
    if not may:
        return see_other(request, f"/members/{member.number}")
    return page(request, "members/leave.html", member=member)


@router.post("/members/me/leave")
async def leave(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """End one's own membership."""
    member = await service.leave(session, viewer)
    flash(request, _("You have left the alliance. Your page says so from now on."))
    return see_other(request, f"/members/{member.number}")
