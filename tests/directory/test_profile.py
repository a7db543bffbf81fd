"""A member's page: what it tells people, and what programs read in it."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest

from app.core import clock
from app.core.config import settings
from app.directory.search.live import Live, live, use_live
from app.members import service
from app.members.models import Member
from tests.conftest import statements
from tests.factories.directory import PROVEN, make_ended, prove
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal

BASE = "http://localhost:8000"
HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 \" ' %(x)s {{ 7 * 7 }}"
FORMER = ("expelled", "lapsed", "left")


async def make(portal: Portal, **given: Any) -> Member:
    async with portal.transaction() as session:
        return await make_member(session, **given)


def person_of(html: str) -> dict[str, Any]:
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    page = json.loads(found)
    assert page["@type"] == "ProfilePage"
    person: dict[str, Any] = page["mainEntity"]
    return person


def metas(html: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', html)
    return {name: unescape(content) for name, content in found}


async def test_search_engines_read_who_it_is_in_the_words_of_schema_org(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(
            session,
            stage_name="Bếp Nhà",
            legal_name_public=True,
            topics=("food", "travel"),
            languages=("vi", "en"),
            portrait="portraits/abc",
        )
        await prove(session, member, "https://www.tiktok.com/@bep.nha", 54_321)
        await prove(session, member, "https://www.youtube.com/@bepnha", None)
    html = (await portal.get(f"/members/{member.number}")).text
    address = f"{BASE}/members/{member.number}"
    assert person_of(html) == {
        "@type": "Person",
        "@id": f"{address}#person",
        "name": "Bếp Nhà",
        "alternateName": "Nguyễn Thị Sương",
        "url": address,
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "Member number",
            "value": member.number,
        },
        "description": "Mình nấu món quê bằng nguyên liệu ở chợ gần nhà.",
        "image": f"{BASE}/portraits/abc/profile.webp",
        "homeLocation": {"@type": "AdministrativeArea", "name": "Ho Chi Minh City"},
        "knowsAbout": ["Food & drink", "Travel"],
        "knowsLanguage": ["vi", "en"],
        "sameAs": ["https://www.tiktok.com/@bep.nha", "https://www.youtube.com/@bepnha"],
        "interactionStatistic": [
            {
                "@type": "InteractionCounter",
                "interactionType": "https://schema.org/FollowAction",
                "userInteractionCount": 54_321,
                "interactionService": {"@type": "WebSite", "name": "TikTok"},
                "endTime": "2026-02-27",
                "description": "as the owner says",
            }
        ],
        "memberOf": {
            "@type": "Organization",
            "@id": f"{BASE}/#alliance",
            "name": "Digital Trust Alliance",
            "url": f"{BASE}/",
        },
    }


async def test_the_page_says_when_it_began_and_changed(portal: Portal) -> None:
    with clock.at(datetime.fromisoformat("2026-03-01T23:30:00+07:00")):
        member = await make(portal)
    html = (await portal.get(f"/fr/members/{member.number}")).text
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    page = json.loads(found)
    assert page["dateCreated"] == "2026-03-01T23:30:00+07:00"
    assert datetime.fromisoformat(page["dateModified"]) > clock.now() - timedelta(minutes=5)
    assert (page["url"], page["inLanguage"]) == (f"{BASE}/fr/members/{member.number}", "fr")
    assert set(page) == {
        "@context", "@type", "@id", "url", "inLanguage", "dateCreated", "dateModified", "mainEntity",
    }  # fmt: skip


@pytest.mark.parametrize("standing", FORMER)
async def test_programs_read_of_a_former_member_only_the_name_and_number(
    portal: Portal, standing: str
) -> None:
    async with portal.transaction() as session:
        member = await make_ended(session, standing, legal_name_public=True)
    html = (await portal.get(f"/members/{member.number}")).text
    assert set(person_of(html)) == {"@type", "@id", "name", "url", "identifier"}
    assert "Nguyễn Thị Sương" not in html
    assert 'rel="me ' not in html
    assert "Mình nấu món quê" not in html


async def test_nothing_that_a_member_writes_ends_a_script_or_an_attribute(portal: Portal) -> None:
    member = await make(portal, stage_name=f"Bếp {HOSTILE}", biography=HOSTILE, legal_name=HOSTILE)
    for below in ("", "/share"):
        html = (await portal.get(f"/members/{member.number}{below}")).text
        assert "<script>alert" not in html
        assert html.count("<script") == html.count("</script>")
    html = (await portal.get(f"/members/{member.number}")).text
    assert person_of(html)["name"] == f"Bếp {HOSTILE}"
    assert person_of(html)["description"] == " ".join(HOSTILE.split())
    assert metas(html)["og:title"].startswith("Bếp ")


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
async def test_networks_are_told_of_a_picture_in_the_readers_language(
    portal: Portal, locale: str
) -> None:
    member = await make(portal, stage_name="Bếp Nhà")
    found = metas((await portal.get(f"/{locale}/members/{member.number}")).text)
    picture = found["og:image"]
    assert picture.startswith(f"{BASE}/{locale}/members/{member.number}/card.png?v=")
    shown = await portal.get(picture.removeprefix(BASE))
    assert shown.headers["content-type"] == "image/png"
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["og:type"] == "profile"
    assert found["og:url"] == f"{BASE}/{locale}/members/{member.number}"
    assert found["og:title"] == f"Bếp Nhà ({member.number})"
    assert found["twitter:card"] == "summary_large_image"
    assert found["profile:username"] == member.number
    assert found["og:image:alt"].startswith(f"Bếp Nhà, {member.number}. ")


async def test_the_picture_has_another_address_once_it_shows_something_else(
    portal: Portal,
) -> None:
    member = await make(portal)
    path = f"/en/members/{member.number}"
    before = metas((await portal.get(path)).text)["og:image"]
    assert metas((await portal.get(path)).text)["og:image"] == before
    async with portal.transaction() as session:
        until = clock.today() + timedelta(days=30)
        await service.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    assert metas((await portal.get(path)).text)["og:image"] != before


async def test_a_channel_links_back_to_the_member_as_the_same_person(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        await prove(session, member, "https://www.tiktok.com/@bep", 1_000)
        lost = await prove(session, member, "https://www.youtube.com/@mat")
        lost.lost_at = PROVEN + timedelta(days=9)
    html = (await portal.get(f"/members/{member.number}")).text
    assert re.findall(r'href="([^"]+)" rel="me noopener nofollow"', html) == [
        "https://www.tiktok.com/@bep"
    ]
    check = (await portal.get("/check?q=https://www.tiktok.com/@bep")).text
    assert 'rel="me ' not in check


@pytest.mark.parametrize(
    ("method", "how"),
    [
        ("page_code", "by a code on the page"),
        ("rel_me", "by a link on the page"),
        ("staff", "looked at by staff"),
    ],
)
async def test_a_channel_says_how_it_was_proven_and_whose_count_it_is(
    portal: Portal, method: str, how: str
) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        await prove(session, member, "https://www.tiktok.com/@bep", 54_321, proof_method=method)
    html = (await portal.get(f"/members/{member.number}")).text
    sources = re.findall(r'<span class="channel__source">([^<]+)</span>', html)
    assert sources == ["as the owner says, 27 Feb 2026", f"{how}, 2 Mar 2026"]


async def test_the_page_sends_four_statements_of_its_own(portal: Portal) -> None:
    members = [await make(portal), await make(portal)]
    async with portal.transaction() as session:
        for n in range(3):
            await prove(session, members[1], f"https://www.tiktok.com/@bep{n}")
    assert await live().ready()  # so that the index has read what it must
    for member in members:
        with statements(portal.database.engine) as seen:
            await portal.get(f"/members/{member.number}")
        assert [table for table in map(table_of, seen) if table] == [
            "members", "channels", "standing_changes", "conduct_signatures",
        ]  # fmt: skip


def table_of(statement: str) -> str:
    """The table that a statement of the page reads; "" for those of the index."""
    found = re.search(
        r"FROM (members|channels|standing_changes|conduct_signatures|member_changes)\b", statement
    )
    of_the_index = "xid" in statement or "pg_" in statement
    return "" if found is None or of_the_index else found[1]


async def test_what_a_browser_has_is_confirmed_without_reading_the_member(portal: Portal) -> None:
    member = await make(portal)
    for below in ("", "/share", "/qr.svg", "/card.vcf", "/card.png"):
        path = f"/members/{member.number}{below}"
        tag = (await portal.get(path)).headers["etag"]
        with statements(portal.database.engine) as seen:
            again = await portal.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), below
        assert [table for table in map(table_of, seen) if table] == [], below
        other = await portal.get(f"/fr{path}", headers={"If-None-Match": tag})
        assert other.status_code == 200, below


async def test_a_channel_that_is_proven_changes_what_a_browser_has(portal: Portal) -> None:
    member = await make(portal)
    path = f"/members/{member.number}"
    tag = (await portal.get(path)).headers["etag"]
    async with portal.transaction() as session:
        await prove(session, member, "https://www.tiktok.com/@bep")
    changed = await portal.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "@bep" in changed.text


async def test_the_page_is_there_while_the_index_cannot_answer(portal: Portal) -> None:
    member = await make(portal)
    unready = Live(portal.database, settings().search_folder, max_age=0, patience=0)
    before = live()
    use_live(unready)
    try:
        answer = await portal.get(f"/members/{member.number}")
        again = await portal.get(
            f"/members/{member.number}", headers={"If-None-Match": answer.headers["etag"]}
        )
    finally:
        use_live(before)
    assert (answer.status_code, again.status_code) == (200, 304)


async def test_who_is_signed_in_is_never_told_that_nothing_changed(portal: Portal) -> None:
    member = await make(portal)
    path = f"/members/{member.number}"
    tag = (await portal.get(path)).headers["etag"]
    await portal.sign_in(member.account_id)
    answer = await portal.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "Leave the alliance" in answer.text
