"""What each way of proving sees on real pages of a server on loopback."""

from collections.abc import AsyncIterator

import pytest

from app.channels.fetcher import Fetcher, FetchFailed
from app.channels.methods import page_code, rel_me, staff
from app.channels.methods.base import Ask
from tests.channels.local_web import LOOPBACK, LocalWeb, page, redirect, resolver, serve

CODE = "DTA-0123456789"
OWN = "http://localhost:8000/is/abcDEF"


@pytest.fixture
async def web() -> AsyncIterator[LocalWeb]:
    async with serve() as served:
        yield served


def fetcher_of(web: LocalWeb) -> Fetcher:
    here = ("127.0.0.1", web.port)
    return Fetcher(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolver(dict.fromkeys(("ten.example", "www.ten.example", "go.example"), here)),
    )


def ask(**given: str) -> Ask:
    usual = {"platform": "website", "url": "http://ten.example/", "key": "ten.example"}
    return Ask(**{**usual, "code": CODE, "identity_url": OWN, **given})


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (f"<p>Xin chào {CODE}!</p>", None),
        (f'<meta name="description" content="Bếp {CODE.lower()}">', None),
        ("<p>DTA&#45;0123456789</p>", None),
        (f"<p>x{CODE}</p>", "code_not_found"),  # part of a longer word
        (f"<p>{CODE}0</p>", "code_not_found"),
        ("<p>DTA-9876543210</p>", "code_not_found"),  # somebody else's
        ("", "code_not_found"),
    ],
)
async def test_a_code_is_found_wherever_it_stands(
    web: LocalWeb, body: str, failure: str | None
) -> None:
    web.sites["ten.example/"] = page(body)
    found = await page_code.METHOD.check(ask(), fetcher_of(web))
    assert found.failure == failure
    assert found.evidence["chain"] == ["http://ten.example/"]
    assert ("matched" in found.evidence) is (failure is None)


async def test_a_code_on_another_site_does_not_count(web: LocalWeb) -> None:
    web.sites |= {
        "ten.example/": redirect("http://go.example/"),
        "go.example/": page(CODE),
        "ten.example/moved": redirect("http://www.ten.example/home"),
        "www.ten.example/home": page(CODE),
    }
    elsewhere = await page_code.METHOD.check(ask(), fetcher_of(web))
    assert elsewhere.failure == "moved_elsewhere"
    within = await page_code.METHOD.check(ask(url="http://ten.example/moved"), fetcher_of(web))
    assert within.failure is None


async def test_a_page_that_cannot_be_read_says_so(web: LocalWeb) -> None:
    for method in (page_code.METHOD, rel_me.METHOD):
        with pytest.raises(FetchFailed) as failed:
            await method.check(ask(), fetcher_of(web))
        assert failed.value.key == "http_failed"


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (f'<a rel="me" href="{OWN}">me</a>', None),
        (f'<link rel="nofollow ME noopener" href="{OWN}/">', None),
        ('<a rel=me href="http://localhost:8000/vi/is/abcDEF#x">me</a>', None),
        ('<base href="http://localhost:8000/is/"><a rel="me" href="abcDEF">me</a>', None),
        (f'<a href="{OWN}">me</a>', "link_not_found"),
        (f'<a rel="member" href="{OWN}">me</a>', "link_not_found"),
        (f'<!-- <a rel="me" href="{OWN}">me</a> -->', "link_not_found"),
        ('<a rel="me" href="http://localhost:8000/is/another">me</a>', "link_not_found"),
        ('<a rel="me" href="https://localhost:8000/is/abcDEF">me</a>', "link_not_found"),
        (
            '<a rel="me" href="http://localhost:8000@evil.example/is/abcDEF">me</a>',
            "link_not_found",
        ),
        ('<a rel="me" href="http://[">me</a>', "link_not_found"),
    ],
)
async def test_a_link_counts_when_it_says_me_and_leads_to_ones_own_address(
    web: LocalWeb, body: str, failure: str | None
) -> None:
    web.sites["ten.example/"] = page(body)
    assert (await rel_me.METHOD.check(ask(), fetcher_of(web))).failure == failure


async def test_a_link_may_be_shortened_by_one_redirect(web: LocalWeb) -> None:
    web.sites |= {
        "ten.example/": page('<a rel="me" href="http://go.example/x">me</a>'),
        "go.example/x": redirect(OWN),
    }
    found = await rel_me.METHOD.check(ask(), fetcher_of(web))
    assert (found.failure, found.evidence["redirect"]) == (None, OWN)


async def test_plain_text_that_looks_like_a_link_is_none(web: LocalWeb) -> None:
    web.sites["ten.example/"] = page(f'<a rel="me" href="{OWN}">me</a>', kind="text/plain")
    assert (await rel_me.METHOD.check(ask(), fetcher_of(web))).failure == "link_not_found"


async def test_the_portal_sees_nothing_where_staff_are_to_look(web: LocalWeb) -> None:
    found = await staff.METHOD.check(ask(), fetcher_of(web))
    assert found.failure == "with_staff"
    assert web.asked == []


def test_each_way_says_what_to_do_and_gives_along_what_it_needs() -> None:
    assert [s.copy for s in page_code.METHOD.steps(ask())] == [CODE, "", ""]
    assert [s.copy for s in staff.METHOD.steps(ask())] == [CODE, ""]
    website = rel_me.METHOD.steps(ask())
    assert website[0].copy == f'<a rel="me" href="{OWN}">DTA</a>'
    assert rel_me.METHOD.steps(ask(platform="mastodon"))[0].copy == OWN
