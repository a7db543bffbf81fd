"""The public pages as a browser asks for them."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from app.directory.rendering import abbreviations
from app.members import service
from app.members.models import Member
from tests.conftest import statements
from tests.factories.directory import PROVEN, Crowd, make_ended, prove
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal


def links(html: str, rel: str) -> list[str]:
    return re.findall(rf'<link rel="{rel}"[^>]*href="([^"]+)"', html)


def robots(html: str) -> list[str]:
    return re.findall(r'<meta name="robots" content="([^"]+)"', html)


def structured(html: str) -> list[Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [json.loads(each) for each in found]


def cards(html: str) -> list[str]:
    return re.findall(r'class="member__name"><a href="([^"]+)"', html)


async def make(portal: Portal, **given: Any) -> Member:
    async with portal.transaction() as session:
        return await make_member(session, **given)


@pytest.mark.parametrize("prefix", ["", "/vi", "/en", "/fr"])
@pytest.mark.parametrize("path", ["/members", "/check", "/check?q=%40abc", ""])
async def test_every_page_says_where_it_is_in_each_language(
    portal: Portal, prefix: str, path: str
) -> None:
    html = (await portal.get(prefix + path or "/")).text
    bare = path.partition("?")[0]
    [canonical] = links(html, "canonical")
    assert canonical.split("?")[0] == "http://localhost:8000" + (prefix + bare or "/")
    alternates = dict(re.findall(r'hreflang="([^"]+)" href="([^"?]+)', html.split("<body")[0]))
    assert alternates == {
        **{key: f"http://localhost:8000/{key}{bare}" for key in ("vi", "en", "fr")},
        "x-default": f"http://localhost:8000{bare or '/'}",
    }


async def test_the_front_door_shows_nobody_while_there_is_nobody(portal: Portal) -> None:
    html = (await portal.get("/")).text
    assert cards(html) == []
    assert 'class="figures"' not in html
    assert "The first members are on their way" in html


async def test_the_front_door_shows_true_figures_and_who_joined_last(portal: Portal) -> None:
    crowd = Crowd(40, seed=2)
    async with portal.transaction() as session:
        await crowd.move_in(session)
    good = [row for row in crowd.members if row["standing"] == "active"]
    accounts = {row["account_id"] for row in good}
    held = {
        c["platform"]
        for c in crowd.channels
        if c["account_id"] in accounts and not c["lost_at"] and not c["removed_at"]
    }
    html = (await portal.get("/")).text
    figures = [int(n) for n in re.findall(r"<dd>(\d+)</dd>", html)]
    assert figures == [len(good), len(held), len({row["province"] for row in good})]
    latest = sorted(good, key=lambda row: (row["joined_at"], row["serial"]), reverse=True)[:6]
    assert cards(html) == [f"/members/{row['number']}" for row in latest]
    [graph] = structured(html)
    assert [each["@type"] for each in graph["@graph"]] == ["Organization", "WebSite"]


async def test_a_business_finds_a_member_without_accents(portal: Portal) -> None:
    member = await make(portal, stage_name="Đen Vâu")
    await make(portal, stage_name="Người Khác")
    html = (await portal.get("/members?q=den+vau")).text
    assert cards(html) == [f"/members/{member.number}"]
    assert "<title>Members: “den vau” · Digital Trust Alliance</title>" in html
    assert robots(html) == ["noindex, follow"]


async def test_an_address_leads_to_one_canonical_form(portal: Portal) -> None:
    html = (
        await portal.get(
            "/members?sort=newest&platform=tiktok&topic=travel&topic=food&q=&page=1&x=y"
        )
    ).text
    assert links(html, "canonical") == [
        "http://localhost:8000/members?topic=food&amp;topic=travel&amp;platform=tiktok"
    ]


async def test_pages_lead_to_the_ones_beside_them(portal: Portal) -> None:
    async with portal.transaction() as session:
        await Crowd(120, seed=4).move_in(session)
    first = (await portal.get("/vi/members")).text
    assert (links(first, "prev"), links(first, "next")) == (
        [],
        ["http://localhost:8000/vi/members?page=2"],
    )
    second = (await portal.get("/members?page=2")).text
    assert links(second, "prev") == ["http://localhost:8000/members"]
    assert robots(second) == []
    assert set(cards(first)) & set(cards(second)) == set()


@pytest.mark.parametrize(
    "query",
    [
        "page=99999999",
        "page=-1&page=%C2%B2",
        "q=%00",
        "q=%00%01%7f%1b[2J",
        "q=%ff%fe",
        "q=%25_%5C'%22%3Cscript%3E",
        "q=" + "a" * 5000,
        "q=" + "+".join("abcdefghijkl"),
        "topic=%00&topic=nope&province=../&tier=mega&tier=mega&standing=",
        "sort=relevance&sort=drop+table",
        "&&==&=&q",
        "q=%E2%80%AE%E2%80%8B",
    ],
)
async def test_the_directory_answers_whatever_it_is_asked(portal: Portal, query: str) -> None:
    member = await make(portal)
    answer = await portal.get(f"/members?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert cards(answer.text) in ([], [f"/members/{member.number}"])


async def test_an_empty_answer_says_which_filter_to_loosen(portal: Portal) -> None:
    await make(portal, topics=("food",), province="79")
    html = (await portal.get("/members?topic=food&province=ha-noi")).text
    assert cards(html) == []
    ways = re.findall(r'<ul class="loosen".*?</ul>', html, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', ways) == ["/members?topic=food", "/members"]
    assert "Without “Hanoi”" in ways


def of_members(seen: list[str]) -> list[str]:
    """The statements that read members or channels themselves, not what changed among them."""
    return [each for each in seen if re.search(r"FROM (members|channels)\b", each)]


@pytest.mark.parametrize("size", [1, 3])
async def test_the_directory_reads_each_card_once_while_it_does_not_change(
    portal: Portal, size: int
) -> None:
    async with portal.transaction() as session:
        for _ in range(size):
            member = await make_member(session)
            await prove(session, member, f"https://www.tiktok.com/@bep{member.serial}")
    await portal.get("/members?q=nobody")  # the index is there
    with statements(portal.database.engine) as first:
        html = (await portal.get("/members?q=bep")).text
    assert (len(of_members(first)), len(cards(html))) == (1, size)
    with statements(portal.database.engine) as again:
        html = (await portal.get("/members?q=bep&sort=name")).text
    assert (of_members(again), len(cards(html))) == ([], size)
    with statements(portal.database.engine) as front:
        html = (await portal.get("/fr/")).text
    assert (of_members(front), len(cards(html))) == ([], size)


async def test_a_card_shows_each_change_at_once(portal: Portal) -> None:
    member = await make(portal, stage_name="Bếp Sương")
    assert "@bep.moi" not in (await portal.get("/members")).text
    async with portal.transaction() as session:
        await prove(session, member, "https://www.tiktok.com/@bep.moi", 54_321)
    html = (await portal.get("/members")).text
    assert "@bep.moi" in html
    assert "54.3K" in html
    assert "27 Feb 2026" in html
    until = clock.today() + timedelta(days=30)
    async with portal.transaction() as session:
        await service.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    assert cards((await portal.get("/members")).text) == []
    assert "Suspended" in (await portal.get("/members?standing=suspended")).text


def why_of(html: str) -> list[str]:
    """What each card says of why it is there, in lines of plain text with hits in brackets."""
    found = re.findall(r'<div class="why">.*?<dl>(.*?)</dl>', html, re.DOTALL)
    lines = [re.findall(r"<dt>(.*?)</dt> <dd>(.*?)</dd>", each) for each in found]
    texts = [" / ".join(f"{kind}: {text}" for kind, text in each) for each in lines]
    return [text.replace("<mark>", "[").replace("</mark>", "]") for text in texts]


async def test_a_card_says_which_words_it_has_and_where(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Đen <b>Vâu</b>", topics=("music",))
        await prove(session, member, "https://www.youtube.com/@denvau")
    assert why_of((await portal.get("/members")).text) == []
    [told] = why_of((await portal.get("/members?q=den+cho")).text)
    assert told.split(" / ") == [
        "Name: [Đen] &lt;b&gt;Vâu&lt;/b&gt;",
        "In their own words: Mình nấu món quê bằng nguyên liệu ở [chợ] gần nhà.",
    ]
    assert why_of((await portal.get("/members?q=denvau")).text) == ["Channel: @[denvau]"]
    assert why_of((await portal.get("/vi/members?q=music")).text) == ["Chủ đề: [Âm nhạc]"]


async def test_words_read_otherwise_are_told_with_a_way_to_why(portal: Portal) -> None:
    member = await make(portal, stage_name="Đen Vâu")
    as_typed = (await portal.get("/members?q=den+vau")).text
    assert "Showing results for" not in as_typed
    html = (await portal.get("/members?q=den+vauu<i>")).text
    assert cards(html) == []
    html = (await portal.get("/members?q=denn+vau")).text
    assert cards(html) == [f"/members/{member.number}"]
    [said] = re.findall(r"Showing results for <strong>(.*?)</strong>", html)
    assert said == "“den vau”"
    assert 'href="/members/how#words"' in html
    assert why_of(html) == ["Name: [Đen Vâu]"]


async def test_what_is_hidden_explains_nothing(portal: Portal) -> None:
    await make(portal, stage_name="Bếp", legal_name="Trần Ẩn", biography="Món quê.")
    await make(
        portal, stage_name="Lá", legal_name="Trần Hiện", legal_name_public=True, biography="Món."
    )
    html = (await portal.get("/members?q=tran")).text
    assert why_of(html) == ["Legal name: [Trần] Hiện"]


async def test_a_former_province_leads_to_todays(portal: Portal) -> None:
    member = await make(portal, province="48")
    await make(portal, province="79")
    by_alias = (await portal.get("/members?province=quang-nam")).text
    assert cards(by_alias) == [f"/members/{member.number}"]
    assert links(by_alias, "canonical") == ["http://localhost:8000/members?province=da-nang"]
    assert "formerly also Quảng Nam" in by_alias
    html = (await portal.get("/vi/members?q=quang+nam&topic=food")).text
    assert 'href="/vi/members?topic=food&amp;province=da-nang"' in html


async def test_the_map_has_a_tile_for_every_province_and_each_ticks_its_box(
    portal: Portal,
) -> None:
    await make(portal, province="48")
    html = (await portal.get("/members?province=da-nang")).text
    tiles = re.findall(r'<label class="tile ([^"]*)" for="([^"]+)" title="([^"]+)"', html)
    boxes = re.findall(r'id="(province-[^"]+)" name="province" type="checkbox"', html)
    assert sorted(box for _, box, _ in tiles) == sorted(boxes)
    assert len(boxes) == 34
    places = [classes.split()[:2] for classes, _, _ in tiles]
    assert len({tuple(place) for place in places}) == 34
    assert [(c, t) for c, b, t in tiles if b == "province-da-nang"] == [
        ("tile--x4 tile--y9 tile--shade4 tile--chosen", "Da Nang: 1")
    ]


def test_no_two_provinces_have_the_same_letters_on_the_map() -> None:
    short = list(abbreviations().values())
    assert len(set(short)) == len(short) == 34
    assert max(map(len, short)) == 3


async def suggested(portal: Portal, query: str) -> list[tuple[str, str]]:
    html = (await portal.get(f"/members/suggest?{query}")).text
    return re.findall(r'data-text="([^"]*)" data-href="([^"]*)"', html)


async def test_what_is_typed_is_completed_with_topics_places_names_and_handles(
    portal: Portal,
) -> None:
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Âm Vang", topics=("food",))
        await prove(session, member, "https://www.tiktok.com/@am.vang.that")
    assert await suggested(portal, "q=am+nh&platform=tiktok") == [
        ("Music", "/members?topic=music&amp;platform=tiktok")
    ]
    assert ("Da Nang", "/members?province=da-nang") in await suggested(portal, "q=quang+na")
    assert ("Âm Vang", "/members?q=%C3%82m+Vang") in await suggested(portal, "q=am+va")


@pytest.mark.parametrize("query", ["", "q=", "q=a", "q=%00", "q=%3Cscript%3E", "q=" + "x" * 9000])
async def test_nothing_is_suggested_for_nothing(portal: Portal, query: str) -> None:
    assert await suggested(portal, query) == []


async def test_how_the_list_is_ordered_is_told_and_linked(portal: Portal) -> None:
    html = (await portal.get("/members")).text
    assert "Nobody is ranked by score, and no place is for sale." in html
    assert 'href="/members/how"' in html
    answer = await portal.get("/members/how")
    assert answer.status_code == 200
    assert links(answer.text, "canonical") == ["http://localhost:8000/members/how"]


async def test_an_empty_answer_offers_fewer_words_with_what_they_would_find(
    portal: Portal,
) -> None:
    await make(portal, stage_name="Bếp Sương")
    html = (await portal.get("/members?q=bep+xyzxyz&topic=music")).text
    ways = re.findall(r'<ul class="loosen".*?</ul>', html, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', ways) == ["/members"]
    html = (await portal.get("/members?q=bep+xyzxyz&topic=food")).text
    ways = re.findall(r'<ul class="loosen".*?</ul>', html, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)">([^<]+)</a>(?: <span class="quiet">(.*?)<)?', ways) == [
        ("/members?q=bep&amp;topic=food", "Without “xyzxyz”", "1 member"),
        ("/members?topic=food", "Without “bep xyzxyz”", "1 member"),
        ("/members", "The whole directory", ""),
    ]


async def test_htmx_writes_a_choice_into_the_history_and_typing_over_it(portal: Portal) -> None:
    asked = {"HX-Request": "true", "HX-Current-URL": "http://localhost:8000/en/members?topic=food"}
    typed = await portal.get("/en/members?q=an&topic=food", headers=asked)
    assert typed.headers["HX-Replace-Url"] == "/en/members?q=an&topic=food"
    chosen = await portal.get("/en/members?topic=food&topic=travel&q=", headers=asked)
    assert chosen.headers["HX-Push-Url"] == "/en/members?topic=food&topic=travel"
    assert {each.headers["cache-control"] for each in (typed, chosen)} == {"private, no-cache"}
    plain = await portal.get("/en/members?topic=food")
    assert "HX-Request" in plain.headers["vary"]


@pytest.mark.parametrize("written", ["dta26000010", "DTA 26 00001 0", "dta-26-00001-0"])
async def test_a_number_written_otherwise_leads_to_the_canonical_address(
    portal: Portal, written: str
) -> None:
    answer = await portal.get(f"/fr/members/{written}")
    assert answer.status_code == 301
    assert answer.headers["location"] == "/fr/members/DTA-26-00001-0"


@pytest.mark.parametrize("number", ["DTA-26-00001-4", "DTA-26-99999-6", "%00", "x" * 3000, "..."])
async def test_a_number_that_nobody_has_is_not_found(portal: Portal, number: str) -> None:
    await make(portal)
    assert (await portal.get(f"/members/{number}")).status_code == 404


HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 \" ' %(x)s {{ 7 * 7 }}"


async def test_a_profile_shows_who_they_are_and_says_it_to_programs(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(
            session,
            stage_name=f"Bếp {HOSTILE}",
            biography=f"Một.\n\nHai {HOSTILE}",
            portrait="portraits/abc",
        )
        await prove(session, member, "https://www.tiktok.com/@bep.nha", 54_321)
        lost = await prove(session, member, "https://www.youtube.com/@mat")
        lost.lost_at = PROVEN + timedelta(days=9)
    html = (await portal.get(f"/members/{member.number}")).text
    assert "<script>alert" not in html
    assert "49" not in re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)[0]
    assert "A member in good standing since" in html
    assert "54.3K" in html
    assert "27 Feb 2026" in html
    assert "https://www.youtube.com" not in html
    assert html.index("Proven channels") < html.index(">@bep.nha<") < html.index("No longer proven")
    assert html.index("No longer proven") < html.index(">@mat<")
    assert "portraits/abc/profile.webp" in html
    [page] = structured(html)
    person = page["mainEntity"]
    assert page["@type"] == "ProfilePage"
    assert person["name"] == f"Bếp {HOSTILE}"
    assert person["sameAs"] == ["https://www.tiktok.com/@bep.nha"]
    assert "legal_name" not in html
    assert "Nguyễn Thị Sương" not in html
    assert robots(html) == []


async def test_a_legal_name_is_shown_where_its_owner_wants_it(portal: Portal) -> None:
    member = await make(portal, legal_name_public=True)
    assert "Nguyễn Thị Sương" in (await portal.get(f"/members/{member.number}")).text


ENDINGS = {
    "suspended": "A member, but suspended since",
    "expelled": "No longer a member: expelled on",
    "lapsed": "No longer a member: the term ended on",
    "left": "No longer a member: left the alliance on",
}


async def end(portal: Portal, standing: str) -> Member:
    """A member who has come to `standing`, with a channel, a portrait and a biography."""
    async with portal.transaction() as session:
        return await make_ended(session, standing)


@pytest.mark.parametrize("standing", list(ENDINGS))
async def test_a_page_says_that_somebody_is_no_member_and_does_not_vanish(
    portal: Portal, standing: str
) -> None:
    member = await end(portal, standing)
    answer = await portal.get(f"/members/{member.number}")
    html = answer.text
    assert answer.status_code == 200
    assert ENDINGS[standing] in html
    assert "Became a member" in html
    assert ("Quảng cáo sai." in html) == (standing in ("suspended", "expelled"))
    present = standing == "suspended"
    assert ("portraits/abc" in html) == present
    assert ("Mình nấu món quê" in html) == present
    assert ("sameAs" in html) == present
    assert robots(html) == ([] if present else ["noindex"])
    assert cards((await portal.get("/members")).text) == []
    listed = (await portal.get(f"/members?standing={standing}")).text
    assert cards(listed) == [f"/members/{member.number}"]


@pytest.mark.parametrize("standing", list(ENDINGS))
@pytest.mark.parametrize("asked", ["link", "number"])
async def test_the_check_tells_a_standing_plainly(
    portal: Portal, standing: str, asked: str
) -> None:
    member = await end(portal, standing)
    link = f"https://www.tiktok.com/@bep.suong{member.serial}"
    q = {"number": member.number, "link": link}[asked]
    html = (await portal.get("/check", params={"q": q})).text
    title = {
        "suspended": "Bếp Sương, a member who is suspended",
    }.get(standing, "Bếp Sương is no longer a member")
    assert re.findall(r'id="answer">(.*?)</h2>', html) == [title]
    assert ENDINGS[standing] in html


async def test_a_browser_asks_each_time_and_is_told_when_nothing_changed(portal: Portal) -> None:
    member = await make(portal)
    path = f"/members/{member.number}"
    first = await portal.get(path)
    assert first.headers["cache-control"] == "public, max-age=0, s-maxage=2, must-revalidate"
    assert "Cookie" in first.headers["vary"]
    again = await portal.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    async with portal.transaction() as session:
        until = clock.today() + timedelta(days=30)
        await service.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    changed = await portal.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_nobody_keeps_the_page_of_who_is_signed_in_nor_an_answer(portal: Portal) -> None:
    member = await make(portal)
    assert (await portal.get("/check?q=%40abc")).headers["cache-control"] == "private, no-cache"
    await portal.sign_in(member.account_id)
    for path in ("/", "/members", f"/members/{member.number}"):
        answer = await portal.get(path)
        assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)
