"""What may be kept of a page, by whom, and when the answer is only that nothing changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from app.core import clock
from app.main import make_app
from app.web import caching
from app.web.deps import ReadSession
from app.web.flash import flash, write_cookie
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.portal import HEADERS, Browser, Portal

router = APIRouter(prefix="/kept")
HELD = "public, max-age=0, s-maxage=2, must-revalidate"
rendered: list[str] = []


@router.get("/versions/{version}")
async def versioned(request: Request, version: int, session: ReadSession) -> Response:
    """A page whose version is known before anything is read."""
    if same := caching.kept_by_version(request, version):
        return same
    rendered.append(request.url.path)
    shown = PlainTextResponse(f"version {version}")
    return caching.kept(request, shown, version=version)


@router.get("/told")
async def told(request: Request) -> Response:
    """A page that says something once."""
    flash(request, "once")
    shown = PlainTextResponse("x")
    write_cookie(request, shown)
    return caching.kept(request, shown, version=1)


@lru_cache
def staged() -> FastAPI:
    """The application with the routes above, made once."""
    app = make_app()
    app.include_router(router)
    return app


@pytest.fixture
async def stage(portal: Portal) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser before that application."""
    rendered.clear()
    transport = httpx2.ASGITransport(app=staged(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://localhost:8000", headers=HEADERS
    ) as client:
        yield client


async def test_what_the_browser_has_is_told_without_rendering_or_asking_the_database(
    portal: Portal, stage: httpx2.AsyncClient
) -> None:
    first = await stage.get("/kept/versions/1")
    assert (first.status_code, first.text) == (200, "version 1")
    assert first.headers["Cache-Control"] == HELD
    assert rendered == ["/kept/versions/1"]
    with statements(portal.database.engine) as seen:
        again = await stage.get(
            "/kept/versions/1", headers={"If-None-Match": first.headers["ETag"]}
        )
    assert (again.status_code, again.content, seen) == (304, b"", [])
    assert rendered == ["/kept/versions/1"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == HELD
    assert again.headers["Vary"] == "HX-Request, Accept-Language, Cookie"


@pytest.mark.parametrize(
    ("given", "status"),
    [('"other", {}', 304), ("*", 304), ('"other"', 200), ("", 200)],
    ids=["one of several", "any", "another", "none"],
)
async def test_the_tag_is_found_as_browsers_and_proxies_send_it(
    stage: httpx2.AsyncClient, given: str, status: int
) -> None:
    tag = (await stage.get("/kept/versions/1")).headers["ETag"]
    for sent in (tag, tag.removeprefix("W/")):
        headers = {"If-None-Match": given.format(sent)}
        assert (await stage.get("/kept/versions/1", headers=headers)).status_code == status


async def test_another_version_language_prefix_day_or_release_is_another_page(
    stage: httpx2.AsyncClient,
) -> None:
    tags = [
        (await stage.get(path, headers={"Accept-Language": language})).headers["ETag"]
        for path in ("/kept/versions/1", "/kept/versions/2", "/vi/kept/versions/1")
        for language in ("en", "vi")
    ]
    assert len(set(tags)) == 5  # with a prefix the header does not count
    assert tags[4] == tags[5]
    with patch.object(clock, "now", lambda: datetime(2031, 1, 1, tzinfo=UTC)):
        tags.append((await stage.get("/kept/versions/1")).headers["ETag"])
    with patch.object(caching, "release", lambda: "another"):
        tags.append((await stage.get("/kept/versions/1")).headers["ETag"])
    assert len(set(tags)) == 7


async def test_who_is_signed_in_gets_a_page_of_their_own(portal: Portal) -> None:
    async with portal.transaction() as session:
        account = await make_account(session)
    browser = Browser(portal)
    browser.http._transport = httpx2.ASGITransport(app=staged())
    tag = (await browser.get("/kept/versions/1")).headers["ETag"]
    await browser.sign_in(account.id)
    rendered.clear()
    answer = await browser.get("/kept/versions/1", headers={"If-None-Match": tag})
    assert (answer.status_code, rendered) == (200, ["/kept/versions/1"])
    assert (answer.headers["Cache-Control"], "ETag" in answer.headers) == ("no-store", False)
    await browser.http.aclose()


async def test_what_is_said_once_is_kept_by_nobody(stage: httpx2.AsyncClient) -> None:
    saying = await stage.get("/kept/told")
    assert "Set-Cookie" in saying.headers
    assert (saying.headers["Cache-Control"], "ETag" in saying.headers) == ("no-store", False)
    stage.cookies.clear()
    tag = (await stage.get("/kept/versions/1")).headers["ETag"]
    stage.cookies.set("flash", "something")
    answer = await stage.get("/kept/versions/1", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


async def test_what_htmx_asked_for_is_kept_by_that_browser_alone(
    stage: httpx2.AsyncClient,
) -> None:
    for version in ("1", "1"):
        answer = await stage.get(f"/kept/versions/{version}", headers={"HX-Request": "true"})
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Vary"] == "HX-Request, Accept-Language, Cookie"


def test_the_release_changes_with_code_words_templates_and_files(tmp_path: Path) -> None:
    for name in caching.SOURCES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("first")
    marks = [_release_in(tmp_path)]
    for name in caching.SOURCES:
        (tmp_path / name / "a.txt").write_text("second")
        marks.append(_release_in(tmp_path))
    (tmp_path / "app" / "a.pyc").write_text("compiled")
    assert len(set(marks)) == 1 + len(caching.SOURCES)
    assert _release_in(tmp_path) == marks[-1]


def _release_in(root: Path) -> str:
    with patch.object(caching, "ROOT", root):
        return caching.release.__wrapped__()
