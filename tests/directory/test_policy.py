"""Questions to the directory: reading any address, writing one."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.reference import reference
from app.directory.policy import (
    FILTERS,
    LONGEST,
    MOST_WORDS,
    USUAL_STANDING,
    Query,
    Sort,
    former_name,
    former_provinces,
    pages,
    provinces_beginning,
    provinces_named,
    vocabulary,
)

VALUES = st.sampled_from([v for name in FILTERS for v in vocabulary(name)])
NAMES = st.sampled_from([*FILTERS, "q", "sort", "page", "x"])
PAIRS = st.lists(
    st.tuples(NAMES, st.one_of(VALUES, st.text(), st.sampled_from([*Sort, "0", "3", "7" * 40])))
)


def again(query: Query) -> Query:
    return Query.parse(parse_qsl(urlsplit(query.address()).query))


@given(PAIRS)
def test_any_address_is_read_and_its_own_address_asks_the_same(
    pairs: list[tuple[str, str]],
) -> None:
    query = Query.parse(pairs)
    assert again(query) == query
    assert query.address() == again(query).address()
    assert len(query.q) <= LONGEST
    assert query.page >= 1
    assert len(query.words) <= MOST_WORDS
    assert query.standing


@st.composite
def questions(draw: st.DrawFn) -> Query:
    """Any question in canonical form, made from its parts rather than read."""
    words = st.lists(st.sampled_from(["đen", "Vâu", "@bep.nha", "&", "a=b"]), max_size=LONGEST // 9)
    q = " ".join(draw(words))
    q = q if any(c.isalpha() for c in q) else ""
    chosen = {
        name: tuple(v for v in vocabulary(name) if draw(st.integers(0, 5)) == 0) for name in FILTERS
    }
    return Query(
        q=q,
        sort=draw(st.sampled_from([sort for sort in Sort if q or sort is not Sort.RELEVANCE])),
        page=draw(st.integers(1, 999_999_999)),
        **{**chosen, "standing": chosen["standing"] or USUAL_STANDING},
    )


@given(questions())
def test_the_address_of_a_question_asks_that_question(query: Query) -> None:
    assert again(query) == query


@given(PAIRS, st.sampled_from(FILTERS))
def test_a_choice_taken_off_again_changes_nothing_but_the_page(
    pairs: list[tuple[str, str]], name: str
) -> None:
    query = Query.parse(pairs).on_page(1)
    for value in vocabulary(name):
        toggled = query.toggled(name, value)
        assert (value in toggled.chosen(name)) or toggled.standing == ("active",)
        if name != "standing":
            assert toggled.toggled(name, value) == query


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("", "/members"),
        ("q=&topic=&sort=&page=", "/members"),
        ("q=Đen++Vâu ", "/members?q=%C4%90en+V%C3%A2u"),
        ("q=an&sort=relevance", "/members?q=an"),
        ("sort=relevance", "/members"),
        ("q=an&sort=newest", "/members?q=an&sort=newest"),
        ("sort=newest", "/members"),
        ("standing=active", "/members"),
        ("standing=left&standing=active", "/members?standing=active&standing=left"),
        ("province=ha-noi&province=01&topic=nope", "/members?province=ha-noi"),
        ("province=quang-nam", "/members?province=da-nang"),
        ("province=quang-nam&province=da-nang", "/members?province=da-nang"),
        ("province=ba-ria-vung-tau", "/members?province=ho-chi-minh"),
        ("topic=travel&topic=food&topic=food", "/members?topic=food&topic=travel"),
        ("page=0", "/members"),
        ("page=2&page=3", "/members?page=3"),
        ("q=!!!", "/members"),
    ],
)
def test_an_address_has_one_form(address: str, canonical: str) -> None:
    assert Query.parse(parse_qsl(address, keep_blank_values=True)).address() == canonical


def test_search_engines_list_plain_lists_only() -> None:
    assert Query().indexable
    assert Query(page=3).indexable
    assert Query(topic=("food",)).indexable
    assert not Query(topic=("food", "travel")).indexable
    assert not Query(topic=("food",), province=("ha-noi",)).indexable
    assert not Query(q="an", sort=Sort.RELEVANCE).indexable
    assert not Query(sort=Sort.NAME).indexable


def test_pages_are_counted_from_one() -> None:
    assert [pages(total) for total in (0, 1, 24, 25, 49)] == [1, 1, 1, 2, 3]


def test_every_former_province_means_one_of_today_and_none_means_two() -> None:
    named = [name for p in reference.provinces.values() for name in p.former_names]
    assert len(former_provinces()) == len(named) == 30
    assert set(former_provinces().values()) <= set(vocabulary("province"))
    assert set(former_provinces()).isdisjoint(vocabulary("province"))


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("quang nam", ("da-nang",)),
        ("Quảng Nam", ("da-nang",)),
        ("bà rịa - vũng tàu", ("ho-chi-minh",)),
        ("Ho Chi Minh City", ("ho-chi-minh",)),
        ("hanoi", ("ha-noi",)),
        ("quang", ()),
        ("", ()),
    ],
)
def test_a_province_is_known_by_its_names_of_today_and_of_before(
    typed: str, named: tuple[str, ...]
) -> None:
    assert provinces_named(typed) == named


def test_a_province_is_offered_by_the_beginning_of_any_of_its_names() -> None:
    assert provinces_beginning("quang n") == ("quang-ninh", "da-nang", "quang-ngai")
    assert provinces_beginning("!") == ()
    assert former_name("da-nang", "quang n") == "Quảng Nam"
    assert former_name("da-nang", "da") == ""
