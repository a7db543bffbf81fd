import httpx2
import pytest


async def language(stage: httpx2.AsyncClient, path: str, **headers: str) -> str:
    answer = await stage.get(path, headers={"Accept-Language": "", **headers})
    assert answer.status_code == 200
    assert f'<html lang="{answer.headers["Content-Language"]}"' in answer.text
    return answer.headers["Content-Language"]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("", "vi"),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("de,en;q=0.5,fr;q=0.9", "fr"),
        ("de-DE,ja", "vi"),
        ("en;q=0, fr;q=0.1", "fr"),
        ("*", "vi"),
        (";;q=,,", "vi"),
        ("en;q=9999", "en"),
        ("x" * 5000, "vi"),
    ],
)
async def test_the_browsers_wish_decides_when_nothing_else_does(
    stage: httpx2.AsyncClient, asked: str, spoken: str
) -> None:
    assert await language(stage, "/members", **{"Accept-Language": asked}) == spoken


async def test_the_persons_choice_goes_before_the_browsers_wish(stage: httpx2.AsyncClient) -> None:
    said = await language(stage, "/members", **{"Accept-Language": "en", "Cookie": "lang=fr"})
    assert said == "fr"
    unknown = await language(stage, "/members", **{"Accept-Language": "en", "Cookie": "lang=xx"})
    assert unknown == "en"


async def test_the_prefix_goes_before_all(stage: httpx2.AsyncClient) -> None:
    headers = {"Accept-Language": "en", "Cookie": "lang=en"}
    assert await language(stage, "/fr/members", **headers) == "fr"
    assert await language(stage, "/fr", **headers) == "fr"


async def test_links_keep_the_prefix_and_name_the_other_languages(
    stage: httpx2.AsyncClient,
) -> None:
    answer = await stage.get("/fr/members?topic=food")
    assert 'href="/fr/check"' in answer.text
    assert 'href="/check"' not in answer.text
    for locale in ("vi", "en", "fr"):
        assert f'hreflang="{locale}"' in answer.text
        assert f"/{locale}/members?topic=food" in answer.text


async def test_a_redirect_keeps_the_prefix(stage: httpx2.AsyncClient) -> None:
    answer = await stage.post("/fr/test/keep/one")
    assert answer.headers["Location"] == "/fr/test/hello"
    to_sign_in = await stage.get("/vi/test/mine")
    assert to_sign_in.headers["Location"] == "/vi/sign-in?next=/test/mine"


async def test_a_word_that_only_begins_like_a_prefix_is_none(stage: httpx2.AsyncClient) -> None:
    for path in ("/france", "/vi-du", "/english/members"):
        assert (await stage.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("path", "varies"),
    [
        ("/members", "HX-Request, Accept-Language, Cookie"),
        ("/vi/members", "HX-Request, Cookie"),
        ("/sign-in", "Accept-Language, Cookie"),
        ("/vi/sign-in", "Cookie"),
        ("/static/x/css/base.css", "Accept-Encoding"),
    ],
)
async def test_caches_are_told_what_an_answer_depends_on(
    stage: httpx2.AsyncClient, path: str, varies: str
) -> None:
    told = (await stage.get(path)).headers["Vary"]
    assert told.removesuffix(", Accept-Encoding") == varies
