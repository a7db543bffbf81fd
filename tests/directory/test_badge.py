"""The badge of a member: what it says, in which clothes, and to whom it may be shown."""

import itertools
import re
from datetime import timedelta
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx2
import pytest

from app.core import clock, i18n
from app.core.i18n import use_locale
from app.directory.profile.badge import Look
from app.directory.profile.badge_drawing import SIZES, THEMES, TONES
from app.members import service
from app.members.models import Member
from app.members.policy import number as make_number
from app.web.headers import POLICY
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.directory import make_ended, prove
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal

STANDINGS = ("active", "suspended", "expelled", "lapsed", "left")
LOOKS = [Look(*one) for one in itertools.product(SIZES, i18n.LOCALES, THEMES)]
SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {f"{SVG}{name}" for name in ("svg", "title", "desc", "g", "path", "circle")}
WORDS = {
    "active": {"en": "Verified member", "vi": "Hội viên đã xác minh", "fr": "Membre vérifié"},
    "suspended": {"en": "Suspended", "vi": "Tạm đình chỉ", "fr": "Suspendu"},
}
NOT_ONE = {"en": "Not a member", "vi": "Không phải hội viên", "fr": "N’est pas membre"}
NOBODY = make_number(2026, 99_999)
HOSTILE = 'Bếp "<svg onload=alert(1)>" </title>&amp; \u202eđảo'
HOSTILE_NUMBERS = (
    "x",
    "DTA-26-00012-8",
    "<svg>",
    "%00",
    "a" * 5000,
    "DTA-26-00012-7;drop",
    "٣",
)


async def make(portal: Portal, standing: str = "active", **given: object) -> Member:
    async with portal.transaction() as session:
        if standing != "active":
            return await make_ended(session, standing, **given)
        member = await make_member(session, **given)
        await prove(session, member, "https://www.tiktok.com/@bepnhasuong")
        return member


def said(svg: str) -> tuple[str, str]:
    """Title and description, of an SVG that holds nothing but what a badge may."""
    root = ET.fromstring(svg)  # noqa: S314 - ours
    assert {one.tag for one in root.iter()} <= ALLOWED
    for one in root.iter():
        for name, value in one.attrib.items():
            assert not name.startswith("on"), name
            assert not re.search(r"href|style|url\(|javascript|data:", f"{name}={value}"), value
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "t d"
    title, description = root[0], root[1]
    assert (title.attrib["id"], description.attrib["id"]) == ("t", "d")
    return title.text or "", description.text or ""


def says(answer: httpx2.Response) -> str:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    return ". ".join(said(answer.text))


# --- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize("standing", STANDINGS)
async def test_it_tells_each_standing_in_every_look(portal: Portal, standing: str) -> None:
    member = await make(portal, standing)
    for look in LOOKS:
        answer = await portal.get(f"/members/{member.number}/badge.svg?{look.query}")
        text = says(answer)
        assert answer.headers["content-language"] == look.language
        assert member.number in text
        assert WORDS.get(standing, NOT_ONE)[look.language] in text
        assert (WORDS["active"][look.language] in text) == (standing == "active")
        assert "Nguyễn Thị Sương" not in answer.text
        root = ET.fromstring(answer.text)  # noqa: S314 - ours
        assert (int(root.attrib["width"]), int(root.attrib["height"])) == look.measures
        colours = TONES[standing]
        assert colours.panel in answer.text
        assert colours.words[look.theme] in answer.text


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("active", "Verified member, since"),
        ("suspended", "Suspended, since"),
        ("expelled", "Not a member, expelled on"),
        ("lapsed", "Not a member, lapsed on"),
        ("left", "Not a member, left on"),
    ],
)
async def test_it_says_since_when(portal: Portal, standing: str, words: str) -> None:
    member = await make(portal, standing)
    text = says(await portal.get(f"/members/{member.number}/badge.svg?language=en"))
    assert words in text
    assert re.search(re.escape(words) + r" \d{1,2} \w+ \d{4}", text)


async def test_it_says_no_more_than_is_checked(portal: Portal) -> None:
    member = await make(portal)
    path = f"/members/{member.number}/badge.svg?language=en"
    with use_locale("en"):
        today = i18n.format_date(clock.today())
    assert says(await portal.get(path)).endswith(
        f"Proven channels, signed code, in good standing on {today}. No endorsement of products."
    )
    async with portal.transaction() as session:
        bare = await make_member(session, stage_name="Chưa Có Kênh")
    text = says(await portal.get(f"/members/{bare.number}/badge.svg?language=en"))
    assert "Proven channels" not in text
    assert "No channel is proven at the moment" in text


@pytest.mark.parametrize("number", [NOBODY, *HOSTILE_NUMBERS])
async def test_a_number_that_nobody_has_is_said_to_be_nobodys(portal: Portal, number: str) -> None:
    await make(portal)
    answer = await portal.get(f"/members/{quote(number, safe='')}/badge.svg?language=en")
    text = says(answer)
    assert "Not a member, this number was never given" in text
    assert (NOBODY in text) == (number == NOBODY)
    assert "drop" not in text
    assert TONES["nobody"].panel in answer.text


async def test_a_control_character_in_a_number_finds_nothing(portal: Portal) -> None:
    assert (await portal.get("/members/%00/badge.svg")).status_code == 404


@pytest.mark.parametrize("between", ["", "%20", "-"])
async def test_a_number_written_otherwise_has_its_badge(portal: Portal, between: str) -> None:
    member = await make(portal)
    written = member.number.lower().replace("-", between)
    assert member.number in says(await portal.get(f"/members/{written}/badge.svg"))


@pytest.mark.parametrize(
    "query",
    ["size=huge", "language=de", "theme=<svg>", "size=&language=&theme=", "size=%00", "x" * 9000],
)
async def test_a_wrong_parameter_means_the_usual_look(portal: Portal, query: str) -> None:
    member = await make(portal)
    path = f"/members/{member.number}/badge.svg"
    usual = (await portal.get(path)).text
    assert (await portal.get(f"{path}?{query}")).text == usual
    assert usual == (await portal.get(f"{path}?size=medium&language=en&theme=light")).text


async def test_no_name_breaks_it(portal: Portal) -> None:
    member = await make(portal, stage_name=HOSTILE)
    for look in LOOKS:
        text = says(await portal.get(f"/members/{member.number}/badge.svg?{look.query}"))
        assert "onload" not in text or "<svg" in text  # as words, never as a tag


# --- how it is kept -----------------------------------------------------------------------------


async def test_it_may_be_shown_anywhere_and_is_asked_for_each_time(portal: Portal) -> None:
    member = await make(portal)
    for number in (member.number, NOBODY, "x"):
        answer = await portal.get(f"/members/{number}/badge.svg")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=2, must-revalidate"
        assert "set-cookie" not in answer.headers


async def test_a_badge_that_a_browser_has_costs_no_question_and_stays_open_to_all(
    portal: Portal,
) -> None:
    member = await make(portal)
    path = f"/members/{member.number}/badge.svg?size=small"
    await portal.get(path)
    had = {"If-None-Match": (await portal.get(path)).headers["ETag"]}
    with statements(portal.database.engine) as seen:
        same = await portal.get(path, headers=had)
    assert [asked for asked in seen if "member_changes" not in asked] == []
    assert same.status_code == 304
    # What a 304 says of the headers replaces what the browser knew of them.
    assert same.headers["cross-origin-resource-policy"] == "cross-origin"
    assert same.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("below", ["/qr.svg", "/card.png"])
async def test_so_do_the_other_pictures_of_a_member(portal: Portal, below: str) -> None:
    member = await make(portal)
    path = f"/members/{member.number}{below}"
    await portal.get(path)
    tag = (await portal.get(path)).headers["ETag"]
    same = await portal.get(path, headers={"If-None-Match": tag})
    assert same.status_code == 304
    assert same.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "below", ["/qr.svg", "/card.png", "/record.json", "/record/0.tlog-proof", "/credential.json"]
)
async def test_the_way_to_the_one_address_is_open_to_other_sites_too(
    portal: Portal, below: str
) -> None:
    """A browser asks each answer on the way for leave, not the last alone."""
    member = await make(portal)
    there = await portal.get(f"/members/{member.number.lower()}{below}")
    assert there.status_code == 301
    assert there.headers["cross-origin-resource-policy"] == "cross-origin"
    open_to_scripts = below not in ("/qr.svg", "/card.png")
    assert (there.headers.get("access-control-allow-origin") == "*") == open_to_scripts


async def test_it_changes_with_the_standing_and_its_tag_with_it(portal: Portal) -> None:
    member = await make(portal)
    path = f"/members/{member.number}/badge.svg?language=en"
    await portal.get(path)
    had = {"If-None-Match": (await portal.get(path)).headers["ETag"]}
    assert (await portal.get(path, headers=had)).status_code == 304
    async with portal.transaction() as session:
        until = clock.today() + timedelta(days=30)
        await service.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    text = says(await portal.get(path, headers=had))
    assert "Suspended, since" in text
    assert "Verified" not in text


async def test_its_looks_have_tags_of_their_own(portal: Portal) -> None:
    member = await make(portal)
    tags = {
        (await portal.get(f"/members/{member.number}/badge.svg?{look.query}")).headers["ETag"]
        for look in LOOKS
    }
    assert len(tags) == len(LOOKS)


async def test_who_is_signed_in_sees_the_same(portal: Portal) -> None:
    member = await make(portal)
    path = f"/members/{member.number}/badge.svg?size=large"
    strangers = (await portal.get(path)).text
    async with portal.transaction() as session:
        account = await make_account(session)
    await portal.sign_in(account.id)
    assert (await portal.get(path)).text == strangers
