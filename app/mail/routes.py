"""The post of the demonstration: what the portal has sent. Exists only there."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.core.errors import Missing
from app.mail import queries
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter(prefix="/demo/mail")
PER_PAGE = 50
PageNumber = Annotated[int, Query(alias="page", ge=1, le=10_000)]


@router.get("")
async def inbox(request: Request, session: ReadSession, number: PageNumber = 1) -> Response:
    """All letters, newest first."""
    rows, total = await queries.latest(session, number, PER_PAGE)
    return page(
        request, "mail/inbox.html", rows=rows, total=total, number=number, per_page=PER_PAGE
    )


@router.get("/{mail_id}")
async def letter(request: Request, session: ReadSession, mail_id: UUID) -> Response:
    """One letter as its reader got it."""
    found = await queries.one(session, mail_id)
    if found is None:
        raise Missing
    return page(request, "mail/letter.html", mail=found)
