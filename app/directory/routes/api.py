"""The directory and the check for programs, and the page that explains them to people."""

import json
from functools import lru_cache

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.core import clock
from app.directory.api import asked, changes, check, members
from app.directory.api.answers import answer
from app.directory.api.asked import each_once
from app.directory.api.described import PREFIX
from app.directory.api.description import description
from app.directory.policy import PER_PAGE
from app.directory.routes.addresses import addresses
from app.web import openly, problems
from app.web.caching import kept
from app.web.pages import page

_operations = APIRouter(dependencies=[Depends(each_once)])
for _part in (members, check, changes):
    _operations.include_router(_part.router)
router = APIRouter()
router.include_router(_operations)


@router.get(f"{PREFIX}/openapi.json")
async def openapi(request: Request) -> Response:
    """The description of all operations (OpenAPI 3.1)."""
    return answer(request, _described(clock.today().year))


@lru_cache(maxsize=1)
def _described(_year: int) -> str:
    """The description as JSON; a new year is a new value of `since`."""
    return json.dumps(description(_operations), ensure_ascii=False)


@router.get("/api")
async def about(request: Request) -> Response:
    """What the API is for, its limits, examples to copy, and what each problem means."""
    shown = page(
        request,
        "api/index.html",
        policy=openly.policy(),
        most=asked.MOST_MEMBERS,
        usual=PER_PAGE,
        lines=asked.MOST_LINES,
        a_unit=check.A_UNIT,
        verdicts=check.verdicts(),
        problems=problems.KINDS,
        **addresses(request, "/api"),
    )
    return kept(request, shown)
