"""The files of a base: whole or refused, whatever happened to them; and hostile text."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text import vietnamese_sort_key
from app.directory.policy import Query, Sort
from app.directory.search import base, builder, runs, spans
from app.directory.search.base import Base, DamagedError
from app.directory.search.documents import Document, Handle
from app.directory.search.index import Index
from app.directory.search.terms import terms
from app.directory.search.words import in_one, spelt
from app.members.policy import words
from tests.directory.members_of_tests import crowd, seeds
from tests.directory.plainly import Plainly
from tests.directory.test_index import from_files

EVERYBODY = Query.parse([("standing", "active"), ("standing", "suspended"), ("standing", "left")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "base"
    made.mkdir()
    base.write(made, crowd(30, seed=1), cursor=77)
    return made


def test_a_base_keeps_what_it_was_given(folder: Path) -> None:
    assert Base(folder).facts["cursor"] == 77
    assert Base(folder).facts["members"] == 30
    assert not list(folder.glob(".*"))


def test_a_base_without_members_opens(tmp_path: Path) -> None:
    base.write(tmp_path, [])
    assert Index.open(tmp_path).search(Query.parse([("q", "a")])).total == 0


def files() -> list[str]:
    return sorted({
        "by_serial", "facets", "followers", "followers_members", "followers_places", "header.json",
        "joined", "newest_members", "newest_places", "postings", "references", "serials", "shown",
        "shown_at", "sort_keys", "sort_keys_at", "sorted_serials", "span_references", "spans",
        "summed", "sums", "terms", "terms_at", "versions",
    })  # fmt: skip


def test_these_are_the_files_of_a_base(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == files()


@pytest.mark.parametrize("name", files())
def test_a_damaged_file_is_noticed(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    wrong = [whole + b"\0"]
    if whole:
        middle = len(whole) // 2
        wrong += [
            whole[:-1],
            b"",
            whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        ]
    for each in wrong:
        path.write_bytes(each)
        with pytest.raises(DamagedError):
            Index.open(folder)
    path.unlink()
    with pytest.raises(DamagedError):
        Index.open(folder)
    path.write_bytes(whole)
    assert len(Index.open(folder)) == 30


def test_a_folder_of_another_format_or_of_something_else_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    header = json.loads((folder / "header.json").read_text())
    for foreign in ({}, [], 7, {"crc32": 0, "body": "{}"}, {**header, "body": 7}):
        (folder / "header.json").write_text(json.dumps(foreign))
        with pytest.raises(DamagedError):
            Index.open(folder)
    for missing in (tmp_path / "nothing", tmp_path):
        with pytest.raises(DamagedError):
            Index.open(missing)


def test_an_open_base_answers_though_its_files_are_taken_away(folder: Path) -> None:
    index = Index.open(folder)
    shutil.rmtree(folder)
    whole = Plainly(crowd(30, seed=1)).search(EVERYBODY)
    assert [hit.serial for hit in index.search(EVERYBODY).hits] == whole["all"][:24]


def test_many_runs_and_long_spans_answer_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, so that few members reach what otherwise takes a hundred thousand."""
    monkeypatch.setattr(builder, "RUN", 7)
    monkeypatch.setattr(spans, "MOST_JOINED", 2)
    monkeypatch.setattr("app.directory.search.vocabulary.MOST_JOINED", 2)
    members = crowd(40, seed=2)
    index, plainly = from_files(members), Plainly(members)
    for q in ("n", "ng", "h", "d", "đ", "a", "den vau", "2", "dta", "t", "hoa", "v d"):
        query = Query.parse([("q", q)])
        expected = plainly.search(query)["hits"]
        assert [(hit.serial, hit.version) for hit in index.search(query).hits] == expected


@pytest.mark.parametrize("walk", [0, 20, 1_000])
@pytest.mark.parametrize("share", [1, 2, 40])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(size=st.integers(0, 30), seed=seeds, fresh=st.integers(0, 5))
def test_every_way_to_a_page_leads_to_the_same(
    walk: int, share: int, size: int, seed: int, fresh: int
) -> None:
    """Few hits, many, near the ends: other ways for a million, made to be taken by thirty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_WALK", walk)
        patch.setattr(runs, "_SMALL", 0 if walk else 40)
        patch.setattr(runs, "_SHARE", share)
        patch.setattr(runs, "_BLOCK", 4)
        old, new = crowd(size, seed), crowd(fresh, seed + 1)
        index = from_files(old)
        for document in new:
            index.put(document)
        changed = {each.serial for each in new}
        plainly = Plainly([*new, *(each for each in old if each.serial not in changed)])
        for sort in ("newest", "followers", "name"):
            query = EVERYBODY.sorted_by(Sort(sort))
            expected = plainly.search(query)["all"]
            for page in range(1, -(-len(expected) // 4) + 1):
                found = index.search(query.on_page(page), size=4)
                assert [hit.serial for hit in found.hits] == expected[page * 4 - 4 : page * 4]


def test_versions_are_those_of_the_last_word_about_each(folder: Path) -> None:
    index = Index.open(folder)
    documents = {each.serial: each for each in crowd(30, seed=1)}
    first, second, third, *_rest = documents
    index.put(replace(documents[first], version=100))
    index.drop(second)
    assert index.version(first) == 100
    assert index.version(second) is None
    assert index.version(third) == documents[third].version
    assert index.version(12_345) is None
    assert (len(index), index.changed) == (29, 2)
    index.put(replace(documents[second], version=101))
    index.drop(12_345)
    assert (index.version(second), len(index), index.changed) == (101, 30, 2)


def hostile(serial: int, text: str) -> Document:
    return Document(
        serial=serial, version=1, number="DTA-26-00001-4", name=text,
        sort_key=vietnamese_sort_key(text), legal_name=text, biography=text, topics=("food",),
        languages=(), province="01", standing="active",
        joined_at=datetime(2026, 1, 1, tzinfo=UTC), handles=(Handle("web", text, None, "staff"),),
    )  # fmt: skip


ODD = st.text(
    alphabet=st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30
) | st.sampled_from((
    "\u202egnp.exe", "A\u0308\u0301\u0323" * 9, "ﷺ" * 20, "ß ẞ SS", "İi", "한글 가나", "👩‍👩‍👧‍👦 Đá",
    "'; DROP TABLE members; --", "<script>", "%_\\", "n" * 300, "đ" * 101, "\u0301\u0302", "_", "٣٤",
))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(text=ODD, typed=ODD)
def test_any_text_may_stand_in_a_document_and_in_a_question(text: str, typed: str) -> None:
    members = [hostile(1, text), hostile(2, typed)]
    in_memory, over_files = Index.of(members), from_files(members)
    for q in (text, typed, f"{typed} {text}", text[1:]):
        query = Query.parse([("q", q)])
        found = over_files.search(query)
        assert found == in_memory.search(query)
        assert over_files.suggest(q) == in_memory.suggest(q)
    if words(text) and len(text) < 30:
        serials = {hit.serial for hit in in_memory.search(Query.parse([("q", text)])).hits}
        assert 1 in serials


@settings(max_examples=300)
@given(ODD)
def test_words_are_those_that_the_rest_of_the_portal_knows(text: str) -> None:
    assert [word.plain for word in spelt(text)] == words(text).split()
    assert in_one(spelt(text)).plain == words(text).replace(" ", "")
    assert {term[1:] for term in terms(hostile(1, text))} >= set(words(text).split())
