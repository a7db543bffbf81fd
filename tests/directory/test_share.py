"""What is handed on of a member: code to scan, contact card, picture."""

import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
import segno
from PIL import Image

from app.conduct import typeface
from app.core import clock, i18n, pictures
from app.directory.profile import drawing, picture
from app.directory.profile.drawing import Shown, draw
from app.directory.profile.lettering import Block, fitted
from app.members import service
from app.members.models import Member
from app.members.queries import view
from tests.conftest import statements
from tests.factories.directory import make_ended, prove
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal

BASE = "http://localhost:8000"
VIETNAMESE = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)
HOSTILE = 'Bếp; "<svg onload=alert(1)>", \\n END:VCARD </title>&amp; \u202eđảo'


async def make(portal: Portal, **given: object) -> Member:
    async with portal.transaction() as session:
        return await make_member(session, **given)


# --- the code to scan ---------------------------------------------------------------------------


def modules(svg: str) -> set[tuple[int, int]]:
    """The dark squares of a code that is drawn as horizontal strokes, as (row, column)."""
    paths = ET.fromstring(svg).findall("{http://www.w3.org/2000/svg}path")  # noqa: S314 - ours
    x = y = 0.0
    dark: set[tuple[int, int]] = set()
    for kind, numbers in re.findall(r"([Mmh])([-0-9. ]+)", paths[-1].attrib["d"]):
        values = [float(n) for n in numbers.split()]
        if kind == "M":
            x, y = values
        elif kind == "m":
            x, y = x + values[0], y + values[1]
        else:
            dark |= {(int(y - 0.5), int(x) + n) for n in range(int(values[0]))}
            x += values[0]
    return dark


@pytest.mark.parametrize("prefix", ["", "/vi", "/fr"])
async def test_the_code_leads_to_the_stable_address_in_every_language(
    portal: Portal, prefix: str
) -> None:
    member = await make(portal)
    answer = await portal.get(f"{prefix}/members/{member.number}/qr.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    expected = segno.make(f"{BASE}/members/{member.number}", error="m", micro=False)
    assert modules(answer.text) == {
        (row + 4, column + 4)
        for row, line in enumerate(expected.matrix)
        for column, dark in enumerate(line)
        if dark
    }


async def test_the_code_stays_when_the_standing_changes(portal: Portal) -> None:
    member = await make(portal)
    path = f"/members/{member.number}/qr.svg"
    before = (await portal.get(path)).content
    async with portal.transaction() as session:
        await service.expel(session, OPERATOR, member.number, 12, "Quảng cáo sai.")
    assert (await portal.get(path)).content == before


# --- the contact card ---------------------------------------------------------------------------


def parsed(card: str) -> list[tuple[str, dict[str, str], str]]:
    """Name, parameters and raw value of each line (RFC 6350, sections 3.2 and 3.3)."""
    assert card.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))
    assert "\n" not in card.replace("\r\n", "")
    found = []
    for line in card.replace("\r\n ", "").removesuffix("\r\n").split("\r\n"):
        head, _, value = line.partition(":")
        name, *given = head.split(";")
        assert re.fullmatch("[A-Z]+", name), line
        found.append((name, dict(one.split("=", 1) for one in given), value))
    names = [name for name, _, _ in found]
    assert names[:2] == ["BEGIN", "VERSION"]
    assert names[-1] == "END"
    assert names.count("BEGIN") == names.count("END") == names.count("UID") == 1
    return found


def values(card: str, name: str) -> list[str]:
    return [value for found, _, value in parsed(card) if found == name]


def plain(value: str) -> str:
    """A value of type text without its escapes."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), value
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value)


async def test_a_card_says_what_the_page_says(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(
            session,
            stage_name="Bếp Nhà",
            topics=("food", "travel"),
            languages=("vi", "en"),
            portrait="portraits/abc",
        )
        await prove(session, member, "https://www.tiktok.com/@bep.nha", 54_321)
    answer = await portal.get(f"/vi/members/{member.number}/card.vcf")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{member.number}.vcf"'
    address = f"{BASE}/members/{member.number}"
    card = answer.text
    assert values(card, "VERSION") == ["4.0"]
    assert values(card, "FN") == ["Bếp Nhà"]
    assert values(card, "UID") == [address]
    assert values(card, "SOURCE") == [f"{address}/card.vcf"]
    assert values(card, "URL") == [address, "https://www.tiktok.com/@bep.nha"]
    assert values(card, "CATEGORIES") == ["Ẩm thực,Du lịch"]
    assert values(card, "LANG") == ["vi", "en"]
    assert values(card, "ADR") == [";;;;Hồ Chí Minh;;"]
    assert values(card, "PHOTO") == [f"{BASE}/portraits/abc/profile.webp"]
    [rev] = values(card, "REV")
    assert re.fullmatch(r"\d{8}T\d{6}Z", rev)
    [note] = map(plain, values(card, "NOTE"))
    assert note.startswith("Tư cách hội viên có hiệu lực từ ")
    assert note.endswith(f" Xem điều đúng hôm nay tại: {address}")
    assert "Nguyễn Thị Sương" not in card
    assert "@example.vn" not in card


async def test_a_card_has_the_legal_name_where_its_owner_shows_it(portal: Portal) -> None:
    member = await make(portal, legal_name_public=True)
    card = (await portal.get(f"/members/{member.number}/card.vcf")).text
    assert values(card, "FN") == ["Bếp Nhà Sương", "Nguyễn Thị Sương"]


@pytest.mark.parametrize("name", [HOSTILE, "ẫ" * 200, "👨‍👩‍👧‍👦" * 40, "a" * 64 + "ệ" + "b" * 80])
async def test_no_name_breaks_a_card(portal: Portal, name: str) -> None:
    member = await make(portal, stage_name=name)
    card = (await portal.get(f"/members/{member.number}/card.vcf")).text
    [shown] = map(plain, values(card, "FN"))
    assert shown == visible(name)
    assert [value for found, _, value in parsed(card) if found == "END"] == ["VCARD"]


def visible(name: str) -> str:
    """`name` without what is invisible in it."""
    return re.sub("[\u202e\u200d]", "", name)


@pytest.mark.parametrize("standing", ["expelled", "lapsed", "left"])
async def test_the_card_of_a_former_member_says_so_and_little_else(
    portal: Portal, standing: str
) -> None:
    async with portal.transaction() as session:
        member = await make_ended(session, standing, legal_name_public=True)
    card = (await portal.get(f"/members/{member.number}/card.vcf")).text
    names = [name for name, _, _ in parsed(card)]
    assert names == [
        "BEGIN", "VERSION", "KIND", "UID", "SOURCE", "REV", "FN", "URL", "NOTE", "END",
    ]  # fmt: skip
    assert plain(values(card, "NOTE")[0]).startswith("No longer a member: ")


# --- the picture --------------------------------------------------------------------------------


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    return image.convert("RGB")


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether anything but paper is in `box`."""
    lightest = image.crop(box).convert("L").getextrema()[0]
    return isinstance(lightest, int) and lightest < 235


def shown(**given: str | None) -> Shown:
    usual = {
        "alliance": "Liên minh Niềm tin số",
        "name": "Bếp Nhà Sương",
        "standing": "active",
        "standing_words": "Đang hiệu lực",
        "meaning": "Đã xác minh từ 3/11/2026",
        "number": "DTA-26-00012-7",
        "address": "tinnhiem.example.vn",
        "initials": "NS",
        "portrait": None,
    }
    return Shown(**{**usual, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
@pytest.mark.parametrize("standing", ["active", "suspended", "expelled", "lapsed", "left"])
async def test_a_picture_tells_the_standing_in_words(
    portal: Portal, standing: str, locale: str
) -> None:
    async with portal.transaction() as session:
        if standing == "active":
            member = await make_member(session)
        else:
            member = await make_ended(session, standing, portrait=None)
    answer = await portal.get(f"/{locale}/members/{member.number}/card.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    image = opened(answer.content)
    colour = tuple(bytes.fromhex(drawing.TONES[standing].colour[1:]))
    words = image.crop((drawing.LEFT, 120, drawing.RIGHT, 540))
    near = [
        count
        for count, pixel in words.getcolors(words.width * words.height) or []
        if isinstance(pixel, tuple)
        and max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 12
    ]
    assert sum(near) > 800


async def test_what_a_picture_says_is_in_the_readers_language(portal: Portal) -> None:
    async with portal.transaction() as session:
        gone = view(await make_ended(session, "left"))
        here = view(await make_member(session, stage_name="Đặng Thị Ngọc Ẩm"))
    with i18n.use_locale("vi"):
        told = picture.shown(gone)
        assert (told.alliance, told.standing_words) == ("Liên minh Niềm tin số", "Đã rời liên minh")
        assert told.meaning.startswith("Không còn là hội viên: rời liên minh ngày ")
        assert (told.portrait, told.initials) == (None, "")
        assert picture.shown(here).meaning.startswith("Đã xác minh từ ")
        assert (picture.shown(here).name, picture.shown(here).initials) == (
            "Đặng Thị Ngọc Ẩm",
            "NẨ",
        )
    assert picture.shown(here).meaning.startswith("Verified since ")


async def test_the_portrait_is_on_the_picture_while_they_are_a_member(portal: Portal) -> None:
    red = BytesIO()
    Image.new("RGB", (640, 800), "#c03020").save(red, "WEBP", quality=90)
    await pictures.keep("portraits/red", {"card": red.getvalue(), "profile": red.getvalue()})
    member = await make(portal, portrait="portraits/red")
    path = f"/members/{member.number}/card.png"

    def left(data: bytes) -> tuple[int, ...]:
        pixel = opened(data).getpixel((250, 300))
        assert isinstance(pixel, tuple)
        return pixel

    there = left((await portal.get(path)).content)
    assert all(abs(a - b) < 16 for a, b in zip(there, (0xC0, 0x30, 0x20), strict=True))
    async with portal.transaction() as session:
        await service.expel(session, OPERATOR, member.number, 12, "Quảng cáo sai.")
    gone = left((await portal.get(path)).content)
    assert not all(abs(a - b) < 16 for a, b in zip(gone, (0xC0, 0x30, 0x20), strict=True))


async def test_a_portrait_that_the_storage_lost_leaves_the_initials(portal: Portal) -> None:
    member = await make(portal, portrait="portraits/nowhere", stage_name="Bếp Nhà Sương")
    image = opened((await portal.get(f"/members/{member.number}/card.png")).content)
    assert ink(image, (150, 200, 350, 430))


LONG = ("Nghệ sĩ ưu tú Nguyễn Hoàng Phương Uyên " * 6, "W" * 200, "Ẫ Ệ Ỹ " * 60, "ẫệỹ" * 60)


@pytest.mark.parametrize("name", LONG)
def test_the_longest_names_stay_in_their_place(name: str) -> None:
    meaning = "A member, but suspended since 30 September 2026 and until the end of 30 November."
    told = shown(name=name, standing="suspended", standing_words="Suspended", meaning=meaning)
    image = opened(draw(told, None))
    assert not ink(image, (drawing.RIGHT + 4, 0, 1200, 630))
    assert not ink(image, (510, 0, drawing.LEFT - 3, 630))
    assert not ink(image, (drawing.LEFT, 108, drawing.RIGHT, 122))  # below the alliance's name
    assert not ink(image, (drawing.LEFT, 532, drawing.RIGHT, 546))  # above the line


def test_words_fit_the_width_and_end_with_an_ellipsis_when_they_cannot() -> None:
    for name in LONG:
        set_ = fitted(name, "semibold-600", drawing.NAME, 572)
        assert len(set_.lines) == drawing.NAME.lines
        assert set_.lines[-1].endswith("…")
        assert all(set_.font.getlength(line) <= 572 for line in set_.lines)
    short = fitted("Bếp Nhà", "semibold-600", drawing.NAME, 572)
    assert (short.lines, short.font.size) == (("Bếp Nhà",), drawing.NAME.sizes[0])
    assert fitted("", "semibold-600", Block((20,), 1, 1.2), 100).lines == ()


def test_the_typeface_has_every_letter_of_vietnamese() -> None:
    assert {ord(c) for c in VIETNAMESE + VIETNAMESE.upper()} - typeface.characters() == set()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Bếp 🍲 Nhà", "Bếp Nhà"),
        ("\u202eBếp\u200b Nhà", "Bếp Nhà"),
        ("Be\u0302\u0301p Nha\u0300", "Bếp Nhà"),  # decomposed
        ("李明", "DTA-26-00001-0"),  # half a name would be another's
        ("Minh 李", "DTA-26-00001-0"),
        ("شیما", "DTA-26-00001-0"),
        ("🍲🍲🍲", "DTA-26-00001-0"),
    ],
)
async def test_a_name_that_the_typeface_lacks_gives_way_to_the_number(
    portal: Portal, given: str, told: str
) -> None:
    member = await make(portal, stage_name=given)
    assert picture.shown(view(member)).name == told
    opened((await portal.get(f"/members/{member.number}/card.png")).content)


async def test_a_picture_is_drawn_once_for_what_it_shows(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await make(portal, stage_name="Vẽ Một Lần")
    drawn: list[Shown] = []

    def counted(told: Shown, portrait: bytes | None) -> bytes:
        drawn.append(told)
        return draw(told, portrait)

    monkeypatch.setattr(picture, "draw", counted)
    path = f"/en/members/{member.number}/card.png"
    first = (await portal.get(path)).content
    assert (await portal.get(path)).content == first
    assert len(drawn) == 1
    async with portal.transaction() as session:
        until = clock.today() + timedelta(days=30)
        await service.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    assert (await portal.get(path)).content != first
    assert [told.standing for told in drawn] == ["active", "suspended"]


# --- all of them --------------------------------------------------------------------------------

BELOW = ("/share", "/qr.svg", "/card.vcf", "/card.png")


@pytest.mark.parametrize("below", BELOW)
async def test_a_number_written_otherwise_leads_on_and_nobodys_leads_nowhere(
    portal: Portal, below: str
) -> None:
    await make(portal)
    there = await portal.get(f"/fr/members/dta26000010{below}")
    assert (there.status_code, there.headers["location"]) == (
        301,
        f"/fr/members/DTA-26-00001-0{below}",
    )
    for number in ("DTA-26-00001-4", "DTA-26-00002-9", "%00", "..", "x" * 3000):
        assert (await portal.get(f"/members/{number}{below}")).status_code == 404


@pytest.mark.parametrize("name", [HOSTILE, "👩🏽‍🍳" * 40, "\u202e\u202eNgược", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A" * 8])
async def test_no_name_breaks_what_is_handed_on(portal: Portal, name: str) -> None:
    member = await make(portal, stage_name=name)
    for below in ("", *BELOW):
        answer = await portal.get(f"/vi/members/{member.number}{below}")
        assert answer.status_code == 200, below
        if below != "/card.vcf":  # no markup: a name stands in it as it is
            assert b"<svg onload" not in answer.content, below
    ET.fromstring((await portal.get(f"/members/{member.number}/qr.svg")).text)  # noqa: S314


@pytest.mark.parametrize("below", BELOW)
async def test_each_reads_the_member_the_channels_and_when_they_changed(
    portal: Portal, below: str
) -> None:
    member = await make(portal)
    path = f"/members/{member.number}{below}"
    await portal.get("/members")  # the index has read what it must
    with statements(portal.database.engine) as seen:
        await portal.get(path)
    own = [each for each in seen if re.search(r"FROM (members|channels|member_changes)\b", each)]
    assert len([each for each in own if "xid" not in each]) == 2


async def test_the_page_to_share_from_shows_the_code_and_every_way_on(portal: Portal) -> None:
    member = await make(portal, stage_name="Bếp Nhà")
    html = (await portal.get(f"/fr/members/{member.number}/share")).text
    path = f"/fr/members/{member.number}"
    assert f'<img src="{path}/qr.svg"' in html
    assert f'value="{BASE}/members/{member.number}" readonly' in html
    for below in ("/qr.svg", "/card.vcf", "/card.png"):
        assert f'href="{path}{below}' in html
    assert '<meta name="robots" content="noindex">' in html
    assert re.findall(r"<button[^>]*data-share[^>]*>", html)[0].count("hidden") == 1
