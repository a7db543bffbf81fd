"""Members: many by a question, one by number."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from app.core.db import database
from app.directory import numbers
from app.directory.api import reading
from app.directory.api.answers import answer, with_parameter
from app.directory.api.asked import MemberQuery, MembersQuery, refused
from app.directory.api.described import PREFIX, described
from app.directory.policy import FILTERS, label, vocabulary
from app.directory.search import Found, UnknownCursor, live
from app.members.policy import serial_of
from app.web.caching import kept_by_version
from app.web.pages import localised

router = APIRouter(prefix=PREFIX, tags=["members"])
Number = Annotated[
    str, Path(description="A member number.", examples=["DTA-26-00001-0"], max_length=100)
]


@router.get("/members", **described("members", 422))
async def members(request: Request, asked: MembersQuery) -> Response:
    """List members who fit a question, a page at a time.

    The question is that of the directory's page: between filters all must hold, inside one either.
    Members who do not change while you follow `next` are told exactly once.
    """
    try:
        found = await live().found(asked.query(), after=asked.after, size=asked.limit)
    except UnknownCursor as unknown:
        raise refused("after", "unknown_cursor") from unknown
    people = await reading.told({hit.serial: hit.version for hit in found.hits})
    told = ",".join(people[hit.serial] for hit in found.hits if hit.serial in people)
    rest = {
        "next": found.after or None,
        "total": found.total if asked.facets else None,
        "facets": _facets(found) if asked.facets else None,
    }
    body = f'{{"members":[{told}],{json.dumps(rest, ensure_ascii=False)[1:]}'
    after = with_parameter(request, "after", found.after) if found.after else ""
    return answer(request, body, next_=after)


def _facets(found: Found) -> dict[str, list[dict[str, object]]]:
    """The counts beside every value that somebody has."""
    return {
        name: [
            {"code": value, "name": label(name, value), "count": found.counts[name][value]}
            for value in vocabulary(name)
            if value in found.counts[name]
        ]
        for name in FILTERS
    }


@router.get("/members/{number}", **described("member", 308, 404, 422))
async def member(request: Request, number: Number, _asked: MemberQuery) -> Response:
    """Read one member, whatever their standing: a number once given is answered for ever.

    A number written otherwise (`dta 26 00001 4`) leads to its canonical form.
    """
    canonical = numbers.canonical(number)
    if number != canonical:
        query = f"?{request.url.query}" if request.url.query else ""
        there = localised(request, f"{PREFIX}/members/{canonical}")
        return RedirectResponse(there + query, status_code=308)
    version = await live().version(serial_of(canonical))
    tagged = ("api", canonical, live().life, version)
    if version is not None and (same := kept_by_version(request, tagged)):
        return same
    async with database().read() as session:
        found = await reading.profile(session, canonical)
    if found is None:
        raise numbers.nobody(canonical)
    return answer(request, found.model_dump_json(), version=tagged if version else None)
