"""The check in pages of others: in a frame, knowing nobody (`web.framed` sees to that)."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.config import settings
from app.core.errors import TooMany
from app.directory import numbers, recognition
from app.directory.queries import check as answers
from app.directory.routes.addresses import addresses
from app.directory.routes.check import allowance
from app.web import headers, ratelimit
from app.web.caching import kept, kept_by_version
from app.web.deps import ReadSession
from app.web.pages import localised, page

router = APIRouter()


@router.get("/embed/check")
async def check(request: Request, session: ReadSession, q: str = "") -> Response:
    """The form, and the answer below it."""
    answer, busy = None, 0
    if q.strip():
        try:
            await ratelimit.ration(request, allowance())
            answer = await answers.check(session, q)
        except TooMany as refused:
            busy = refused.retry_after
    shown = page(
        request,
        "embed/check.html",
        status=429 if busy else 200,
        headers={"Retry-After": str(busy)} if busy else None,
        answer=answer,
        busy=busy,
        q=recognition.shown(q),
        **addresses(request, answer.address if answer else "/check"),
    )
    return shown if busy else kept(request, shown)


@router.get("/embed/check/badge")
async def badge(request: Request, session: ReadSession, q: str = "") -> Response:
    """One account or number, the size of a badge; of a number all is known by its version."""
    number = recognition.read(q).number
    version = await numbers.version(number) if number else None
    if version and (same := kept_by_version(request, version)):
        return same
    answer = await answers.check(session, q)
    shown = page(request, "embed/badge.html", answer=answer, **addresses(request, answer.address))
    return kept(request, shown, version=version)


@router.get("/check/embed")
async def about(request: Request, q: str = "") -> Response:
    """How to put either into a page: lines to copy, with what they show."""
    base = settings().base_url
    place = base + localised(request, "/embed/check")
    shown = page(
        request,
        "embed/about.html",
        headers={"Content-Security-Policy": f"{headers.POLICY}; frame-src 'self'"},
        check=place,
        badge=f"{place}/badge?q={quote(recognition.shown(q), safe='@:/')}" if q.strip() else "",
        q=recognition.shown(q),
        **addresses(request, "/check/embed"),
    )
    return kept(request, shown)
