"""What holds under `/api/`: any site may read, nobody is known there, everybody is counted."""

from collections.abc import Iterator

import httpx2
import pytest

from app.core import clock
from app.core.config import settings
from app.web.sessions import cookie_name
from tests.factories.accounts import make_account
from tests.factories.members import make_member
from tests.portal import Portal

ELSEWHERE = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
ADDRESSES = ["/api/v1/members", "/api/v1/nothing", "/api/v1/check?q=%20", "/fr/api/v1/members?x=1"]
LINES = {"lines": ["@tenban"]}


@pytest.fixture
def ten_a_minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PORTAL_API_A_MINUTE", "10")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("address", ADDRESSES)
async def test_any_site_may_read_every_answer(portal: Portal, address: str) -> None:
    answer = await portal.get(address, headers=ELSEWHERE)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After"} <= exposed


async def test_pages_stay_closed_to_other_sites(portal: Portal) -> None:
    for address in ("/", "/members", "/api", "/apis/x", "/healthz"):
        answer = await portal.get(address, headers=ELSEWHERE)
        assert "Access-Control-Allow-Origin" not in answer.headers, address
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", address


@pytest.mark.parametrize("address", ["/api/v1/check", "/api/v1/anything", "/vi/api/v1/check"])
async def test_a_preflight_is_answered(portal: Portal, address: str) -> None:
    asked = {
        **ELSEWHERE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = await portal.http.request("OPTIONS", address, headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"].split(", ")


async def test_the_check_of_many_is_open_to_other_sites_and_nothing_else_is(
    portal: Portal,
) -> None:
    answer = await portal.http.post("/api/v1/check", json=LINES, headers=ELSEWHERE)
    assert answer.status_code == 200
    for method, address in (("POST", "/api/v1/members"), ("DELETE", "/api/v1/check")):
        answer = await portal.http.request(method, address, headers=ELSEWHERE)
        assert (answer.status_code, address) == (405, address)
    answer = await portal.http.post("/account/language", data={"lang": "fr"}, headers=ELSEWHERE)
    assert answer.status_code == 403


async def test_who_is_signed_in_gets_the_answer_of_everybody(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        account = await make_account(session)
    for address in (f"/api/v1/members/{member.number}", "/api/v1/members", "/api/v1/check?q=x"):
        browser = portal.client()
        stranger = await browser.get(address)
        await browser.sign_in(account.id)
        browser.http.cookies.set("lang", "fr", domain="localhost.local")
        browser.http.cookies.set("flash", "x", domain="localhost.local")
        assert cookie_name() in browser.http.cookies
        known = await browser.get(address)
        assert known.content == stranger.content
        assert known.headers["ETag"] == stranger.headers["ETag"]
        assert known.headers["Content-Language"] == "en"
        assert "Cookie" not in known.headers["Vary"]
        assert "Set-Cookie" not in known.headers


async def test_the_language_is_that_of_the_address_then_of_the_browser(portal: Portal) -> None:
    async def spoken(address: str, accepted: str) -> str:
        answer = await portal.get(address, headers={"Accept-Language": accepted})
        return answer.headers["Content-Language"]

    assert await spoken("/api/v1/members", "fr-CH, vi;q=0.5") == "fr"
    assert await spoken("/api/v1/members?lang=en", "fr") == "en"
    assert await spoken("/fr/api/v1/members", "en") == "fr"
    assert await spoken("/api/v1/members", "de") == "vi"
    assert await spoken("/api/v1/members?lang=de", "fr") == "fr"  # which is refused, in French


async def test_every_answer_says_what_is_left_and_too_many_wait(
    portal: Portal, ten_a_minute: None
) -> None:
    addresses = ["/api/v1/members", "/api/v1/nothing", "/api/v1/check?q=", "/api/v1/openapi.json"]
    with clock.at(clock.now().replace(second=10, microsecond=0)):
        answers = [await portal.get(addresses[turn % 4]) for turn in range(11)]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"reads";q=10;w=60'}
    left = [answer.headers["RateLimit"].split(";")[1] for answer in answers]
    assert left == [*(f"r={n}" for n in range(9, -1, -1)), "r=0"]
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "http://localhost:8000/api#too-many"
    assert int(refused.headers["Retry-After"]) >= int(refused.headers["RateLimit"].split("t=")[1])


async def test_many_lines_count_as_many_requests(portal: Portal) -> None:
    def left(answer: httpx2.Response) -> int:
        return int(answer.headers["RateLimit"].split("r=")[1].split(";")[0])

    with clock.at(clock.now().replace(second=10, microsecond=0)):
        one = await portal.http.post("/api/v1/check", json=LINES)
        many = await portal.http.post("/api/v1/check", json={"lines": ["@tenban"] * 95})
    assert (one.status_code, many.status_code) == (200, 200)
    assert left(one) - left(many) == 10
