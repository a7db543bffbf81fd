"""How the portal compares and orders text: folding for search, Vietnamese order for lists."""

import re
import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: index for index, letter in enumerate(_LETTERS, start=1)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls, those apart that count as white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
    "\ud800-\udfff\ufffe\uffff"  # no characters at all
    "]"
)
"""What shows nothing, or makes what stands beside it show otherwise: two names that look the same
must be the same, and a name of nothing else is none (Unicode, "Default_Ignorable_Code_Point")."""


def tidy(given: str) -> str:
    """`given` in NFC, without invisible characters, runs of white space made one blank."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", _INVISIBLE.sub("", given))).strip()


def fold(given: str) -> str:
    """`given` without case, accents and the bar of đ: what a search compares."""
    decomposed = unicodedata.normalize("NFD", given.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return tidy(bare.replace("đ", "d"))


def vietnamese_sort_key(given: str) -> str:
    """A text whose plain order is the order of a Vietnamese list.

    Letters first (a ă â b … d đ …), tones only between words of the same letters
    (ngang huyền hỏi ngã sắc nặng), as in TCVN dictionaries. Stored beside the name, because the
    database may be built without ICU.
    """
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", tidy(given).lower()):
        parts = unicodedata.normalize("NFD", char)
        tone = next((str(_TONES[p]) for p in parts if p in _TONES), "0")
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        if base in _RANK:
            letters.append(f"{_RANK[base] + 20:02d}")
            tones.append(tone)
        elif base.isdigit():
            letters.append(f"0{base}")
            tones.append("0")
        elif base == " ":
            letters.append("00")
            tones.append("0")
    return "".join(letters) + "!" + "".join(tones)  # "!" sorts before every digit
