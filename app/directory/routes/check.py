"""The check: is this account a member's?"""

from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.directory.queries import check as answer
from app.directory.routes.addresses import addresses
from app.web import ratelimit
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter()

CHECKS_A_MINUTE = 60


async def _seldom(request: Request) -> None:
    """Slow down whoever checks one account after another; the empty form is free."""
    if request.query_params.get("q", "").strip():
        await ratelimit.limit(request, "check", CHECKS_A_MINUTE, 60)


@router.get("/check", dependencies=[Depends(_seldom)])
async def check(request: Request, session: ReadSession, q: str = "") -> Response:
    """Is this link, handle or number a member's? What is asked is not kept anywhere."""
    found = await answer.check(session, q) if q.strip() else None
    return page(
        request,
        "check/check.html",
        answer=found,
        q="".join(c for c in q if c.isprintable()),
        **addresses(request, f"/check?q={quote(q)}" if found else "/check"),
    )
