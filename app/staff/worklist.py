"""The work that waits, and all applications: lists of links to the one page of each."""

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications.policy import moves, reviewing
from app.applications.queries import queue
from app.channels import queries as channels
from app.channels.queries import disputes, jumps
from app.core.reference import reference
from app.core.text import vietnamese_sort_key
from app.core.viewer import Viewer
from app.staff import words
from app.staff.access import Reader
from app.staff.policy import ALL, WORK, Question
from app.web.deps import ReadSession, Staff
from app.web.pages import page

router = APIRouter()


@router.get("/staff")
async def work(request: Request, session: ReadSession, viewer: Staff) -> Response:
    """What waits for the alliance, oldest promise first; for other hats, the way to their pages."""
    if not reviewing.may_read(viewer):
        return page(request, "staff/welcome.html")
    waiting = await channels.waiting_for_staff(session, viewer.own_id)
    disputed = await disputes.count_open(session, viewer.own_id)
    flagged = await jumps.count_flagged(session, viewer.own_id)
    return await _list(
        request,
        session,
        viewer,
        WORK,
        to_look_at=waiting.total,
        disputed=disputed,
        flagged=flagged,
    )


@router.get("/staff/applications")
async def applications(request: Request, session: ReadSession, viewer: Reader) -> Response:
    """Every application that was ever submitted, what moved last first."""
    return await _list(request, session, viewer, ALL)


async def _list(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    place: str,
    *,
    to_look_at: int = 0,
    disputed: int = 0,
    flagged: int = 0,
) -> Response:
    asked = Question.parse(place, request.query_params)
    found = await queue.queue(session, viewer.account_id, asked.filter, waiting_first=place == WORK)
    provinces = sorted(
        reference.provinces.values(), key=lambda one: vietnamese_sort_key(one.name())
    )
    return page(
        request,
        "staff/queue.html",
        asked=asked,
        found=found,
        is_work=place == WORK,
        to_look_at=to_look_at,
        disputed=disputed,
        flagged=flagged,
        status_names=moves.STATUS_NAMES,
        topics=[(topic.key, topic.name()) for topic in reference.topics.values()],
        provinces=[(province.key, province.name()) for province in provinces],
        patience=words.patience,
    )
