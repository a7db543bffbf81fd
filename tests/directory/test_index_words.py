"""Words: accents kept apart, tones on either letter, and keyboards that joined nothing."""

import unicodedata

import pytest

from app.core.text import fold
from app.directory.search import spelling, telex
from app.directory.search.words import in_one, late_tone, spelt

SYLLABLES = (
    "đen", "vâu", "nguyễn", "trần", "phạm", "hoàng", "huỳnh", "đặng", "đường", "được", "hương",
    "quỳnh", "quyết", "giỏi", "giấy", "thuý", "hoà", "khoẻ", "hoán", "thuỷ", "của", "mía", "mưa",
    "người", "chuyện", "yến", "uyên", "ướt", "ở", "ổ", "ăn", "ấm", "tuấn", "tùng", "sương", "bếp",
    "nướng", "chợ", "nổi", "mỹ", "lý", "khuya", "rượu", "hươu", "chiều", "yêu", "xoài", "ngoáy",
    "gì", "quà", "giàu", "nghĩa", "đỗ", "đá", "thương", "cường", "dũng", "tuổi", "muối",
)  # fmt: skip
MARKS = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
DIGITS = {"â": "a6", "ê": "e6", "ô": "o6", "ă": "a8", "ơ": "o7", "ư": "u7", "đ": "d9"}
TONES = {"\u0300": "f2", "\u0309": "r3", "\u0303": "x4", "\u0301": "s1", "\u0323": "j5"}


def keys(syllable: str, marks: dict[str, str], which: int, *, tone_last: bool) -> str:
    """What is typed for it, with the keyboard's joining switched off."""
    typed, tone = "", ""
    for char in unicodedata.normalize("NFC", syllable):
        parts = unicodedata.normalize("NFD", char)
        key = next((TONES[part][which] for part in parts if part in TONES), "")
        letter = unicodedata.normalize("NFC", "".join(p for p in parts if p not in TONES))
        typed += marks.get(letter, letter) + ("" if tone_last else key)
        tone += key
    return typed + (tone if tone_last else "")


@pytest.mark.parametrize("syllable", SYLLABLES)
@pytest.mark.parametrize("tone_last", [True, False])
def test_every_syllable_is_read_from_both_keyboards(syllable: str, *, tone_last: bool) -> None:
    for marks, which in ((MARKS, 0), (DIGITS, 1)):
        typed = keys(syllable, marks, which, tone_last=tone_last)
        assert telex.joined(typed) == (None if typed == syllable else syllable), typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dduwowcj", "được"), ("huwowng", "hương"), ("huowng", "hương"), ("nguye64n", "nguyễn"),
        ("nguyen64", "nguyễn"), ("dang8", "dăng"), ("chuong7", "chương"),
    ],
)  # fmt: skip
def test_marks_may_be_typed_in_more_than_one_way(typed: str, meant: str) -> None:
    assert telex.joined(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["den", "hello", "vlog", "mtp9x", "2026", "ff", "xyz", "strass", "wow", "", "aabb", "9d"],
)
def test_what_is_no_syllable_is_left_alone(typed: str) -> None:
    assert telex.joined(typed) is None


@pytest.mark.parametrize(
    ("early", "late"),
    [("hòa", "hoà"), ("hoà", "hoà"), ("thúy", "thuý"), ("khỏe", "khoẻ"), ("qúy", "quý"),
     ("của", "của"), ("mía", "mía"), ("hoàng", "hoàng"), ("hòang", "hoàng")],
)  # fmt: skip
def test_a_tone_may_stand_on_either_letter(early: str, late: str) -> None:
    assert late_tone(early) == late


def test_words_keep_what_was_written_apart_from_what_is_compared() -> None:
    words = spelt("  Hòa-BÌNH @den.vau Ðặng\u200b Đa\u0301 số1!")
    assert [(w.plain, w.accented, w.typed) for w in words] == [
        ("hoa", "hoà", "hòa"), ("binh", "bình", "bình"), ("den", "", "den"), ("vau", "", "vau"),
        (fold("Ðặng"), "ðặng", "ðặng"), ("da", "đá", "đá"), ("so1", "số1", "số1"),
    ]  # fmt: skip
    assert in_one(words[:2]).plain == "hoabinh"
    assert in_one(words[:2]).accented == "hoàbình"
    assert in_one(words[2:4]).accented == ""


def test_spellings_one_error_away() -> None:
    near = spelling.variants("tuan")
    assert {"uan", "tuna", "tuann", "tuman", "duan", "tua", "utan"} <= near
    assert near.isdisjoint({"tuan", "tu", "nuat", "tuanna", "tüan"})
    assert all(abs(len(each) - 4) <= 1 for each in near)


@pytest.mark.parametrize(
    ("word", "may"), [("tuan", True), ("tua", False), ("tuan1", False), ("2026", False)]
)
def test_short_words_and_numbers_are_never_corrected(word: str, *, may: bool) -> None:
    assert spelling.correctable(word) is may
