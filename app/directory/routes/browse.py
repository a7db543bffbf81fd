"""The directory: who fits what was asked."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.directory import rendering, wording
from app.directory.policy import Query
from app.directory.queries import results, suggestions
from app.directory.routes.addresses import addresses
from app.web.caching import kept
from app.web.pages import localised, page

router = APIRouter()


@router.get("/members")
async def directory(request: Request) -> Response:
    """The members who fit; htmx takes the results out of the same page."""
    found = await results.results(Query.read(request.url.query))
    query = found.query
    context: dict[str, Any] = {
        "results": found,
        "query": query,
        "wording": wording,
        "rendering": rendering,
        "prefix": localised(request, "/").rstrip("/"),
        **addresses(request, query.address()),
    }
    shown = page(request, "directory/index.html", headers=_history(request, query), **context)
    return kept(request, shown)


@router.get("/members/suggest")
async def suggest(request: Request) -> Response:
    """Ways to complete what is being typed, for the list below the box."""
    found = await suggestions.offers(Query.read(request.url.query))
    headers = {"X-Robots-Tag": "noindex"}
    return kept(
        request, page(request, "directory/_suggestions.html", headers=headers, offers=found)
    )


@router.get("/members/how")
async def how(request: Request) -> Response:
    """How the list is found, counted and ordered, in plain words."""
    return kept(request, page(request, "directory/how.html", **addresses(request, "/members/how")))


def _history(request: Request, query: Query) -> Mapping[str, str]:
    """What htmx writes into the address bar: a new entry for a choice, none for each word typed."""
    if "hx-request" not in request.headers:
        return {}
    before = Query.read(urlsplit(request.headers.get("hx-current-url", "")).query)
    only_typed = before.q != query.q and before.without("q") == query.without("q")
    name = "HX-Replace-Url" if only_typed or before == query else "HX-Push-Url"
    return {name: localised(request, query.address())}
