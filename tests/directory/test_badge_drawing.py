"""How a badge is drawn: colours that can be read, words that stay in their place, every letter."""

import itertools
import re
import sys
from collections.abc import Sequence

import pytest

from app.core import i18n
from app.directory.profile import badge, badge_drawing
from app.directory.profile.badge_drawing import SIZES, THEMES, TONES, Told, broken, draw, fitted
from app.directory.profile.badge_outlines import ASCENT, BOLD, DESCENT, REGULAR, path, width
from app.directory.queries.profile import handed
from tests.directory.test_badge import LOOKS, NOBODY, STANDINGS, make, said
from tests.portal import Portal


def told(**given: str) -> Told:
    usual = {
        "tone": "active",
        "language": "vi",
        "alliance": "Liên minh Niềm tin số",
        "name": "Bếp Nhà Sương",
        "word": "Hội viên đã xác minh",
        "since": "từ 3/11/2026",
        "since_short": "từ 3/11/2026",
        "meaning": "Kênh đã xác minh.",
        "number": "DTA-26-00012-7",
        "address": "tinnhiem.example.vn",
        "title": "Liên minh Niềm tin số: Bếp Nhà Sương",
    }
    return Told(**{**usual, **given})


def luminance(colour: str) -> float:
    """Of a colour, as WCAG 2.2 defines it."""
    parts = [part / 255 for part in bytes.fromhex(colour.removeprefix("#"))]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tone", TONES)
def test_its_colours_can_be_read(tone: str, theme: str) -> None:
    ground = THEMES[theme].ground
    for colour in (THEMES[theme].text, THEMES[theme].quiet, TONES[tone].words[theme]):
        assert contrast(colour, ground) >= 4.5, colour
    for colour in (badge_drawing.WHITE, badge_drawing.BLUSH):
        assert contrast(colour, TONES[tone].panel) >= 3, colour


def test_a_tick_stands_for_good_standing_alone() -> None:
    tick = badge_drawing.petals()[2]
    signs = {}
    for tone in TONES:
        drawn = draw(told(tone=tone), "medium", "light")
        assert (tick in drawn) == (tone == "active")
        signs.setdefault(TONES[tone].sign, set()).add(tone)
    assert signs == {
        "tick": {"active"},
        "pause": {"suspended"},
        "cross": {"expelled", "nobody"},
        "minus": {"lapsed", "left"},
    }


def test_what_is_kept_of_drawings_is_bounded() -> None:
    words = "Ẫỵ gjp" * 60
    drawn = draw(told(name=words, meaning=words, since=words, alliance=words), "large", "light")
    most = badge._drawn.cache_info().maxsize
    assert most is not None
    assert most * sys.getsizeof(drawn) < 20 << 20, "bytes of a process"


PLACE = re.compile(
    r'<path fill="#[0-9a-f]{6}" transform="matrix\(([-0-9.e]+) 0 0 -[-0-9.e]+ ([-0-9.e]+) ([-0-9.e]+)\)" d="([^"]*)"/>'
)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each line of words, whatever stands in it."""
    found = []
    for scale, left, base, d in PLACE.findall(svg):
        xs, ys, x, y = [], [], 0.0, 0.0
        for kind, numbers in re.findall(r"([Mlq])([-0-9 ]+)", d):
            values = [int(n) for n in numbers.split()]
            pairs = list(zip(values[::2], values[1::2], strict=True))
            if kind == "M":
                x, y = pairs[0]
            else:
                x, y = x + pairs[-1][0], y + pairs[-1][1]
            xs.append(x)
            ys.append(y)
        if xs:
            s, at, line = float(scale), float(left), float(base)
            found.append(
                (at + s * min(xs), line - s * max(ys), at + s * max(xs), line - s * min(ys))
            )
    return found


TALL = "ẪỆỸẰẾ ỵỷgjp Ẫ"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", [TALL, TALL * 12, "W" * 300, "Ẫ" * 300, "a b " * 200, ""])
def test_no_word_leaves_its_place_nor_touches_another(size: str, text: str) -> None:
    one = told(alliance=text, name=text, word=text, since=text, since_short=text, meaning=text)
    drawn = draw(one, size, "light")
    said(drawn)
    found = sorted(boxes(drawn), key=lambda box: (box[1], box[0]))
    least = SIZES[size]
    for left, top, right, bottom in found:
        assert least.panel < left <= right <= least.width - 8
        assert 0 < top <= bottom < least.height
    for (a, upper), (b, lower) in itertools.pairwise(enumerate(found)):
        beside = upper[2] < lower[0] or lower[2] < upper[0]
        assert beside or lower[1] - upper[3] > -1.5, (a, b, upper, lower)


def test_a_number_is_never_cut() -> None:
    longest = "DTA-26-123456789-0"
    since = "depuis le 28 septembre 2026"
    drawn = draw(told(number=longest, since_short=since), "small", "light")
    place = path(longest, REGULAR, 11.5, at=(59, 37.5), colour=THEMES["light"].text)
    assert place in drawn
    assert max(right for _, _, right, _ in boxes(drawn)) < SIZES["small"].width - 8


VIETNAMESE = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)


@pytest.mark.parametrize("face", [REGULAR, BOLD])
@pytest.mark.parametrize(
    "letter", VIETNAMESE + VIETNAMESE.upper() + "0123456789·,.:;–’“”«»éèêëçôûœ…"
)
def test_every_letter_is_drawn_and_within_the_heights_that_lines_reckon_with(
    face: str, letter: str
) -> None:
    assert width(letter, face, 10) > 0
    [(_, top, _, bottom)] = boxes(path(letter, face, 100, at=(0, 0), colour="#000000"))
    assert -100 * ASCENT <= top < bottom <= 100 * DESCENT


def test_words_are_cut_and_broken_to_fit() -> None:
    assert fitted("Bếp Nhà", BOLD, (20, 10), 500) == ("Bếp Nhà", 20)
    cut, size = fitted("Bếp Nhà Sương " * 10, BOLD, (20, 10), 100)
    assert (size, cut.endswith("…")) == (10, True)
    assert width(cut, BOLD, 10) <= 100
    lines = broken("một hai ba bốn năm sáu bảy tám chín mười " * 5, REGULAR, 12, room=120, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width(line, REGULAR, 12) <= 120 for line in lines)


async def test_the_words_of_all_languages_fit_whole(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [(await make(portal, standing)).number for standing in STANDINGS]
    async with portal.transaction() as session:
        found = [await handed(session, number) for number in numbers]
    cut = []

    def watched(text: str, face: str, sizes: Sequence[float], room: float) -> tuple[str, float]:
        fitting, size = fitted(text, face, sizes, room)
        if fitting != text:
            cut.append(text)
        return fitting, size

    monkeypatch.setattr(badge_drawing, "fitted", watched)
    for look in LOOKS:
        for one in found:
            assert one is not None
            draw(badge.told(one, look.language), look.size, look.theme)
        draw(badge.nobodys(NOBODY, look.language), look.size, look.theme)
    assert cut == []
    for language in i18n.LOCALES:  # the smallest has room for the date beside the number, too
        told_all = [badge.told(one, language) for one in found if one]
        for short in (*told_all, badge.nobodys(NOBODY, language)):
            assert width(f"{short.since_short} · {short.number}", REGULAR, 10) <= 231, short
