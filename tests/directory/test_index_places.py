"""Going through a list, page by page and place by place, while members come, change and go."""

import random
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.policy import PER_PAGE, Query, Sort
from app.directory.search import places
from app.directory.search.documents import Document
from app.directory.search.index import Index
from tests.directory.members_of_tests import crowd, crowds, made, queries, seeds
from tests.directory.plainly import Plainly
from tests.directory.test_index import from_files

thorough = settings(max_examples=60, deadline=None)
ALL = ("standing", "active"), ("standing", "suspended"), ("standing", "left")


def asked(*pairs: tuple[str, str]) -> Query:
    return Query.parse([*ALL, *pairs])


def by_pages(index: Index, query: Query, size: int) -> list[int]:
    first = index.search(query.on_page(1), size=size)
    pages = range(1, max(1, -(-first.total // size)) + 1)
    return [h.serial for page in pages for h in index.search(query.on_page(page), size=size).hits]


def by_places(index: Index, query: Query, size: int) -> list[int]:
    found = index.search(query.on_page(1), size=size)
    serials = [hit.serial for hit in found.hits]
    while found.after:
        found = index.search(query, after=found.after, size=size)
        serials += [hit.serial for hit in found.hits]
    return serials


@thorough
@given(crowd=crowds, query=queries, size=st.integers(1, 7), split=st.integers(0, 30))
def test_pages_and_places_give_the_whole_list_once(
    crowd: list[Document], query: Query, size: int, split: int
) -> None:
    whole = Plainly(crowd).search(query)["all"]
    index = from_files(crowd[:split])
    for document in crowd[split:]:
        index.put(document)
    assert by_pages(index, query, size) == whole
    assert by_places(index, query, size) == whole


@thorough
@given(
    seed=seeds,
    size=st.integers(1, 5),
    sort=st.sampled_from(["", *Sort]),
    index_of=st.sampled_from((Index.of, from_files)),
)
def test_who_does_not_change_is_met_once_and_in_order_while_others_change(
    seed: int, size: int, sort: str, index_of: Callable[[list[Document]], Index]
) -> None:
    chance = random.Random(seed)  # noqa: S311
    crowd_then = crowd(30, seed)
    still = {each.serial for each in crowd_then[:15]}
    index = index_of(crowd_then)
    query = asked(("q", chance.choice(("n", "h", "d", ""))), ("sort", sort))
    order = [s for s in Plainly(crowd_then).search(query)["all"] if s in still]
    found = index.search(query, size=size)
    met = [hit.serial for hit in found.hits]
    while found.after:
        for _ in range(3):
            serial = chance.choice([s for s in range(1, 41) if s not in still])
            if chance.random() < 1 / 3:
                index.drop(serial)
            else:
                index.put(made(chance, serial))
        found = index.search(query, after=found.after, size=size)
        met += [hit.serial for hit in found.hits]
    assert [serial for serial in met if serial in still] == order


def test_a_place_outlives_the_member_who_stood_there() -> None:
    members = crowd(20, seed=4)
    index = Index.of(members)
    query = asked(("sort", "name"))
    order = by_pages(index, query, 20)
    found = index.search(query, size=5)
    index.drop(order[4])
    index.drop(order[5])
    assert [h.serial for h in index.search(query, after=found.after, size=3).hits] == order[6:9]


def test_the_last_hit_leaves_no_place() -> None:
    index = Index.of(crowd(PER_PAGE, seed=5))
    assert index.search(asked()).after == ""
    index.put(made(random.Random(1), 41))  # noqa: S311
    found = index.search(asked())
    assert (len(found.hits), found.after == "") == (PER_PAGE, False)
    rest = index.search(asked(), after=found.after)
    assert (len(rest.hits), rest.after) == (1, "")


def test_a_page_too_far_is_the_last_one() -> None:
    index = Index.of(crowd(30, seed=6))
    last = index.search(asked().on_page(2))
    assert (last.total, last.page, len(last.hits)) == (30, 2, 30 - PER_PAGE)
    assert index.search(asked().on_page(999_999_999)) == last


def test_nobody_at_all_is_one_empty_page() -> None:
    found = Index().search(Query(page=7))
    assert (found.hits, found.total, found.page, found.after) == ((), 0, 1, "")
    assert all(not each for each in found.counts.values())


def a_place() -> tuple[Index, Query, str]:
    index = Index.of(crowd(10, seed=7))
    query = asked(("sort", "followers"))
    return index, query, index.search(query, size=3).after


@given(st.text(max_size=60))
def test_what_is_no_place_is_refused(text: str) -> None:
    index, query, place = a_place()
    for wrong in (text or "-", place + text.strip() + "A", place[:-1], "\ud800", "=" * 9):
        with pytest.raises(ValueError, match="place"):
            index.search(query, after=wrong)


@given(st.integers(0, 1000), st.characters(codec="ascii"))
def test_a_place_with_one_letter_changed_is_refused(at: int, letter: str) -> None:
    index, query, place = a_place()
    at %= len(place)
    if place[at] != letter:
        with pytest.raises(ValueError, match="place"):
            index.search(query, after=place[:at] + letter + place[at + 1 :])


def forged(body: bytes, query: Query) -> str:
    return urlsafe_b64encode(places._mark(body, query) + body).decode().rstrip("=")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"7", b"null", b"[]", b"{}", b"[0]", b"[0,0,-1,2,3]", b'[0,0,-1,"a","3"]', b"[" * 2900,
        b'[0,0,-1.0,"a",3]', b'[true,0,-1,"a",3]', b'[0, 0,-1,"a",3]', rb'[0,0,-1,"\ud800",3]',
        rb'[0,0,-1,"\xff",3]', b'[null,0,-1,"a",3]',
    ],
)  # fmt: skip
def test_a_place_of_another_shape_is_refused_though_its_mark_is_right(body: bytes) -> None:
    index, query, _place = a_place()
    with pytest.raises(ValueError, match="place"):
        index.search(query, after=forged(body, query))


@pytest.mark.parametrize("rank", [-5, 1, 10**30])
def test_a_place_in_a_class_that_is_not_there_is_the_end(rank: int) -> None:
    index, query, _place = a_place()
    body = f'[{rank},0,-{10**40},"a",{10**40}]'.encode()
    found = index.search(query, after=forged(body, query))
    assert (found.hits, found.after, found.total) == ((), "", 10)


def test_a_place_belongs_to_its_question() -> None:
    index, query, place = a_place()
    assert index.search(query.on_page(9), after=place).hits
    for other in (
        query.sorted_by(Sort.NAME),
        query.toggled("topic", "food"),
        replace(query, q="d"),
    ):
        with pytest.raises(ValueError, match="place"):
            index.search(other, after=place)
