"""The index in memory, over files, and over files with changes: the same, and as counted by hand."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.directory.policy import Query
from app.directory.search import base
from app.directory.search.documents import Document, Found
from app.directory.search.index import Index
from tests.directory.members_of_tests import crowd, crowds, queries
from tests.directory.plainly import Plainly

thorough = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
sizes = st.sampled_from((1, 3, 24))


def from_files(members: Iterable[Document]) -> Index:
    """An index over a base of `members`; the files are gone, what is mapped stays."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        base.write(Path(folder), members)
        return Index.open(Path(folder))


def told(found: Found) -> dict[str, Any]:
    return {
        "hits": [(hit.serial, hit.version) for hit in found.hits],
        "total": found.total,
        "page": found.page,
        "counts": {name: dict(each) for name, each in found.counts.items()},
        "loosened": dict(found.loosened),
        "corrected": dict(found.corrected),
    }


def expected(plainly: Plainly, query: Query, size: int) -> dict[str, Any]:
    answer = plainly.search(query, size)
    del answer["all"]
    return answer


@thorough
@given(crowd=crowds, asked=st.lists(queries, min_size=1, max_size=4), size=sizes)
def test_in_memory_everything_is_as_counted_by_hand(
    crowd: list[Document], asked: list[Query], size: int
) -> None:
    index, plainly = Index.of(crowd), Plainly(crowd)
    for query in asked:
        assert told(index.search(query, size=size)) == expected(plainly, query, size)


@thorough
@given(crowd=crowds, asked=st.lists(queries, min_size=1, max_size=4), size=sizes)
def test_over_files_everything_is_as_counted_by_hand(
    crowd: list[Document], asked: list[Query], size: int
) -> None:
    index, plainly = from_files(crowd), Plainly(crowd)
    for query in asked:
        assert told(index.search(query, size=size)) == expected(plainly, query, size)


@thorough
@given(old=crowds, new=crowds, asked=st.lists(queries, min_size=1, max_size=4), size=sizes)
def test_over_files_with_changes_everything_is_as_counted_by_hand(
    old: list[Document], new: list[Document], asked: list[Query], size: int
) -> None:
    """Of the members of the files some stay as they were, some change, some go; others come."""
    kept = [each for each in old if each.serial % 2]
    fresh = {each.serial for each in new}
    now = [*new, *(each for each in kept if each.serial not in fresh)]
    over_files, in_memory = from_files(old), Index.of(now)
    for document in new:
        over_files.put(document)
        if document.serial % 3 == 0:
            over_files.put(document)
    for serial in {each.serial for each in old} - {each.serial for each in now}:
        over_files.drop(serial)
        over_files.drop(serial)
    plainly = Plainly(now)
    assert len(over_files) == len(in_memory) == len(now)
    for query in asked:
        found = over_files.search(query, size=size)
        assert told(found) == expected(plainly, query, size)
        assert found == in_memory.search(query, size=size)


def test_the_same_question_is_answered_anew_once_a_member_changed() -> None:
    one, other = (replace(each, standing="active") for each in crowd(2, seed=1))
    index = Index.of([one])
    everybody = Query.parse([("sort", "name")])

    def found() -> set[tuple[int, int]]:
        return {(hit.serial, hit.version) for hit in index.search(everybody).hits}

    assert found() == {(one.serial, one.version)}
    assert index.search(everybody) is index.search(everybody)
    index.put(other)
    assert found() == {(one.serial, one.version), (other.serial, other.version)}
    index.put(replace(one, version=one.version + 1))
    assert found() == {(one.serial, one.version + 1), (other.serial, other.version)}
    index.drop(one.serial)
    assert found() == {(other.serial, other.version)}


@given(old=crowds, new=crowds)
def test_skeletons_of_today_are_known_and_such_as_nobody_had_are_not(
    old: list[Document], new: list[Document]
) -> None:
    index = from_files(old)
    for document in new:
        index.put(document)
    fresh = {each.serial for each in new}
    now = frozenset().union(
        *(each.skeletons for each in (*new, *(e for e in old if e.serial not in fresh)))
    )
    ever = now.union(*(each.skeletons for each in old))
    asked = frozenset().union(*(each.skeletons for each in crowd(30, seed=1))) | ever | {"denvauu"}
    assert now <= index.skeletons(asked) <= ever
    assert Index.of(new).skeletons(asked) == frozenset().union(*(e.skeletons for e in new))
