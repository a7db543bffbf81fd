"""The check: one account, or many at once."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.config import settings
from app.core.db import database
from app.directory.api import reading, shapes
from app.directory.api.answers import answer
from app.directory.api.asked import CheckQuery, Lines, ManyQuery
from app.directory.api.bodies import JsonRoute
from app.directory.api.described import PREFIX, described
from app.directory.many import wording
from app.directory.many.answering import answered
from app.directory.queries import check as checking
from app.directory.queries.check import Answer, Held, Like, Verdict
from app.directory.queries.lines import ChannelLine, state_name
from app.directory.search import live
from app.web import openly

router = APIRouter(prefix=PREFIX, tags=["check"], route_class=JsonRoute)
A_UNIT = 10  # lines that count as one request


@router.get("/check", **described("check", 422))
async def check(request: Request, asked: CheckQuery) -> Response:
    """Check one link, handle or member number: is it a member's, and in good standing?

    What is asked is not kept anywhere.
    """
    async with database().read() as session:
        found = await checking.check(session, asked.q, live().skeletons)
    return answer(request, _told(asked.q, found).model_dump_json())


@router.post("/check", **described("check_many", 413, 415, 422))
async def check_many(request: Request, lines: Lines, _asked: ManyQuery) -> Response:
    """Check many accounts, 1,000 at most; the answers are in the same order.

    Ten lines count as one request. Nothing is kept, and nothing is changed.
    """
    units = -(-len(lines.lines) // A_UNIT)
    if units > 1:  # the first is counted like that of every request
        await openly.spend(request, units - 1)
    found = await answered(enumerate(lines.lines))
    checks = [_told(g, line.answer) for g, line in zip(lines.lines, found, strict=True)]
    told = shapes.Checks(checks=checks)
    return Response(told.model_dump_json(), media_type="application/json")


def _told(given: str, found: Answer) -> shapes.Check:
    verdict = found.verdict
    return shapes.Check(
        given=given,
        verdict=shapes.Term(code=verdict.value, name=wording.word(verdict)),
        meaning=wording.meaning(verdict),
        detail=wording.detail(found),
        read_as=found.shown,
        members=[] if found.likes else [_holder(held) for held in found.people],
        look_alikes=[_likeness(like) for like in found.likes],
        url=settings().base_url + found.address,
    )


def _likeness(like: Like) -> shapes.Likeness:
    return shapes.Likeness(
        member=_holder(like.held),
        by_name=like.by_name,
        asked="".join(part.text for part in like.difference.asked),
        real="".join(part.text for part in like.difference.real),
        differences=list(like.difference.notes),
    )


def _holder(held: Held) -> shapes.Holder:
    member = held.member
    return shapes.Holder(
        number=member.number,
        name=member.stage_name,
        url=reading.profile_url(member.number),
        standing=reading.standing(member.standing),
        standing_since=member.standing_since,
        verified_since=member.joined_at,
        channels=[_proof(member.number, channel) for channel in held.channels],
        last_seen_at=held.seen_at,
    )


def _proof(number: str, channel: ChannelLine) -> shapes.Proof:
    evidence = channel.evidence(number)
    return shapes.Proof(
        platform=shapes.Term(code=channel.platform, name=channel.platform_name),
        handle=channel.shown,
        url=channel.url,
        proof=channel.how,
        proven_at=channel.since,
        proven_until=channel.until,
        state=shapes.Term(code=channel.proof, name=state_name(channel.proof)),
        state_since=channel.state_since,
        evidence=settings().base_url + evidence if evidence else None,
    )


def verdicts() -> list[dict[str, Any]]:
    """Every code of an answer with its words, for the page of the API."""
    return [
        {"code": one.value, "name": wording.word(one), "meaning": wording.meaning(one)}
        for one in Verdict
    ]
