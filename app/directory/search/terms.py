"""What a member is found by: the terms of their document, each with the field it stands in. Pure.

A term is a letter for the field and a word. Beginnings of words are looked for, so that terms of a
field which begin alike stand together once they are sorted.
"""

from functools import lru_cache

from app.core.i18n import LOCALES
from app.core.reference import reference
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


def terms(document: Document) -> set[str]:
    """Every term of `document`."""
    found: set[str] = set()
    name = spelt(document.name)
    _add_anywhere(found, name)
    for word in name:
        found.add(NAME + word.plain)
        if word.accented:
            found.add(NAME_ACCENTED + word.accented)
    _add_in_one(found, NAME_IN_ONE, name)
    for handle in document.handles:
        words = spelt(handle.text)
        _add_in_one(found, HANDLE_IN_ONE, words)
        if len(words) > 1:
            _add_anywhere(found, words)
            found.update(HANDLE_WORD + word.plain for word in words)
    for text in (document.number, document.legal_name, document.biography):
        _add_anywhere(found, spelt(text))
    for topic in document.topics:
        _add_anywhere(found, _of_topic(topic))
    return found


def handle_in_one(text: str) -> str:
    """A handle as `HANDLE_IN_ONE` has it, without accents and in one."""
    return in_one(spelt(text)).plain


def _add_anywhere(found: set[str], words: tuple[Word, ...]) -> None:
    for word in words:
        found.add(ANY + word.plain)
        if word.accented:
            found.add(ANY_ACCENTED + word.accented)


def _add_in_one(found: set[str], field: str, words: tuple[Word, ...]) -> None:
    if not words:
        return
    whole = in_one(words)
    found.add(field + whole.plain)
    if whole.accented:
        found.add(IN_ONE_ACCENTED + whole.accented)


@lru_cache
def _of_topic(key: str) -> tuple[Word, ...]:
    """The words of a topic's names in every language."""
    return spelt(" ".join(reference.topics[key].name(locale) for locale in LOCALES))
