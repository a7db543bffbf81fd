"""How well members fit the words, in classes: decision 0019 has them and says why."""

from collections.abc import Iterator

from pyroaring import BitMap

from app.core.text import vietnamese_sort_key
from app.directory.search.parts import Part
from app.directory.search.reading import Reading
from app.directory.search.terms import (
    HANDLE_IN_ONE,
    HANDLE_WORD,
    IN_ONE_ACCENTED,
    NAME,
    NAME_ACCENTED,
    NAME_IN_ONE,
)
from app.directory.search.words import Word


def classes(part: Part, reading: Reading, hits: BitMap) -> Iterator[BitMap]:
    """`hits` parted by how well they fit, the best first; always as many.

    The name exactly as read; without its accents; a handle; the name begins so; every word is a
    word of the name; every word begins one; a handle or a word of one begins so; anything else.
    """
    left = hits
    for better in _better(part, reading):
        each = left & better
        left = left - each
        yield each
    yield left


def _better(part: Part, reading: Reading) -> Iterator[BitMap]:
    plain = reading.whole.plain
    words = BitMap.intersection(*(_in_name(part, word) for word in reading.words))
    begins = part.begins(NAME_IN_ONE + plain)
    if reading.whole.accented:  # what has these accents elsewhere is no such name
        begins = begins & (words | part.begins(IN_ONE_ACCENTED + reading.whole.accented))
    same = begins & part.has(NAME_IN_ONE + plain)
    yield same & part.named(vietnamese_sort_key(reading.text)) if same else same
    yield same
    yield part.has(HANDLE_IN_ONE + plain)
    yield begins
    yield words & BitMap.intersection(*(part.has(NAME + word.plain) for word in reading.words))
    yield words
    yield part.begins(HANDLE_IN_ONE + plain) | part.begins(HANDLE_WORD + plain)


def _in_name(part: Part, word: Word) -> BitMap:
    """Who has a word in the name that begins so."""
    return part.begins(NAME_ACCENTED + word.accented if word.accented else NAME + word.plain)
