"""The file of a version, its exact text, and the difference between two."""

import unicodedata
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from app.conduct import sources
from app.conduct.code import FIRST, read_file
from app.conduct.comparison import Piece, by_words, compare
from app.core.errors import Missing, Refused
from app.core.i18n import LOCALES, catalogue, use_locale
from tests.factories.conduct import make_content, next_version

# The texts of version 1.0 as published. A change here would be a change of what people signed.
HASHES = {
    "vi": "30cd8a7df86645483ce63e0e3400d295118e4e687cd9cec21717b9c257443792",
    "en": "a31221dda512df2a3b6110f96aca5634f1674a652da56fdc1881c8542b09205c",
    "fr": "ecd4837733944ba6d7d0e199095664e11ae8c9ed0768dec0df64ac1dc061ba23",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_exact_text_of_version_one_never_changes(locale: str) -> None:
    text = make_content().text(locale)
    assert sha256(text.encode()).hexdigest() == HASHES[locale]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_exact_text_has_the_form_that_the_decision_gives(locale: str) -> None:
    raw = yaml.safe_load(FIRST.read_text("utf-8"))
    duties = [f"{d['number']}. {d['title'][locale]}\n{d[locale]}" for d in raw["duties"]]
    text = make_content().text(locale)
    blocks = [raw["preamble"][locale], *duties, raw["closing"][locale]]
    assert text == "\n\n".join(blocks) + "\n"
    assert unicodedata.is_normalized("NFC", text)
    assert "\r" not in text


def test_what_is_stored_is_read_back_as_it_was() -> None:
    content = make_content()
    assert type(content).model_validate(content.stored()) == content


def test_every_rule_behind_a_duty_is_known_in_every_language() -> None:
    named = {source for duty in make_content().duties for source in duty.sources}
    with use_locale("en"):
        assert named == {str(known) for known in sources.KNOWN}
    for source in named - {"Code 423/QĐ-BVHTTDL"}:
        said = {source, catalogue("vi").gettext(source), catalogue("fr").gettext(source)}
        assert len(said) == 3, source


def _broken(tmp_path: Path, old: str, new: str) -> Path:
    source = FIRST.read_text("utf-8")
    assert old in source
    path = tmp_path / "code.yaml"
    path.write_text(source.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - number: 3\n", "  - number: 4\n", "duties must be numbered"),
        ("    key: know\n", "    key: verify\n", "same key"),
        (", fr: Vérifier avant de recommander", "", "title: Value error, must be given in"),
        ("    fr: Avant de recommander", "    de: Avant de recommander", "duties.1.words"),
        ('version: "1.0"', 'version: "one"', "version: String should match"),
        ("right_to_pass: 8", "right_to_pass: 11", "right_to_pass is more than questions"),
        ("effective_from: 2026-01-01", "effective_from: soon", "effective_from"),
        ("closing:", "closing_words:", "closing: Field required"),
        ("title: {vi: Nói đúng", "title: {{vi: Nói đúng", "is not YAML"),
    ],
)
def test_a_file_that_is_no_whole_code_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(Refused) as refusal:
        read_file(_broken(tmp_path, old, new))
    assert message in str(refusal.value)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        read_file(tmp_path / "none.yaml")


def test_a_difference_is_told_word_by_word() -> None:
    assert by_words("Say clearly, before.", "Say it clearly, after.") == (
        Piece("same", "Say"),
        Piece("added", " it"),
        Piece("same", " clearly, "),
        Piece("removed", "before"),
        Piece("added", "after"),
        Piece("same", "."),
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pieces_make_both_texts_again(locale: str) -> None:
    old, new = make_content().text(locale), next_version(date(2027, 1, 1)).text(locale)
    pieces = by_words(old, new)
    assert "".join(p.text for p in pieces if p.kind != "added") == old
    assert "".join(p.text for p in pieces if p.kind != "removed") == new


def test_a_version_tells_which_duties_changed_and_which_went() -> None:
    found = compare(make_content(), next_version(date(2027, 1, 1)), "en")
    told = [(change.kind, change.old_number, change.number) for change in found.duties]
    assert told == [("changed", 1, 1), ("removed", 17, None)]
    assert Piece("added", " and first") in found.duties[0].words
    assert (found.preamble, found.closing) == ((), ())


def test_a_duty_that_only_moved_is_told_with_both_numbers() -> None:
    first = make_content()
    swapped = [first.duties[1], first.duties[0], *first.duties[2:]]
    duties = tuple(d.model_copy(update={"number": n}) for n, d in enumerate(swapped, start=1))
    found = compare(first, make_content(duties=duties), "en")
    told = [(change.kind, change.old_number, change.number) for change in found.duties]
    assert told == [("changed", 2, 1), ("changed", 1, 2)]


def test_equal_versions_have_no_difference() -> None:
    assert compare(make_content(), make_content(version="1.1"), "vi").is_empty
