"""No page with untranslated text, and no translation that breaks when its values are filled in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from app.core import catalogues
from app.core.i18n import CATALOGUES

VALUE = re.compile(r"%\((\w+)\)[sd]|%%")
FILES = sorted(CATALOGUES.rglob("*.po"))


def test_every_text_is_translated() -> None:
    assert catalogues.missing() == []


def test_no_catalogue_holds_what_nobody_says() -> None:
    said = {name: {m.id for m in found if m.id} for name, found in catalogues.said().items()}
    unused = [
        f"{path.parent.name}/{path.stem}: {message.id}"
        for path in FILES
        for message in messages(path)
        if message.id not in said.get(path.stem, set())
    ]
    assert unused == []


@pytest.mark.parametrize("locale", catalogues.TRANSLATED)
def test_a_text_of_several_slices_has_one_translation(locale: str) -> None:
    """The catalogues of a language are read as one: of two translations the last would win."""
    found: dict[tuple[object, object], set[str]] = {}
    for path in sorted((CATALOGUES / locale).glob("*.po")):
        for message in messages(path):
            found.setdefault((message.context, message.id), set()).add(str(message.string))

    assert {text: strings for text, strings in found.items() if len(strings) > 1} == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_translation_takes_the_values_of_its_source(path: Path) -> None:
    wrong = []
    for message in messages(path):
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = {match[0] for match in VALUE.finditer(sources[-1])}
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for string in filter(None, strings):  # the untranslated is another test's
            given = {match[0] for match in VALUE.finditer(string)}
            if given != wanted and not (len(sources) > 1 and given | {"%(n)s"} == wanted):
                wrong.append(f"{message.id!r}: {string!r}")
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_translation_is_composed_and_keeps_the_links_of_its_source(path: Path) -> None:
    for message in messages(path):
        source = message.id if isinstance(message.id, str) else message.id[-1]
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for string in filter(None, strings):
            assert not re.search("[\u0300\u0301\u0303\u0309\u0323]", string), (
                f"decomposed: {string}"
            )
            assert re.findall(r"</?\w+", string) == re.findall(r"</?\w+", source), string


def messages(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        yield from (message for message in read_po(file, locale=path.parent.name) if message.id)
