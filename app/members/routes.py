"""What members do with their own membership."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.members import policy, queries, service
from app.members.models import Party, Standing
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.pages import page, see_other

router = APIRouter()


@router.get("/members/me/leave")
async def ask_leave(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """Say what leaving means, and ask."""
    assert viewer.account_id is not None  # noqa: S101 - SignedIn
    member = await queries.member_of(session, viewer.account_id)
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
