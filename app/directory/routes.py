"""Public pages: the front door, the directory, a member's profile, the check."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.core import i18n
from app.core.config import settings
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.directory import site, wording
from app.directory.policy import Query
from app.directory.queries import answer, front, profile, results
from app.members.policy import parse_number
from app.web import ratelimit
from app.web.caching import kept
from app.web.deps import CurrentViewer, ReadSession
from app.web.pages import localised, page

router = APIRouter()
router.include_router(site.router)

CHECKS_A_MINUTE = 60


def addresses(request: Request, address: str) -> dict[str, Any]:
    """The one address of a page in this language, and those in the others.

    Args:
        address: canonical, without a language, and not the front door.
    """
    base = settings().base_url
    return {
        "canonical": base + localised(request, address),
        "undecided": base + address,
        "alternates": {locale: f"/{locale}{address}" for locale in i18n.LOCALES},
    }


@router.get("/")
async def home(request: Request, session: ReadSession) -> Response:
    """What the alliance is, with the check box."""
    return kept(
        request,
        page(
            request,
            "home/index.html",
            figures=await front.figures(session),
            recent=await front.recent(session),
        ),
    )


@router.get("/members")
async def directory(request: Request, session: ReadSession) -> Response:
    """The members who fit; htmx takes the results out of the same page."""
    found = await results.results(session, Query.parse(_pairs(request.url.query)))
    query = found.query
    context: dict[str, Any] = {
        "results": found,
        "query": query,
        "wording": wording,
        **addresses(request, query.address()),
    }
    shown = page(request, "directory/index.html", headers=_history(request, query), **context)
    return kept(request, shown)


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, max_num_fields=None, errors="replace")


def _history(request: Request, query: Query) -> Mapping[str, str]:
    """What htmx writes into the address bar: a new entry for a choice, none for each word typed."""
    if "hx-request" not in request.headers:
        return {}
    before = Query.parse(_pairs(urlsplit(request.headers.get("hx-current-url", "")).query))
    only_typed = before.q != query.q and before.without("q") == query.without("q")
    name = "HX-Replace-Url" if only_typed else "HX-Push-Url"
    return {name: localised(request, query.address())}


@router.get("/members/{number}")
async def member(
    request: Request, session: ReadSession, viewer: CurrentViewer, number: str
) -> Response:
    """A member's public page. Somebody no longer a member keeps theirs (200): it says so."""
    canonical = parse_number(number)
    if canonical is None:
        raise Missing(_("This is not a member number. Check how it is written."))
    address = f"/members/{canonical}"
    if number != canonical:
        return RedirectResponse(localised(request, address), status_code=301)
    found = await profile.profile(session, viewer, canonical)
    if found is None:
        raise Missing(_("No member has the number %(number)s.", number=canonical))
    places = addresses(request, address)
    shown = page(
        request,
        "directory/member.html",
        profile=found,
        structured=profile.structured(found, places["canonical"]),
        **places,
    )
    return kept(request, shown)


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
        "directory/check.html",
        answer=found,
        q="".join(c for c in q if c.isprintable()),
        **addresses(request, f"/check?q={quote(q)}" if found else "/check"),
    )


@router.get("/styleguide")
async def styleguide(request: Request) -> Response:
    """Every component in every state, for those who write pages; in the demonstration only."""
    if not settings().demo:
        raise Missing
    return page(request, "home/styleguide.html")
