"""Each refusal is a page with words of its own, in the reader's language, and nothing of our inside."""

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.web.conftest import Why

TITLES = {
    Why.NOT_ALLOWED: (403, "This page is not open to you"),
    Why.MISSING: (404, "There is no such page"),
    Why.GONE: (410, "This is no longer here"),
    Why.CONFLICT: (409, "This changed since you opened it"),
    Why.STALE: (409, "This changed since you opened it"),
    Why.STALE_DATA: (409, "This changed since you opened it"),
    Why.REFUSED: (422, "This cannot be done as it stands"),
    Why.TOO_MANY: (429, "A moment, please"),
    Why.UNAVAILABLE: (503, "The portal is catching its breath"),
    Why.DATABASE_AWAY: (503, "The portal is catching its breath"),
    Why.FAILURE: (500, "Something went wrong on our side"),
}


def heading(answer: httpx2.Response) -> str:
    found = LexborHTMLParser(answer.text).css("h1")
    assert len(found) == 1
    return found[0].text(strip=True)


@pytest.mark.parametrize("why", Why)
async def test_each_refusal_has_its_page(stage: httpx2.AsyncClient, why: Why) -> None:
    answer = await stage.get(f"/test/refuse/{why}")
    assert (answer.status_code, heading(answer)) == TITLES[why]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("why", Why)
async def test_each_page_speaks_three_languages(stage: httpx2.AsyncClient, why: Why) -> None:
    said = {
        locale: heading(await stage.get(f"/{locale}/test/refuse/{why}"))
        for locale in ("vi", "en", "fr")
    }
    assert len(set(said.values())) == 3, said


async def test_a_conflict_says_what_changed_and_gives_back_what_was_typed(
    stage: httpx2.AsyncClient,
) -> None:
    typed = {"title": "Tựa <b>", "words": "Dòng một\nDòng hai " + "dài " * 20, "seen": "3",
             "tags": ["some-key", "other-key"]}  # fmt: skip
    answer = await stage.post("/test/refuse/stale", data=typed)
    assert answer.status_code == 409
    page = LexborHTMLParser(answer.text)
    changed = [
        (d.css_first("dt").text(), d.css_first("dd").text()) for d in page.css("dl.changes div")
    ]
    assert changed == [("Status", "Approved")]
    given_back = page.css_first(".given-back")
    assert given_back.css_first("textarea").text().strip() == typed["words"].strip()
    assert "Tựa <b>" in given_back.text()
    assert "-key" not in given_back.text()
    assert "<b>" not in (given_back.html or "").replace("&lt;b&gt;", "")


async def test_a_refusal_says_its_reason(stage: httpx2.AsyncClient) -> None:
    answer = await stage.get("/test/refuse/refused")
    assert "That is not possible today." in answer.text
    assert "Somebody was faster." in (await stage.get("/test/refuse/conflict")).text


async def test_too_many_says_when_to_come_back(stage: httpx2.AsyncClient) -> None:
    answer = await stage.get("/test/refuse/too_many")
    assert answer.headers["Retry-After"] == "75"
    assert "75 seconds" in answer.text


async def test_programs_get_a_problem_document(stage: httpx2.AsyncClient) -> None:
    answer = await stage.get("/api/v1/nothing")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "http://localhost:8000/api#missing",
        "title": "There is nothing here",
        "status": 404,
        "request_id": answer.headers["X-Request-ID"],
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("POST", "/"),
        ("GET", "/test/refuse/unheard-of"),
        ("GET", "/static/x/y.css"),
        ("GET", "/conduct/%00"),
        ("GET", "/en/conduct/1%00/vi.txt"),
        ("GET", "/is/a%0Ab"),
        ("GET", "/portraits/%7F/card.webp"),
        ("GET", "/sitemap-" + "9" * 5000 + ".xml"),
    ],
)
async def test_what_does_not_exist_is_not_found(
    stage: httpx2.AsyncClient, method: str, path: str
) -> None:
    answer = await stage.request(method, path)
    assert (answer.status_code, heading(answer)) == (404, "There is no such page")


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/members/", "/members"),
        ("/fr/members/?q=a%20b", "/fr/members?q=a%20b"),
        ("/vi/nowhere///", "/vi/nowhere"),
        ("/n%E1%BA%AFng/", "/n%E1%BA%AFng"),
        ("//evil.example/", "/"),
        ("//evil.example//", "/"),
        ("/fr//evil.example/", "/fr"),
        ("/%5Cevil.example/", "/"),
    ],
)
async def test_a_slash_too_many_stays_here_and_in_its_language(
    stage: httpx2.AsyncClient, path: str, there: str
) -> None:
    answer = await stage.get(f"http://localhost:8000{path}", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, there)
