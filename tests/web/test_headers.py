"""What stands on every answer, whatever happens."""

import re

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from app.web import framed, openly
from app.web.headers import FOREVER, POLICY, Headers
from tests.portal import application

OWN_POLICIES = {
    "/api/": openly.HEADERS["Content-Security-Policy"],
    "/embed/": framed.POLICY,
    "/check/embed": f"{POLICY}; frame-src 'self'",  # shows what it gives to copy
}
PATHS = ["/", "/members", "/healthz", "/nowhere", "/test/refuse/failure", "/test/mine", "/static/x/css/base.css"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_no_answer_goes_without_its_headers(stage: httpx2.AsyncClient, path: str) -> None:
    headers = (await stage.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", headers["X-Request-ID"])


async def test_no_route_forgets_them(stage: httpx2.AsyncClient) -> None:
    """Each route of the application, with whatever it answers to somebody who is not signed in."""
    found = [
        (route.path, method)
        for included in application().routes
        if hasattr(included, "effective_route_contexts")
        for route in included.effective_route_contexts()
        for method in route.methods or ()
    ]
    assert len(found) > 60
    for path, method in found:
        answer = await stage.request(method, re.sub(r"{[^}]+}", "1", path))
        assert answer.status_code != 500, (method, path)
        policies = (own for start, own in OWN_POLICIES.items() if path.startswith(start))
        expected = next(policies, POLICY)
        assert answer.headers["Content-Security-Policy"] == expected, (method, path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", (method, path)


async def test_pages_are_not_kept_by_caches_and_assets_are_for_ever(
    stage: httpx2.AsyncClient,
) -> None:
    assert (await stage.get("/sign-in")).headers["Cache-Control"] == "no-store"
    page = (await stage.get("/")).text
    sheet = re.search(r'href="(/static/[^"]+/css/base\.css)"', page)
    assert sheet
    answer = await stage.get(sheet.group(1))
    assert answer.headers["Cache-Control"] == FOREVER
    assert answer.headers["Content-Type"].startswith("text/css")
    missing = await stage.get("/static/x/css/none.css")
    assert missing.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/static/x/../app/main.py", "/static/x/%2e%2e/pyproject.toml", "/static/x"]
)
async def test_nothing_outside_the_folder_of_assets_is_served(
    stage: httpx2.AsyncClient, path: str
) -> None:
    assert (await stage.get(path)).status_code == 404


async def test_a_request_id_is_taken_over_when_it_is_one(stage: httpx2.AsyncClient) -> None:
    given = {"X-Request-ID": "abcdef-0123456789"}
    assert (await stage.get("/", headers=given)).headers["X-Request-ID"] == "abcdef-0123456789"
    bad = {"X-Request-ID": "a b\tc"}
    assert (await stage.get("/", headers=bad)).headers["X-Request-ID"] != "a b\tc"


@pytest.mark.parametrize(
    ("secure", "told"), [(True, "max-age=63072000; includeSubDomains"), (False, None)]
)
async def test_browsers_are_told_to_stay_on_https_where_there_is_https(
    secure: bool,  # noqa: FBT001 - a row of the table
    told: str | None,
) -> None:
    async def app(scope, receive, send):  # noqa: ANN001, ANN202
        await PlainTextResponse("x")(scope, receive, send)

    transport = httpx2.ASGITransport(app=Headers(app, secure=secure))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/")).headers.get("Strict-Transport-Security") == told


async def test_what_a_route_sets_itself_stays() -> None:
    async def app(scope, receive, send):  # noqa: ANN001, ANN202
        await PlainTextResponse("x", headers={"Cache-Control": "max-age=60"})(scope, receive, send)

    transport = httpx2.ASGITransport(app=Headers(app, secure=False))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/")).headers["Cache-Control"] == "max-age=60"
