"""Feeds of new members, of changes of standing, and of those who answer a question."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.core.db import database
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.directory import feeds, wording
from app.directory.feeds import Feed
from app.directory.policy import Query as Question
from app.directory.policy import Sort, pages
from app.directory.queries.feeds import NOTHING_YET, Entry, moves, newcomers, those
from app.directory.search import live
from app.members.policy import parse_number
from app.web.caching import kept
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter()
Before = Annotated[str, Query(max_length=60)]


@router.get("/feeds/members.atom")
async def members(request: Request, session: ReadSession, before: Before = "") -> Response:
    """Members in good standing, who joined last first."""
    number = parse_number(before) if before else ""
    if number is None:
        raise Missing
    found = await newcomers(session, number)
    feed = Feed(
        key="feeds/newcomers",
        title=_("New members of the Digital Trust Alliance"),
        subtitle=_("Who has joined, newest first. Each page says what is true today."),
        path="/feeds/members.atom",
        page="/members",
        query=f"?before={number}" if number else "",
        parts=_behind(found.after),
    )
    return _answer(request, feed, found.entries)


@router.get("/feeds/standings.atom")
async def standings(request: Request, session: ReadSession, before: Before = "") -> Response:
    """Changes of standing, newest first."""
    try:
        last = UUID(before) if before else None
    except ValueError as wrong:
        raise Missing from wrong
    found = await moves(session, last)
    feed = Feed(
        key="feeds/standings",
        title=_("Changes of standing in the Digital Trust Alliance"),
        subtitle=_("Suspensions, expulsions, ends and returns of members, newest first."),
        path="/feeds/standings.atom",
        page="/members",
        query=f"?before={last}" if last else "",
        parts=_behind(found.after),
    )
    return _answer(request, feed, found.entries)


def _behind(after: str) -> dict[str, str]:
    return {"next": f"?before={after}"} if after else {}


@router.get("/members.atom")
async def answers(request: Request) -> Response:
    """Members who answer a question to the directory, asked as the directory is; newest first."""
    given = Question.read(request.url.query)
    asked = given.sorted_by(Sort.NEWEST)
    found = await live().found(asked.on_page(given.page))
    question = asked.on_page(found.page)
    async with database().read() as session:
        entries = await those(session, [hit.serial for hit in found.hits])
    last = pages(found.total)
    ways = {"first": 1, "previous": found.page - 1, "next": found.page + 1, "last": last}
    feed = Feed(
        key=f"feeds{asked.address()}",
        title=wording.heading(question),
        subtitle=_("Members who answer this question to the directory, newest first."),
        path="/members.atom",
        page=question.address(),
        query=_query_of(question),
        parts={
            rel: _query_of(question.on_page(n))
            for rel, n in ways.items()
            if 1 <= n <= last and last > 1
        },
    )
    return _answer(request, feed, entries)


def _query_of(question: Question) -> str:
    address = question.address()
    return address[address.index("?") :] if "?" in address else ""


def _answer(request: Request, feed: Feed, entries: tuple[Entry, ...]) -> Response:
    shown = page(
        request,
        "feeds/feed.xml",
        feed=feed,
        entries=entries,
        updated=max((entry.updated for entry in entries), default=NOTHING_YET),
    )
    shown.headers["Content-Type"] = f"{feeds.MEDIA_TYPE}; charset=utf-8"
    return kept(request, shown)
