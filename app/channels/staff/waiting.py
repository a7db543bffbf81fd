"""The staff's list of channels that wait for a look."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.channels import queries
from app.channels.policy import proofs as policy
from app.channels.queries import disputes, jumps, notices
from app.core.errors import NotAllowed
from app.core.viewer import Viewer
from app.web.deps import ReadSession, Staff
from app.web.pages import page

router = APIRouter()

Number = Annotated[int, Query(alias="page", ge=1, le=10_000)]


def check_hat(viewer: Viewer) -> None:
    """Let pass who may see the staff's lists of channels.

    Raises:
        NotAllowed: they wear no hat for it.
    """
    if not policy.may_see_evidence(viewer):
        raise NotAllowed("channels: not for this hat")


@router.get("/staff/channels")
async def waiting(
    request: Request, session: ReadSession, viewer: Staff, number: Number = 1
) -> Response:
    """The channels at which staff are to look, longest waiting first."""
    check_hat(viewer)
    found = await queries.waiting_for_staff(session, viewer.own_id, number)
    disputed = await disputes.count_open(session, viewer.own_id)
    flagged = await jumps.count_flagged(session, viewer.own_id)
    return page(
        request,
        "channels/staff_list.html",
        found=found,
        disputes=disputed,
        flagged=flagged,
        kept=await notices.waiting(session, viewer.own_id),
    )
