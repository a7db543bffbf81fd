"""Feeds of new members, of changes of standing, and of those who answer a question."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from app.core import clock
from app.directory.policy import PER_PAGE
from app.directory.queries import feeds
from app.members import service
from app.members.models import Member
from tests.conftest import statements
from tests.directory.atom import ATOM, XML, faults
from tests.factories.directory import Crowd, make_ended
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal

BASE = "http://localhost:8000"
HOSTILE = "]]></title><script>alert(1)</script>&amp;\u202e & <b> \" ' %(x)s {{ 7 * 7 }}"


async def feed_of(portal: Portal, path: str) -> ET.Element:
    answer = await portal.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert faults(answer.text) == []
    return ET.fromstring(answer.text)  # noqa: S314 - our own answer


def links(element: ET.Element, rel: str) -> list[str]:
    return [str(x.get("href")) for x in element.findall(f"{ATOM}link") if x.get("rel") == rel]


def texts(feed: ET.Element, name: str) -> list[str]:
    return [entry.findtext(f"{ATOM}{name}") or "" for entry in feed.findall(f"{ATOM}entry")]


async def make(portal: Portal, **given: object) -> Member:
    async with portal.transaction() as session:
        return await make_member(session, **given)


async def suspended(portal: Portal, **given: object) -> Member:
    async with portal.transaction() as session:
        return await make_ended(session, "suspended", **given)


# --- new members --------------------------------------------------------------------------------


async def test_new_members_are_told_newest_first(portal: Portal) -> None:
    with clock.at(datetime.fromisoformat("2026-03-01T10:00:00+07:00")):
        first = await make(portal, stage_name="Bếp Một", topics=("food", "travel"))
    second = await make(portal, stage_name="Bếp Hai")
    await suspended(portal)
    feed = await feed_of(portal, "/en/feeds/members.atom")
    assert texts(feed, "title") == ["Bếp Hai", "Bếp Một"]
    assert texts(feed, "id") == [
        f"tag:localhost,2025-08-18:en/members/{member.number}" for member in (second, first)
    ]
    newest, oldest = feed.findall(f"{ATOM}entry")
    assert links(oldest, "alternate") == [f"{BASE}/en/members/{first.number}"]
    assert (oldest.findtext(f"{ATOM}published") or "").startswith("2026-03-01T03:00:00.")
    assert oldest.findtext(f"{ATOM}summary") == (
        "A member in good standing since 1 March 2026."
        f" Member number: {first.number}. Food &amp; drink · Travel · Ho Chi Minh City"
    ).replace("&amp;", "&")
    assert [c.get("term") for c in oldest.findall(f"{ATOM}category")] == ["food", "travel"]
    assert feed.findtext(f"{ATOM}updated") == newest.findtext(f"{ATOM}updated")


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
@pytest.mark.parametrize("name", ["feeds/members", "feeds/standings", "members"])
async def test_a_feed_is_in_its_language_and_knows_the_others(
    portal: Portal, name: str, locale: str
) -> None:
    await suspended(portal)
    await make(portal)
    feed = await feed_of(portal, f"/{locale}/{name}.atom")
    assert feed.get(f"{XML}lang") == locale
    assert links(feed, "self") == [f"{BASE}/{locale}/{name}.atom"]
    assert links(feed, "alternate") == [
        f"{BASE}/{locale}/members",
        *(f"{BASE}/{key}/{name}.atom" for key in ("vi", "en", "fr") if key != locale),
    ]
    assert len(texts(feed, "id")) == 1
    assert all(key.startswith(f"tag:localhost,2025-08-18:{locale}/") for key in texts(feed, "id"))
    assert (feed.findtext(f"{ATOM}id") or "").startswith(f"tag:localhost,2025-08-18:{locale}/feeds")


@pytest.mark.parametrize("path", ["/feeds/members.atom", "/feeds/standings.atom", "/members.atom"])
async def test_a_feed_of_nothing_is_a_feed(portal: Portal, path: str) -> None:
    feed = await feed_of(portal, path)
    assert texts(feed, "id") == []
    assert feed.findtext(f"{ATOM}updated") == "2025-08-17T17:00:00+00:00"


async def parts(portal: Portal, path: str) -> Iterator[ET.Element]:
    """All parts of a feed, by its links "next" (RFC 5005)."""
    found = []
    while path:
        found.append(await feed_of(portal, path))
        path = next(iter(links(found[-1], "next")), "").removeprefix(BASE)
    return iter(found)


async def test_older_members_are_behind_the_link_next(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(60, seed=5)  # many of whom joined in the same minute
    async with portal.transaction() as session:
        await crowd.move_in(session)
    good = [row for row in crowd.members if row["standing"] == "active"]
    good.sort(key=lambda row: (row["joined_at"], row["serial"]), reverse=True)
    monkeypatch.setattr(feeds, "LENGTH", 7)
    told = [key for part in await parts(portal, "/feeds/members.atom") for key in texts(part, "id")]
    assert [key.rpartition("/")[2] for key in told] == [row["number"] for row in good]


async def test_all_parts_of_a_feed_have_one_id(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await make(portal)
    monkeypatch.setattr(feeds, "LENGTH", 1)
    found = list(await parts(portal, "/feeds/members.atom"))
    assert len(found) == 3
    assert len({part.findtext(f"{ATOM}id") for part in found}) == 1
    assert len({link for part in found for link in links(part, "self")}) == 3


# --- changes of standing ------------------------------------------------------------------------


async def test_changes_of_standing_are_told_without_their_reasons(portal: Portal) -> None:
    member = await suspended(portal, stage_name="Bếp Sương")
    async with portal.transaction() as session:
        await service.reinstate(session, OPERATOR, member.number, "Đã sửa.")
    feed = await feed_of(portal, "/en/feeds/standings.atom")
    assert [re.sub(r"end of .*", "end of", title) for title in texts(feed, "title")] == [
        "Bếp Sương: The suspension was lifted",
        "Bếp Sương: Suspended until the end of",
    ]
    categories = [c.get("term") for c in feed.iter(f"{ATOM}category")]
    assert categories == ["active", "suspended"]
    body = ET.tostring(feed, "unicode")
    assert "Quảng cáo sai" not in body
    assert "Đã sửa" not in body
    assert len(set(texts(feed, "id"))) == 2
    assert f"Member number: {member.number}." in texts(feed, "summary")[0]


async def test_joining_is_no_change_of_standing(portal: Portal) -> None:
    await make(portal)
    assert texts(await feed_of(portal, "/feeds/standings.atom"), "id") == []


async def test_older_changes_are_behind_the_link_next(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [await suspended(portal) for _ in range(5)]
    monkeypatch.setattr(feeds, "LENGTH", 2)
    found = list(await parts(portal, "/en/feeds/standings.atom"))
    assert [len(texts(part, "id")) for part in found] == [2, 2, 1]
    told = [
        link
        for part in found
        for e in part.findall(f"{ATOM}entry")
        for link in links(e, "alternate")
    ]
    assert told == [f"{BASE}/en/members/{member.number}" for member in reversed(members)]


@pytest.mark.parametrize("before", ["x", "DTA-26-00001-4", "%00", "9" * 61, "' OR 1=1"])
@pytest.mark.parametrize("name", ["members", "standings"])
async def test_a_part_that_cannot_be_is_refused(portal: Portal, name: str, before: str) -> None:
    answer = await portal.get(f"/feeds/{name}.atom?before={before}")
    assert answer.status_code in (404, 422)


async def test_a_part_behind_nobody_is_empty(portal: Portal) -> None:
    await make(portal)
    feed = await feed_of(portal, "/feeds/members.atom?before=DTA-26-00002-9")
    assert texts(feed, "id") == []


# --- a question ---------------------------------------------------------------------------------


async def test_a_question_is_a_feed_of_those_who_answer_it(portal: Portal) -> None:
    cook = await make(portal, topics=("food",), province="79")
    await make(portal, topics=("travel",))
    feed = await feed_of(
        portal, "/en/members.atom?topic=food&province=ho-chi-minh&sort=name&x=y&topic=nope"
    )
    assert texts(feed, "id") == [f"tag:localhost,2025-08-18:en/members/{cook.number}"]
    query = "topic=food&province=ho-chi-minh"
    assert links(feed, "self") == [f"{BASE}/en/members.atom?{query}"]
    assert links(feed, "alternate")[0] == f"{BASE}/en/members?{query}"
    assert feed.findtext(f"{ATOM}title") == "Members: Food & drink, Ho Chi Minh City"
    assert feed.findtext(f"{ATOM}id") == f"tag:localhost,2025-08-18:en/feeds/members?{query}"


async def test_the_parts_of_an_answer_are_its_pages(portal: Portal) -> None:
    crowd = Crowd(PER_PAGE * 3, seed=8)
    async with portal.transaction() as session:
        await crowd.move_in(session)
    every = "standing=active&standing=suspended&standing=expelled&standing=lapsed&standing=left"
    found = list(await parts(portal, f"/members.atom?{every}"))
    told = [key for part in found for key in texts(part, "id")]
    assert len(found) == 3
    assert len(set(told)) == len(told) == len(crowd.members)
    assert len({part.findtext(f"{ATOM}id") for part in found}) == 1
    first, middle, last = found
    assert (links(first, "previous"), links(last, "next")) == ([], [])
    assert links(middle, "first") == links(middle, "previous")
    assert links(middle, "last") == links(middle, "next")
    assert [len(links(part, "first")) for part in found] == [1, 1, 1]


async def test_free_text_in_a_feed_is_answered_newest_first(portal: Portal) -> None:
    old = await make(portal, stage_name="Đen Vâu")
    new = await make(portal, stage_name="Bạn của Đen Vâu")
    feed = await feed_of(portal, "/vi/members.atom?q=den+vau")
    assert texts(feed, "title") == [new.stage_name, old.stage_name]


async def test_of_a_former_member_a_feed_tells_only_that(portal: Portal) -> None:
    async with portal.transaction() as session:
        gone = await make_ended(session, "left", legal_name_public=True)
    feed = await feed_of(portal, "/en/members.atom?standing=left")
    [summary] = texts(feed, "summary")
    assert summary == (
        f"No longer a member: left the alliance on {clock.today():%-d %B %Y}."
        f" Member number: {gone.number}."
    )
    assert list(feed.iter(f"{ATOM}category")) == []


# --- all of them --------------------------------------------------------------------------------


async def test_nothing_that_a_member_writes_breaks_a_feed(portal: Portal) -> None:
    await make(portal, stage_name=HOSTILE)
    await suspended(portal, stage_name=HOSTILE)
    shown = HOSTILE.replace("\u202e", "")
    assert texts(await feed_of(portal, "/feeds/members.atom"), "title") == [shown]
    assert texts(await feed_of(portal, "/members.atom"), "title") == [shown]
    [title] = texts(await feed_of(portal, "/en/feeds/standings.atom"), "title")
    assert title.startswith(f"{shown}: Suspended until")
    hostile = await feed_of(
        portal, "/members.atom?q=%3C/nobody%3E%3Cscript%3E%26%00%1b&province=%FF"
    )
    assert texts(hostile, "id") == []


@pytest.mark.parametrize("path", ["/feeds/members.atom", "/feeds/standings.atom", "/members.atom"])
async def test_a_reader_is_told_when_nothing_changed(portal: Portal, path: str) -> None:
    await make(portal)
    await suspended(portal)
    first = await portal.get(path)
    again = await portal.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await make(portal)
    await suspended(portal)
    changed = await portal.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_an_entry_is_updated_when_its_page_is(portal: Portal) -> None:
    with clock.at(clock.now() - timedelta(days=3)):
        member = await make(portal)
    before = texts(await feed_of(portal, "/feeds/members.atom"), "updated")
    async with portal.transaction() as session:
        row = await session.get(Member, member.id)
        assert row is not None
        row.stage_name = "Tên Mới"
    feed = await feed_of(portal, "/feeds/members.atom")
    assert texts(feed, "title") == ["Tên Mới"]
    assert texts(feed, "updated") > before


@pytest.mark.parametrize("size", [1, 3])
async def test_a_feed_sends_one_statement(portal: Portal, size: int) -> None:
    for _ in range(size):
        await suspended(portal)
        await make(portal)
    for path in ("/feeds/members.atom", "/feeds/standings.atom"):
        with statements(portal.database.engine) as seen:
            await portal.get(path)
        assert len(seen) == 1, path


@pytest.mark.parametrize("path", ["/", "/members", "/members?topic=food&page=2"])
async def test_pages_say_where_their_feeds_are(portal: Portal, path: str) -> None:
    html = (await portal.get(f"/fr{path if path != '/' else ''}")).text
    found = re.findall(
        r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', html
    )
    asked = ["members.atom?topic=food"] if "topic" in path else []
    names = [*asked, "feeds/members.atom", "feeds/standings.atom"]
    assert found == [f"{BASE}/fr/{name}" for name in names]
    for href in found:
        await feed_of(portal, href.removeprefix(BASE))
