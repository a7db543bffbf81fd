"""The log for people: what it is and how it is, and one entry with a picture of its proof."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from app.core import clock
from app.core.config import settings
from app.core.errors import Missing, Unavailable
from app.core.i18n import format_number
from app.core.i18n import gettext as _
from app.trustlog import keys, refusals, wording
from app.trustlog.policy import growth, health, picture, places
from app.trustlog.policy.merkle import verify_consistency
from app.trustlog.queries import pages, tree
from app.trustlog.queries.tree import Entry, Published
from app.web.caching import kept
from app.web.deps import ReadSession
from app.web.pages import localised, page

router = APIRouter()
NEWEST = 12  # entries on the front page
LONGEST = 60  # characters of a number that somebody typed


@router.get("/log")
async def log(request: Request, session: ReadSession, entry: str = "") -> Response:
    """What the log is, how it is now, its newest entries, and the way to one of them."""
    published = await tree.latest(session)
    wrong, entry = "", " ".join(entry.split())
    if entry:
        place = places.typed(entry)
        if place is not None and published is not None and place < published.size:
            return RedirectResponse(localised(request, f"/log/{place}"), status_code=303)
        wrong = _out_of_bounds(published)
    now = clock.now()
    shown = page(
        request,
        "log/index.html",
        typed=entry if len(entry) <= LONGEST else "",
        wrong=wrong,
        published=published,
        said=wording.said,
        vkeys=keys.vkeys(),
        origin=settings().log_name,
        **await _state(session, published, now),
    )
    return kept(request, shown)


async def _state(
    session: AsyncSession, published: Published | None, now: datetime
) -> dict[str, Any]:
    """How the log is, and what the page shows of it."""
    size = published.size if published else 0
    waiting = await pages.waiting(session, size)
    refusal = await refusals.refusal(session)
    before = await pages.head_before(session, now - timedelta(days=1))
    return {
        "health": health.of(
            has_keys=bool(keys.vkeys()),
            refuses=refusal is not None,
            size=size,
            waiting_since=waiting.since,
            now=now,
        ),
        "waiting": waiting,
        "refusal": refusal,
        "why": wording.why(refusal.because) if refusal else "",
        "newest": await pages.newest(session, size, NEWEST),
        "witnessed": await pages.witnessed(session),
        "before": before,
        "consistent": await _consistent(session, before, published),
    }


async def _consistent(
    session: AsyncSession, before: pages.Head | None, published: Published | None
) -> bool | None:
    """Whether the tree of a day ago is the beginning of today's, worked out now; None without."""
    if before is None or published is None or not 0 < before.size <= published.size:
        return None
    path = await tree.consistency(session, before.size, published.size)
    return verify_consistency(before.size, before.root, published.size, published.root, path)


def _out_of_bounds(published: Published | None) -> str:
    if published is None or not published.size:
        return _("Nothing has been published yet, so there is no entry to open.")
    last = format_number(published.size - 1)
    return _("Type the number of an entry: from 0 to %(last)s.", last=last)


@router.get("/log/{index}")
async def entry(request: Request, index: str, session: ReadSession) -> Response:
    """One entry: its words, its JSON, and how its proof works, drawn and to be computed."""
    place = places.read(index)
    if place is None:
        raise Missing
    published = await tree.latest(session)
    if published is None or place >= published.size:
        raise Missing(_out_of_bounds(published))
    found = await tree.by_index(session, place)
    if found is None:
        raise Missing
    steps = await _steps(session, found, published.size)
    made = steps[-1].made if steps else found.leaf_hash
    shown = page(
        request,
        "log/entry.html",
        entry=found,
        published=published,
        words=wording.said(found.kind),
        readable=wording.readable(found.body),
        steps=steps,
        drawn=picture.drawn(found.leaf_hash, steps),
        same=made == published.root,
    )
    return kept(request, shown)


async def _steps(session: AsyncSession, entry: Entry, size: int) -> tuple[picture.Step, ...]:
    try:
        path = await tree.inclusion(session, entry.index, size)
    except growth.Broken as broken:
        raise Unavailable(_("The files of the log do not fit together. Nothing is shown of it until the alliance has looked.")) from broken  # fmt: skip # noqa: E501
    return picture.steps(entry.index, size, entry.leaf_hash, path)
