"""A file under /.well-known/, read on a site on loopback."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.channels.fetcher import Fetcher, HttpFailed, Turns, Zones
from app.channels.methods import METHODS, for_platform, well_known
from app.channels.methods.base import Ask, Reach
from tests.channels.local_web import LOOPBACK, LocalWeb, page, redirect, resolver, serve

CODE = "dta-verify=AAAAAAAAAAAAAAAAAAAAAA"
OTHER = "dta-verify=BBBBBBBBBBBBBBBBBBBBBB"
FILE = "ten.example/.well-known/dta-challenge.txt"
TEXT = "text/plain; charset=utf-8"
METHOD = well_known.METHOD


@pytest.fixture
async def web() -> AsyncIterator[LocalWeb]:
    async with serve() as served:
        yield served


def reach_of(web: LocalWeb) -> Reach:
    here = ("127.0.0.1", web.port)
    return Reach(
        Fetcher(
            allowed=lambda address: address == LOOPBACK,
            resolve=resolver(dict.fromkeys(("ten.example", "www.ten.example", "x.example"), here)),
            turns=Turns(distance=0),
        ),
        Zones(),
    )


def ask(path: str = "", code: str = CODE) -> Ask:
    return Ask("website", f"http://ten.example{path or '/'}", f"ten.example{path}", code)


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (CODE, None),
        (f"\ufeff{CODE}\r\n", None),
        (f"# ours\n{OTHER}\n  {CODE}  \n", None),
        ("", "file_differs"),
        (OTHER, "file_differs"),
        (CODE.upper(), "file_differs"),
        (f"code: {CODE}", "file_differs"),
        (f"{CODE}{CODE}", "file_differs"),
    ],
)
async def test_the_code_stands_on_a_line_of_its_own(
    web: LocalWeb, body: str, failure: str | None
) -> None:
    web.sites[FILE] = page(body, kind=TEXT)
    found = await METHOD.check(ask(), reach_of(web))
    assert found.failure == failure
    assert found.evidence["chain"] == [f"http://{FILE}"]
    assert await METHOD.recheck(ask(), reach_of(web)) == found


async def test_no_code_is_never_seen(web: LocalWeb) -> None:
    web.sites[FILE] = page("\n\n", kind=TEXT)
    assert (await METHOD.check(ask(code=""), reach_of(web))).failure == "file_differs"


async def test_a_page_that_shows_the_code_is_no_file(web: LocalWeb) -> None:
    web.sites[FILE] = page(CODE)
    assert (await METHOD.check(ask(), reach_of(web))).failure == "file_is_a_page"


@pytest.mark.parametrize("status", [404, 410])
async def test_a_missing_file_is_said_to_be_missing(web: LocalWeb, status: int) -> None:
    web.sites[FILE] = page("no", status=status)
    found = await METHOD.check(ask(), reach_of(web))
    assert (found.failure, found.unsure) == ("file_not_found", False)
    assert found.evidence == {"chain": [f"http://{FILE}"], "status": status}


async def test_a_site_that_does_not_let_us_in_is_a_failure_of_the_fetch(web: LocalWeb) -> None:
    web.sites[FILE] = page("no", status=403)
    with pytest.raises(HttpFailed):
        await METHOD.check(ask(), reach_of(web))


async def test_a_site_may_send_one_on_within_itself_and_not_to_another(web: LocalWeb) -> None:
    web.sites |= {
        FILE: redirect("http://www.ten.example/files/dta.txt"),
        "www.ten.example/files/dta.txt": page(CODE, kind=TEXT),
        "x.example/dta.txt": page(CODE, kind=TEXT),
    }
    assert (await METHOD.check(ask(), reach_of(web))).failure is None
    web.sites[FILE] = redirect("http://x.example/dta.txt")
    assert (await METHOD.check(ask(), reach_of(web))).failure == "moved_elsewhere"


async def test_the_file_of_the_site_proves_each_page_of_it(web: LocalWeb) -> None:
    web.sites[FILE] = page(CODE, kind=TEXT)
    web.sites["ten.example/blog/.well-known/dta-challenge.txt"] = page(OTHER, kind=TEXT)
    assert (await METHOD.check(ask("/blog"), reach_of(web))).failure is None
    assert (await METHOD.check(ask("/blog", OTHER), reach_of(web))).failure == "file_differs"


def test_it_is_offered_for_websites_and_says_what_to_copy() -> None:
    assert METHOD in for_platform("website")
    assert METHOD not in for_platform("mastodon")
    assert METHOD.life == timedelta(days=7)
    assert METHODS["dns_txt"].fits(METHOD.new_code())
    steps = METHOD.steps(ask("/blog?a=1"))
    assert [s.copy for s in steps] == [CODE, f"http://{FILE}", ""]
