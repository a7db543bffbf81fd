"""What membership means, for anyone."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.applications.models import Status
from app.applications.policy import deadlines, moves
from app.core.reference import reference
from app.web.pages import page

router = APIRouter()


@router.get("/membership")
async def membership(request: Request) -> Response:
    """What is asked, how long it takes, what happens with personal data."""
    return page(
        request,
        "applications/membership.html",
        promise_days=deadlines.PROMISE_DAYS,
        draft_days=deadlines.LIVES[Status.DRAFT].days,
        answer_days=deadlines.LIVES[Status.INFO_REQUESTED].days,
        reapply_days=moves.REAPPLY_DAYS,
        assessment=reference.assessment,
    )
