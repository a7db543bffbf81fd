import httpx2
import pytest

POST = "/test/keep/one"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_change_asked_for_elsewhere_is_refused(
    stage: httpx2.AsyncClient, site: str
) -> None:
    answer = await stage.post(POST, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "Your browser sent this from another site" in answer.text


@pytest.mark.parametrize(
    ("path", "asked", "title"),
    [
        (POST, "fr", "Cette page ne vous est pas ouverte"),
        (POST, "en", "This page is not open to you"),
        (f"/fr{POST}", "en", "Cette page ne vous est pas ouverte"),
    ],
)
async def test_the_refusal_speaks_the_readers_language(
    stage: httpx2.AsyncClient, path: str, asked: str, title: str
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Accept-Language": asked}
    answer = await stage.post(path, headers=headers)
    assert answer.status_code == 403
    assert f"<h1>{title}</h1>" in answer.text


async def test_a_change_asked_for_by_our_page_is_made(stage: httpx2.AsyncClient) -> None:
    answer = await stage.post(POST, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/test/hello")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 303),
        ("http://localhost:8000.evil.example", 403),
        ("https://localhost:8000", 403),
        ("http://localhost", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_an_older_browser_is_judged_by_its_origin(
    stage: httpx2.AsyncClient, origin: str, status: int
) -> None:
    del stage.headers["Sec-Fetch-Site"]
    answer = await stage.post(POST, headers={"Origin": origin} if origin else {})
    assert answer.status_code == status


async def test_the_origin_cannot_overrule_the_browsers_own_word(stage: httpx2.AsyncClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}
    assert (await stage.post(POST, headers=headers)).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_every_method_that_changes_is_judged(stage: httpx2.AsyncClient, method: str) -> None:
    answer = await stage.request(method, "/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_reading_is_open_to_links_from_anywhere(stage: httpx2.AsyncClient) -> None:
    answer = await stage.get("/test/hello", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
