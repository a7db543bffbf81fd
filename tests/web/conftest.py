"""The portal with a few routes more, which do what tests of the web floor need."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request
from pydantic import Field
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import PlainTextResponse, Response

from app.core import errors
from app.main import make_app
from app.web.deps import CurrentViewer, ReadSession, SignedIn, Staff, WriteSession
from app.web.flash import flash
from app.web.forms import FormModel, Line, Paragraphs, read_form
from app.web.models import RateCounter
from app.web.pages import see_other
from app.web.ratelimit import limit
from app.web.sessions import client_address
from tests.portal import HEADERS, Portal

router = APIRouter(prefix="/test")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Note(FormModel):
    """A form with a bit of everything."""

    title: Annotated[Line, Field(min_length=2, max_length=40)]
    words: Paragraphs = ""
    tags: tuple[str, ...] = ()


class Why(StrEnum):
    """Each refusal of the portal."""

    NOT_ALLOWED = "not_allowed"
    MISSING = "missing"
    GONE = "gone"
    CONFLICT = "conflict"
    STALE = "stale"
    STALE_DATA = "stale_data"
    REFUSED = "refused"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    DATABASE_AWAY = "database_away"
    FAILURE = "failure"


WHYS: dict[Why, Exception] = {
    Why.NOT_ALLOWED: errors.NotAllowed("secret reasons"),
    Why.MISSING: errors.Missing(),
    Why.GONE: errors.Gone(),
    Why.CONFLICT: errors.Conflict("Somebody was faster."),
    Why.STALE: errors.Stale(changed={"Status": "Approved"}),
    Why.STALE_DATA: StaleDataError(),
    Why.REFUSED: errors.Refused("That is not possible today."),
    Why.TOO_MANY: errors.TooMany(75),
    Why.UNAVAILABLE: errors.Unavailable(),
    Why.DATABASE_AWAY: OperationalError("SELECT 1", {}, Exception("secret host")),
    Why.FAILURE: RuntimeError("secret detail"),
}


@router.get("/refuse/{why}")
async def refuse(why: Why) -> Response:
    """Fail as asked."""
    raise WHYS[why]


@router.post("/refuse/{why}")
async def refuse_a_form(request: Request, why: Why) -> Response:
    """Read a form, then fail as asked."""
    await read_form(request, Note)
    raise WHYS[why]


@router.post("/keep/{key}")
async def keep(request: Request, session: WriteSession, key: str, then: str = "") -> Response:
    """Add a row, then answer as `then` says."""
    session.add(RateCounter(key=key, since=LONG_AGO, count=1))
    await session.flush()
    if then == "raise":
        raise errors.Conflict("No.")
    if then == "break":
        await session.execute(text("SELECT 1/0"))
    flash(request, "Kept <b>well</b>")
    return see_other(request, "/test/hello")


@router.get("/writes-on-get")
async def writes_on_get(session: ReadSession) -> Response:
    """Try to write while reading."""
    session.add(RateCounter(key="stray", since=LONG_AGO, count=1))
    await session.flush()
    return PlainTextResponse("written")


@router.get("/hello")
async def hello(request: Request, viewer: CurrentViewer) -> Response:
    """Say who asks, and from where."""
    return PlainTextResponse(f"{viewer.name or 'nobody'} at {client_address(request)}")


@router.post("/mine")
@router.get("/mine")
async def mine(viewer: SignedIn) -> Response:
    """For those who signed in."""
    return PlainTextResponse(viewer.name)


@router.get("/desk")
async def desk(viewer: Staff) -> Response:
    """For staff."""
    return PlainTextResponse(viewer.name)


@router.get("/limited")
async def limited(request: Request) -> Response:
    """Three a minute."""
    await limit(request, "test", 3, 60)
    return PlainTextResponse("let through")


@lru_cache
def staged() -> FastAPI:
    """The application with the routes above, made once."""
    app = make_app()
    app.include_router(router)
    return app


@pytest.fixture
async def stage(portal: Portal) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser before that application, on the database of `portal`."""
    transport = httpx2.ASGITransport(app=staged(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://localhost:8000", headers=HEADERS
    ) as client:
        yield client
