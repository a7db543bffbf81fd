"""The check in pages of others: in a frame, knowing nobody (`web.framed` sees to that)."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.core.config import settings
from app.core.errors import TooMany
from app.directory import numbers, recognition
from app.directory.queries import check as answers
from app.directory.queries.check import Answer
from app.directory.routes.addresses import addresses
from app.directory.routes.check import allowance
from app.directory.search import live
from app.web import headers, ratelimit
from app.web.caching import kept, kept_by_version
from app.web.deps import ReadSession
from app.web.pages import localised, page

router = APIRouter()


@router.get("/embed/check")
async def check(request: Request, session: ReadSession, q: str = "") -> Response:
    """The form, and the answer below it."""
    answer, busy = await _answer(request, session, q) if q.strip() else (None, 0)
    shown = _framed(request, "embed/check.html", answer, busy, q=recognition.shown(q))
    return shown if busy else kept(request, shown)


@router.get("/embed/check/badge")
async def badge(request: Request, session: ReadSession, q: str = "") -> Response:
    """One account or number, the size of a badge; of a number all is known by its version."""
    number = recognition.read(q).number
    version = await numbers.version(number) if number else None
    if version and (same := kept_by_version(request, version)):
        return same
    answer, busy = await _answer(request, session, q)
    shown = _framed(request, "embed/badge.html", answer, busy)
    return shown if busy else kept(request, shown, version=version)


async def _answer(request: Request, session: AsyncSession, q: str) -> tuple[Answer | None, int]:
    """The answer, or for how many seconds there is none for whoever asks too often."""
    try:
        await ratelimit.ration(request, allowance())
    except TooMany as refused:
        return None, refused.retry_after
    return await answers.check(session, q, live().skeletons), 0


def _framed(
    request: Request, template: str, answer: Answer | None, busy: int, **given: Any
) -> Response:
    return page(
        request,
        template,
        status=429 if busy else 200,
        headers={"Retry-After": str(busy)} if busy else None,
        answer=answer,
        busy=busy,
        **given,
        **addresses(request, answer.address if answer else "/check"),
    )


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
