"""The post of the demonstration: what the portal has sent. Exists only there."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.core.config import settings
from app.core.errors import Missing
from app.core.text import tidy
from app.mail import queries
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter(prefix="/demo/mail")
PER_PAGE = 50
PageNumber = Annotated[int, Query(alias="page", ge=1, le=10_000)]
Words = Annotated[str, Query(alias="q", max_length=200)]


@router.get("")
async def inbox(
    request: Request, session: ReadSession, number: PageNumber = 1, given: Words = ""
) -> Response:
    """All letters, or those whose address or subject holds some words; newest first."""
    words = tidy(given)
    rows, total = await queries.latest(session, number, PER_PAGE, words)
    return page(
        request,
        "mail/inbox.html",
        rows=rows,
        total=total,
        number=number,
        per_page=PER_PAGE,
        words=words,
    )


@router.get("/{mail_id}")
async def letter(request: Request, session: ReadSession, mail_id: UUID) -> Response:
    """One letter as its reader got it."""
    found = await queries.one(session, mail_id)
    if found is None:
        raise Missing
    return page(request, "mail/letter.html", mail=found, sender=settings().mail_from)
