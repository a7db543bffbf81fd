"""All members with their standing, for administrators."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.core.text import tidy
from app.members.models import Standing
from app.staff import queries
from app.staff.access import Administrator
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter(prefix="/staff/members")


@router.get("")
async def members(
    request: Request,
    session: ReadSession,
    _viewer: Administrator,
    q: Annotated[str, Query(max_length=200)] = "",
    standing: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Members by name or number, of any standing or one."""
    chosen = Standing(standing) if standing in set(Standing) else None
    words = tidy(q)
    return page(
        request,
        "staff/members.html",
        q=words,
        chosen=chosen,
        found=await queries.members(session, words, chosen, number),
        standings=tuple(Standing),
        address=_address,
    )


def _address(words: str, standing: Standing | None, number: int | str = 1) -> str:
    """The address of one view of the list."""
    pairs = [("q", words)] if words else []
    if standing is not None:
        pairs.append(("standing", standing.value))
    query = urlencode(pairs) + (f"{'&' if pairs else ''}page={number}" if number != 1 else "")
    return "/staff/members" + (f"?{query}" if query else "")
