"""Which plain letter a letter of any alphabet looks like. Pure.

Source: Unicode's confusables (UTS #39), through `confusable-homoglyphs`; what that table leaves to
capitals, and letters that pass for Latin ones only in a handle, are added here.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

_DATA = files("confusable_homoglyphs") / "confusables.json"
_BY_HAND = {"đ": "d", "ł": "l", "ø": "o", "п": "n", "и": "u", "ш": "w", "щ": "w", "я": "r"} | {
    "б": "b", "ц": "u", "ч": "y", "э": "e", "η": "n", "ω": "w", "π": "n", "ß": "b", "ƒ": "f",
}  # fmt: skip
_LEFT_TO_RIGHT = "\u200e"  # the data wraps letters that are written from the right


def bare(text: str) -> str:
    """`text` without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _pairs() -> Iterator[tuple[str, str]]:
    """Letters beyond ASCII, each with the ASCII letters or digits that it looks like."""
    for letter, others in json.loads(_DATA.read_text(encoding="utf-8")).items():
        single = letter.strip(_LEFT_TO_RIGHT)
        if len(single) != 1 or single.isascii():
            continue
        for other in others:
            plain = bare(other["c"].strip(_LEFT_TO_RIGHT))
            if plain and plain.isascii() and plain.isalnum():
                yield single, plain.lower()


@lru_cache
def table() -> Mapping[int, str]:
    """What to give `str.translate`: each such letter to its plain ones.

    A small letter that looks like none takes what its capital looks like (в, В, B).
    """
    found = dict(_pairs())
    capitals = {
        letter.lower(): plain
        for letter, plain in found.items()
        if len(letter.lower()) == 1 and letter.lower() not in found
    }
    every = {**capitals, **found, **_BY_HAND}
    return MappingProxyType({ord(letter): plain for letter, plain in every.items()})


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """`text` in small letters without accents, each letter as the Latin one that it looks like."""
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFC", text)
    return bare(bare(composed).translate(table()).casefold().translate(table()))
