"""What a member is found by: the terms of their document, each with the field it stands in. Pure.

A term is a letter for the field and a word. Beginnings of words are looked for, so that terms of a
field which begin alike stand together once they are sorted.
"""

from functools import lru_cache
from itertools import chain

from app.core.i18n import LOCALES
from app.core.reference import reference
from app.core.text import tidy
from app.directory.search.documents import Document
from app.directory.search.words import Word, in_one, spelt

ANY = "a"  # a word of the name, a handle, the biography, a topic, the legal name or the number
ANY_ACCENTED = "b"  # those that have accents, with them
NAME = "n"  # a word of the name
NAME_ACCENTED = "o"
NAME_IN_ONE = "w"
IN_ONE_ACCENTED = "x"  # of a name or a handle
HANDLE_WORD = "g"  # of handles of more than one word
HANDLE_IN_ONE = "h"
SKELETON = "s"  # of the name or a handle: what stays once disguises are off (decision 21)


def terms(document: Document) -> set[str]:
    """Every term of `document`."""
    found = _anywhere(document.name) | _anywhere(document.biography)
    found |= _anywhere(document.legal_name)
    found.update(ANY + word.plain for word in spelt(document.number))
    for topic in document.topics:
        found |= _of_topic(topic)
    _add_name(found, spelt(document.name))
    for handle in document.handles:
        _add_handle(found, spelt(handle.text))
    found.update(SKELETON + skeleton for skeleton in document.skeletons)
    return found


def _add_name(found: set[str], words: tuple[Word, ...]) -> None:
    for word in words:
        found.add(NAME + word.plain)
        if word.accented:
            found.add(NAME_ACCENTED + word.accented)
    _add_in_one(found, NAME_IN_ONE, words)


def _add_handle(found: set[str], words: tuple[Word, ...]) -> None:
    _add_in_one(found, HANDLE_IN_ONE, words)
    if len(words) > 1:
        for word in words:
            found |= {HANDLE_WORD + word.plain, *_everywhere(word)}


def _add_in_one(found: set[str], field: str, words: tuple[Word, ...]) -> None:
    if not words:
        return
    whole = in_one(words)
    found.add(field + whole.plain)
    if whole.accented:
        found.add(IN_ONE_ACCENTED + whole.accented)


def _anywhere(text: str) -> set[str]:
    """The terms of a text of which nothing but the words counts."""
    return set(chain.from_iterable(map(_of_chunk, tidy(text).split())))


@lru_cache(maxsize=1 << 16)
def _of_chunk(chunk: str) -> tuple[str, ...]:
    return tuple(term for word in spelt(chunk) for term in _everywhere(word))


def _everywhere(word: Word) -> tuple[str, ...]:
    plain = ANY + word.plain
    return (plain, ANY_ACCENTED + word.accented) if word.accented else (plain,)


def handle_in_one(text: str) -> str:
    """A handle as `HANDLE_IN_ONE` has it, without accents and in one."""
    return in_one(spelt(text)).plain


@lru_cache
def _of_topic(key: str) -> frozenset[str]:
    """The words of a topic's names in every language."""
    names = (reference.topics[key].name(locale) for locale in LOCALES)
    return frozenset(_anywhere(" ".join(names)))
