"""The badge on other sites: the page to take it from, oEmbed, the code to scan, the profile."""

import html
import json
import re
from io import BytesIO
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx2
import pytest
import zxingcpp
from PIL import Image
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from app.credentials.checking import baked, check
from app.directory.profile import badge, badge_raster
from app.directory.profile.badge import Look
from app.directory.profile.badge_drawing import SIZES
from app.directory.profile.picture import readable
from app.members.models import Member
from app.members.policy import number as make_number
from tests.factories.directory import make_ended, prove
from tests.factories.members import make_member
from tests.portal import Portal

BASE = "http://localhost:8000"
NOBODY = make_number(2026, 99_999)


async def make(portal: Portal, **given: object) -> Member:
    async with portal.transaction() as session:
        member = await make_member(session, **given)
        await prove(session, member, "https://www.tiktok.com/@bepnhasuong")
        return member


def embed_of(url: str, **given: object) -> str:
    more = "".join(f"&{name}={value}" for name, value in given.items())
    return f"/oembed?url={quote(url, safe='')}{more}"


# --- the page to take it from -------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
async def test_the_lines_to_copy_are_a_link_and_a_picture(portal: Portal, language: str) -> None:
    member = await make(portal, stage_name='Bếp "Nhà" <b>')
    answer = await portal.get(f"/{language}/members/{member.number}/badge?size=large&theme=dark")
    tree = HTMLParser(answer.text)
    code = tree.css_first("code.badge-code").text()
    copied = tree.css_first("[data-copy]").attributes["data-copy"]
    assert copied == code
    lines = HTMLParser(code).css_first("body")
    [link] = lines.css("a")
    [picture] = lines.css("img")
    assert link.attributes == {"href": f"{BASE}/members/{member.number}", "rel": "noopener"}
    look = Look("large", language, "dark")
    assert picture.attributes["src"] == badge.address(member.number, look)
    size = SIZES["large"]
    assert (picture.attributes["width"], picture.attributes["height"]) == (
        str(size.width),
        str(size.height),
    )
    assert 'Bếp "Nhà" <b>' in str(picture.attributes["alt"])
    assert {node.tag for node in lines.css("*")} - {"body"} == {"a", "img"}


async def test_what_others_keep_of_our_words_tells_no_standing(portal: Portal) -> None:
    member = await make(portal)
    page = (await portal.get(f"/en/members/{member.number}/badge")).text
    codes = [node.text() for node in HTMLParser(page).css("code.badge-code")]
    assert len(codes) == 2
    for code in codes:
        assert f"{BASE}/members/{member.number}" in code
        assert not re.search("verified|good standing", code, re.IGNORECASE)


async def test_every_look_is_on_the_page(portal: Portal) -> None:
    member = await make(portal)
    answer = await portal.get(f"/members/{member.number}/badge?language=fr")
    tree = HTMLParser(answer.text)
    sources = {node.attributes["src"] for node in tree.css(".badge-all img")}
    assert sources == {
        f"/members/{member.number}/badge.svg?size={size}&language=fr&theme={theme}"
        for size in SIZES
        for theme in ("light", "dark")
    }
    for source in sources:
        assert (await portal.get(str(source))).status_code == 200
    assert not tree.css("[style], script:not([src])")


async def test_the_page_names_the_accounts_it_is_valid_on(portal: Portal) -> None:
    member = await make(portal)
    page = (await portal.get(f"/en/members/{member.number}/badge")).text
    assert "On these accounts alone" in page
    assert "bepnhasuong" in page
    async with portal.transaction() as session:
        bare = await make_member(session)
        gone = await make_ended(session, "expelled")
    assert "valid on none" in (await portal.get(f"/en/members/{bare.number}/badge")).text
    page = (await portal.get(f"/en/members/{gone.number}/badge")).text
    assert "the membership has ended" in page
    assert "For a bio" not in page


async def test_the_page_of_another_spelling_leads_on_and_nobodys_is_missing(portal: Portal) -> None:
    member = await make(portal)
    written = member.number.lower().replace("-", "")
    there = await portal.get(f"/fr/members/{written}/badge")
    assert (there.status_code, there.headers["location"]) == (
        301,
        f"/fr/members/{member.number}/badge",
    )
    assert (await portal.get(f"/members/{NOBODY}/badge")).status_code == 404
    assert (await portal.get("/members/x/badge")).status_code == 404


# --- the profile --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "This badge is theirs on these accounts, and nowhere else:"),
        ("vi", "Huy hiệu này là của họ trên những tài khoản sau, và chỉ ở đó:"),
        ("fr", "Ce badge est le sien sur ces comptes, et nulle part ailleurs\u00a0:"),
    ],
)
async def test_the_profile_says_where_the_badge_is_theirs(
    portal: Portal, language: str, words: str
) -> None:
    member = await make(portal)
    tree = HTMLParser((await portal.get(f"/{language}/members/{member.number}")).text)
    section = tree.css_first(".person__badge")
    assert words in html.unescape(section.text())
    assert [node.text() for node in section.css("li strong")] == ["@bepnhasuong"]
    assert section.css_first('a[href$="/check"]')
    assert section.css_first(f'a[href$="/members/{member.number}/badge"]')


async def test_the_profile_of_a_former_member_disowns_the_badge(portal: Portal) -> None:
    async with portal.transaction() as session:
        gone = await make_ended(session, "left")
    page = (await portal.get(f"/en/members/{gone.number}")).text
    assert "No badge of this number is valid any more." in page
    assert "This badge is theirs" not in page


async def test_the_profile_is_found_by_consumers_of_oembed(portal: Portal) -> None:
    member = await make(portal)
    tree = HTMLParser((await portal.get(f"/fr/members/{member.number}")).text)
    for kind, media in (("json", "application/json+oembed"), ("xml", "text/xml+oembed")):
        [link] = tree.css(f'link[rel="alternate"][type="{media}"]')
        address = str(link.attributes["href"])
        assert address.startswith(f"{BASE}/oembed?format={kind}&url=")
        answer = await portal.get(address.removeprefix(BASE))
        assert answer.status_code == 200
        assert f"/fr/members/{member.number}" in answer.text


# --- oEmbed -------------------------------------------------------------------------------------


async def test_a_profile_is_a_photo_of_its_badge(portal: Portal) -> None:
    member = await make(portal, stage_name="Bếp & Nhà")
    answer = await portal.get(embed_of(f"{BASE}/vi/members/{member.number}"))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    told = json.loads(answer.text)
    picture = told.pop("thumbnail_url")
    assert told == {
        "version": "1.0",
        "type": "photo",
        "title": f"Bếp & Nhà ({member.number}) · Liên minh Niềm tin số",
        "author_name": "Bếp & Nhà",
        "author_url": f"{BASE}/vi/members/{member.number}",
        "provider_name": "Liên minh Niềm tin số",
        "provider_url": BASE,
        "cache_age": 3600,
        "url": f"{BASE}/members/{member.number}/badge.svg?size=large&language=vi&theme=light",
        "width": 460,
        "height": 236,
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
    }
    for address, kind in ((told["url"], "image/svg+xml"), (picture, "image/png")):
        shown = await portal.get(address.removeprefix(BASE))
        assert shown.headers["content-type"].startswith(kind)


async def test_both_formats_say_the_same(portal: Portal) -> None:
    member = await make(portal, stage_name="Bếp & <Nhà>")
    url = f"{BASE}/members/{member.number}"
    as_json = json.loads((await portal.get(embed_of(url, format="json"))).text)
    answer = await portal.get(embed_of(url, format="xml"))
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8" standalone="yes"?>')
    root = ET.fromstring(answer.content)  # noqa: S314 - ours
    assert root.tag == "oembed"
    assert {one.tag: one.text for one in root} == {k: str(v) for k, v in as_json.items()}


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        ({}, (460, 236)),
        ({"maxwidth": 460}, (460, 236)),
        ({"maxwidth": 459}, (340, 104)),
        ({"maxheight": 104}, (340, 104)),
        ({"maxheight": 103, "maxwidth": 2000}, (300, 48)),
        ({"maxwidth": 150}, (150, 24)),
        ({"maxheight": 1}, (6, 1)),
    ],
)
async def test_it_keeps_within_the_room_there_is(
    portal: Portal, room: dict[str, int], expected: tuple[int, int]
) -> None:
    member = await make(portal)
    answer = await portal.get(embed_of(f"{BASE}/members/{member.number}", **room))
    told = json.loads(answer.text)
    assert (told["width"], told["height"]) == expected
    if room:
        wide, high = room.get("maxwidth", 10**6), room.get("maxheight", 10**6)
        fits = wide >= 1200 and high >= 630
        assert ("thumbnail_url" in told) == fits


@pytest.mark.parametrize(
    "written", ["/members/{}", "/en/members/{}", "/members/{}/", "/members/{}?a=b#c"]
)
async def test_every_way_to_write_the_address_of_a_profile_is_known(
    portal: Portal, written: str
) -> None:
    member = await make(portal)
    for number in (member.number, member.number.lower()):
        for scheme in ("http", "https", "HTTP"):
            url = f"{scheme}://LOCALHOST:8000{written.format(number)}"
            assert (await portal.get(embed_of(url))).status_code == 200, url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/members/{}",
        "http://localhost:8000@evil.example/members/{}",
        "http://evil.example:8000/members/{}",
        "http://localhost:8001/members/{}",
        "http://localhost:8000.evil.example/members/{}",
        "http://a@localhost:8000/members/{}",
        "javascript://localhost:8000/members/{}",
        "//localhost:8000/members/{}",
        "http://localhost:8000/members/{}/badge",
        "http://localhost:8000/de/members/{}",
        "http://localhost:8000/members",
        "http://localhost:8000/members/%00",
        "http://localhost:8000/members/DTA-26-00012-8",
        f"http://localhost:8000/members/{NOBODY}",
        "http://[::1/members/{}",
        "",
        "x" * 9000,
    ],
)
async def test_other_addresses_are_not_known(portal: Portal, url: str) -> None:
    member = await make(portal)
    answer = await portal.get(embed_of(url.format(member.number)))
    assert answer.status_code == 404
    assert "evil" not in answer.text


async def test_refusals_are_those_of_the_specification(portal: Portal) -> None:
    member = await make(portal)
    url = f"{BASE}/members/{member.number}"
    assert (await portal.get(embed_of(url, format="yaml"))).status_code == 501
    assert (await portal.get("/oembed")).status_code == 400
    for room in ("0", "-1", "abc", "1.5", "٣", "9" * 40, ""):
        assert (await portal.get(embed_of(url, maxwidth=quote(room)))).status_code == 400, room


async def test_of_a_former_member_it_shows_the_badge_that_says_so(portal: Portal) -> None:
    async with portal.transaction() as session:
        gone = await make_ended(session, "expelled")
    told = json.loads((await portal.get(embed_of(f"{BASE}/en/members/{gone.number}"))).text)
    assert "Not a member" in (await portal.get(told["url"].removeprefix(BASE))).text
    assert "member" not in told["title"].lower().replace("members", "")


# --- pixels -------------------------------------------------------------------------------------


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGBA")


async def drawn(portal: Portal, number: str, look: Look) -> Image.Image:
    svg = (await portal.get(f"/members/{number}/badge.svg?{look.query}")).text
    return opened(await badge_raster.png(svg, look.measures[0]))


@pytest.mark.parametrize("size", SIZES)
async def test_it_has_a_clear_ground_beyond_its_corners_and_shows_its_colours(
    portal: Portal, size: str
) -> None:
    member = await make(portal)
    image = await drawn(portal, member.number, Look(size))
    assert image.size == (SIZES[size].width * 2, SIZES[size].height * 2)
    assert image.getpixel((0, 0)) == (0, 0, 0, 0)
    assert image.getpixel((image.width // 2, 4)) == (255, 255, 255, 255)
    assert image.getpixel((8, image.height // 2)) == (0x0B, 0x5D, 0x56, 255)


async def test_the_code_to_scan_leads_to_the_profile(portal: Portal) -> None:
    member = await make(portal)
    svg = (await portal.get(f"/members/{member.number}/qr.svg")).text
    image = opened(await badge_raster.png(svg, 132)).convert("L")
    [found] = zxingcpp.read_barcodes(image)
    assert found.text == f"{BASE}/members/{member.number}"


def test_names_are_written_with_letters_that_the_typeface_has() -> None:
    assert readable("Bếp 🍲 Nhà") == "Bếp Nhà"
    assert readable("李明") == ""


async def test_a_name_that_the_typeface_lacks_gives_way_to_the_number(portal: Portal) -> None:
    member = await make(portal, stage_name="李明")
    answer: httpx2.Response = await portal.get(f"/members/{member.number}/badge.svg?size=large")
    assert "李明" not in answer.text
    assert member.number in answer.text


# --- with the credential inside -----------------------------------------------------------------


@pytest.mark.parametrize(("kind", "media"), [("svg", "image/svg+xml"), ("png", "image/png")])
async def test_the_credential_comes_out_of_the_picture_as_it_went_in(
    portal: Portal, kind: str, media: str
) -> None:
    member = await make(portal)
    alone = await portal.get(f"/members/{member.number}/credential.json")
    answer = await portal.get(f"/members/{member.number}/credential.{kind}?language=fr")
    assert answer.headers["content-type"].startswith(media)
    named = f'attachment; filename="{member.number}.{kind}"'
    assert answer.headers["content-disposition"] == named
    assert baked(answer.content) == alone.content
    async with portal.transaction() as session:
        checked = await check(session, baked(answer.content) or b"")
    assert (checked.problems, checked.number) == ((), member.number)
    if kind == "png":
        assert opened(answer.content).size == (920, 472)
    else:
        assert "Membre vérifié" in answer.text
    tag = answer.headers["ETag"]
    again = await portal.get(
        f"/members/{member.number}/credential.{kind}?language=fr", headers={"If-None-Match": tag}
    )
    assert again.status_code == 304


async def test_the_page_offers_a_credential_while_one_holds(portal: Portal) -> None:
    member = await make(portal)
    offered = (await portal.get(f"/en/members/{member.number}/badge")).text
    for kind in ("json", "png", "svg"):
        assert f"/en/members/{member.number}/credential.{kind}" in offered
    async with portal.transaction() as session:
        gone = await make_ended(session, "expelled")
    page = (await portal.get(f"/en/members/{gone.number}/badge")).text
    assert "holds no credential today" in page
    for kind in ("png", "svg"):
        assert (await portal.get(f"/members/{gone.number}/credential.{kind}")).status_code == 404


@pytest.mark.parametrize("number", [NOBODY, "x", "DTA-26-00012-8"])
@pytest.mark.parametrize("kind", ["png", "svg"])
async def test_nobodys_credential_is_missing(portal: Portal, number: str, kind: str) -> None:
    assert (await portal.get(f"/members/{number}/credential.{kind}")).status_code == 404
