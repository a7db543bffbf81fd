"""What each way of proving sees on real pages of a server on loopback."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.channels import methods
from app.channels.fetcher import Fetcher, FetchFailed, Turns, Zones
from app.channels.methods import (
    FAILURES,
    METHODS,
    Ask,
    Method,
    Reach,
    page_code,
    rel_me,
    staff,
)
from app.channels.methods.page_code import excerpt
from app.channels.models import Outcome
from app.channels.policy.platforms import platforms
from tests.channels.local_web import LOOPBACK, LocalWeb, page, redirect, resolver, serve

HOSTS = ("ten.example", "www.ten.example", "go.example", "www.tiktok.com")
CODE = "DTA-0123456789"
OWN = "http://localhost:8000/is/abcDEF"


@pytest.fixture
async def web() -> AsyncIterator[LocalWeb]:
    async with serve() as served:
        yield served


def reach_of(web: LocalWeb) -> Reach:
    here = ("127.0.0.1", web.port)
    fetcher = Fetcher(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolver(dict.fromkeys(HOSTS, here)),
        turns=Turns(distance=0),
    )
    return Reach(fetcher, Zones())


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
    found = await page_code.METHOD.check(ask(), reach_of(web))
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
    elsewhere = await page_code.METHOD.check(ask(), reach_of(web))
    assert elsewhere.failure == "moved_elsewhere"
    within = await page_code.METHOD.check(ask(url="http://ten.example/moved"), reach_of(web))
    assert within.failure is None


async def test_a_page_that_cannot_be_read_says_so(web: LocalWeb) -> None:
    for method in (page_code.METHOD, rel_me.METHOD):
        with pytest.raises(FetchFailed) as failed:
            await method.check(ask(), reach_of(web))
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
    assert (await rel_me.METHOD.check(ask(), reach_of(web))).failure == failure


async def test_a_link_may_be_shortened_by_one_redirect(web: LocalWeb) -> None:
    web.sites |= {
        "ten.example/": page('<a rel="me" href="http://go.example/x">me</a>'),
        "go.example/x": redirect(OWN),
    }
    found = await rel_me.METHOD.check(ask(), reach_of(web))
    assert (found.failure, found.evidence["redirect"]) == (None, OWN)


async def test_every_link_that_says_me_is_followed_by_one_redirect_and_not_by_two(
    web: LocalWeb,
) -> None:
    links = [f'<a rel="me" href="http://go.example/{n}">me</a>' for n in range(5)]
    web.sites |= {
        "ten.example/": page('<a rel="me" href="mailto:a@ten.example">' + "".join(links)),
        "go.example/4": redirect("http://go.example/5"),
        "go.example/5": redirect(OWN),
    }
    twice = await rel_me.METHOD.check(ask(), reach_of(web))
    assert (twice.failure, twice.evidence["links"]) == ("link_not_found", 6)
    web.sites["go.example/4"] = redirect(OWN)
    once = await rel_me.METHOD.check(ask(), reach_of(web))
    assert (once.failure, once.evidence["matched"]) == (None, "http://go.example/4")


async def test_a_page_of_a_thousand_links_does_not_make_us_open_a_thousand(web: LocalWeb) -> None:
    links = [f'<a rel="me" href="http://go.example/{n}">me</a>' for n in range(1000)]
    web.sites["ten.example/"] = page("".join(links))
    assert (await rel_me.METHOD.check(ask(), reach_of(web))).failure == "link_not_found"
    assert len(web.asked) == 1 + rel_me.MOST_FOLLOWED


async def test_plain_text_that_looks_like_a_link_is_none(web: LocalWeb) -> None:
    web.sites["ten.example/"] = page(f'<a rel="me" href="{OWN}">me</a>', kind="text/plain")
    assert (await rel_me.METHOD.check(ask(), reach_of(web))).failure == "link_not_found"


async def test_the_portal_sees_nothing_where_staff_are_to_look(web: LocalWeb) -> None:
    found = await staff.METHOD.check(ask(), reach_of(web))
    assert found.failure == "with_staff"
    assert web.asked == []


# What is seen again, once a proof is kept


@pytest.mark.parametrize("method", [page_code.METHOD, staff.METHOD])
@pytest.mark.parametrize(
    ("answer", "outcome", "failure"),
    [
        (page("The code is out again"), Outcome.SEEN, None),
        (page("", status=404), Outcome.NOT_SEEN, "gone"),
        (page("", status=410), Outcome.NOT_SEEN, "gone"),
        (page("", status=403), Outcome.UNSURE, "http_failed"),  # closed to us
        (page("", status=503), Outcome.UNSURE, "http_failed"),
        (redirect("http://www.ten.example/home"), Outcome.SEEN, None),
        (redirect("http://go.example/"), Outcome.NOT_SEEN, "moved_elsewhere"),
    ],
)
async def test_a_proof_that_leaves_nothing_behind_lasts_as_long_as_its_page(
    web: LocalWeb, method: Method, answer: bytes, outcome: Outcome, failure: str | None
) -> None:
    web.sites |= {
        "ten.example/": answer,
        "www.ten.example/home": page("home"),
        "go.example/": page("another"),
    }
    found = await method.recheck(ask(), reach_of(web))
    assert (found.outcome, found.failure) == (outcome, failure)


async def test_a_name_that_leads_to_another_channel_speaks_against_the_proof(
    web: LocalWeb,
) -> None:
    web.sites |= {
        "www.tiktok.com/@bepnha": redirect("http://www.tiktok.com/@nguoikhac"),
        "www.tiktok.com/@nguoikhac": page("another person"),
        "www.tiktok.com/@BepNha?lang=vi": page("the same"),
    }
    mine = {"platform": "tiktok", "url": "http://www.tiktok.com/@bepnha", "key": "bepnha"}
    for method in (page_code.METHOD, staff.METHOD):
        found = await method.recheck(ask(**mine), reach_of(web))
        assert found.failure == "moved_elsewhere"
    web.sites["www.tiktok.com/@bepnha"] = redirect("http://www.tiktok.com/@BepNha?lang=vi")
    assert (await staff.METHOD.recheck(ask(**mine), reach_of(web))).seen


async def test_a_page_that_does_not_answer_is_left_to_whoever_asked(web: LocalWeb) -> None:
    for method in (page_code.METHOD, staff.METHOD):
        with pytest.raises(FetchFailed) as failed:
            await method.recheck(ask(url="http://gone.example/"), reach_of(web))
        assert failed.value.key == "not_found"


async def test_a_link_has_to_be_there_still(web: LocalWeb) -> None:
    web.sites["ten.example/"] = page(f'<a rel="me" href="{OWN}">me</a>')
    assert (await rel_me.METHOD.recheck(ask(), reach_of(web))).seen
    web.sites["ten.example/"] = page("a new design")
    assert (await rel_me.METHOD.recheck(ask(), reach_of(web))).outcome is Outcome.NOT_SEEN


# What each way says of itself


def test_each_way_says_what_to_do_and_gives_along_what_it_needs() -> None:
    assert [s.copy for s in page_code.METHOD.steps(ask())] == [CODE, "", ""]
    assert [s.copy for s in staff.METHOD.steps(ask())] == [CODE, ""]
    website = rel_me.METHOD.steps(ask())
    assert website[0].copy == f'<a rel="me" href="{OWN}">DTA</a>'
    assert rel_me.METHOD.steps(ask(platform="mastodon"))[0].copy == OWN


@pytest.mark.parametrize("platform", sorted(platforms()))
def test_who_is_to_put_in_a_code_is_told_where_its_page_may_be_closed_to_us(platform: str) -> None:
    hint = str(page_code.METHOD.hint(platform) or "")
    assert ("only to people who are signed in" in hint) is (platform not in page_code.READABLE)
    assert ("ask staff to look" in hint) is bool(hint)


def test_platforms_that_close_their_pages_are_not_called_readable() -> None:
    assert page_code.READABLE.isdisjoint(("tiktok", "facebook", "instagram", "threads", "x"))
    assert set(platforms()) >= page_code.READABLE


OF_ONE_FOLDER = """
from app.channels.methods.rel_me import RelMe


class Song(RelMe):
    key = "song"
    rank = 15
    failures = {"no_song": "We heard no song."}

    def works_for(self, platform):
        return platform == "tiktok"


METHOD = Song()
"""


def test_a_folder_is_all_that_a_new_way_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "song"
    folder.mkdir()
    (folder / "__init__.py").write_text(OF_ONE_FOLDER)
    (tmp_path / "no_method.py").write_text("raise SystemExit")  # a file is none
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "app.channels.methods.song", raising=False)
    found = methods.discover()
    assert set(found) == {*METHODS, "song"}
    assert [one.rank for one in found.values()] == sorted(one.rank for one in found.values())
    assert found["song"].works_for("tiktok")
    assert methods.failures_of(found)["no_song"] == "We heard no song."
    assert "no_song" not in FAILURES
    sys.modules.pop("app.channels.methods.song")


def test_each_way_has_words_of_its_own() -> None:
    for key, method in METHODS.items():
        assert method.key == key
        for words in (method.title, method.summary, method.name, method.how):
            assert str(words).strip()
    for words in ("name", "how", "title"):
        assert len({str(getattr(m, words)) for m in METHODS.values()}) == len(METHODS)


def test_what_stands_around_a_code_is_kept_as_far_as_it_can_be_read() -> None:
    assert excerpt("a\x00b\x1b DTA-0123456789 \u200bc", "DTA-0123456789") == "a b DTA-0123456789 c"
