"""Rendered parts that are kept: found again by their whole key, never more bytes than allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.web.fragments import ENTRY, Fragments, parts
from tests.portal import Portal


def nobody() -> str:
    raise AssertionError("made although it is kept")


def test_a_part_is_made_once_and_stays_markup() -> None:
    kept = Fragments()
    made = kept.kept(("card", "/vi", "vi", 7, 1), lambda: "<b>Đen &amp; Vâu</b>")
    assert made == Markup("<b>Đen &amp; Vâu</b>")
    assert isinstance(made, Markup)
    again = kept.kept(("card", "/vi", "vi", 7, 1), nobody)
    assert (again, type(again)) == (made, Markup)
    assert (kept.hits, kept.misses) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [("card", "", "vi", 7, 1), ("card", "/vi", "en", 7, 1), ("card", "/vi", "vi", 8, 1), ("card", "/vi", "vi", 7, 2)],
    ids=["prefix", "language", "member", "version"],
)  # fmt: skip
def test_a_key_that_differs_in_anything_is_another_part(other: tuple[object, ...]) -> None:
    kept = Fragments()
    kept.put(("card", "/vi", "vi", 7, 1), "old")
    assert kept.get(other) is None
    assert kept.kept(other, lambda: "new") == "new"
    assert kept.get(("card", "/vi", "vi", 7, 1)) == "old"


def test_what_fails_to_be_made_is_not_kept() -> None:
    kept = Fragments()
    with pytest.raises(ZeroDivisionError):
        kept.kept(("a",), lambda: str(1 // 0))
    assert (len(kept), kept.bytes) == (0, 0)
    assert kept.kept(("a",), lambda: "made") == "made"


def test_the_part_not_asked_for_longest_falls_out_first() -> None:
    one = Fragments()
    one.put(("a",), "x" * 100)
    kept = Fragments(most=one.bytes * 2)
    kept.put(("a",), "a" * 100)
    kept.put(("b",), "b" * 100)
    assert kept.get(("a",)) == "a" * 100
    kept.put(("c",), "c" * 100)
    assert kept.get(("b",)) is None
    assert (kept.get(("a",)), kept.get(("c",))) == ("a" * 100, "c" * 100)


def test_a_part_larger_than_the_whole_is_given_but_not_kept() -> None:
    kept = Fragments(most=ENTRY + 200)
    kept.put(("a",), "a")
    kept.put(("b",), "b" * 10_000)
    assert kept.get(("b",)) is None
    assert kept.get(("a",)) == "a"


@given(st.lists(st.tuples(st.integers(0, 9), st.text(max_size=300)), max_size=60))
def test_it_holds_the_last_word_of_a_key_and_never_more_bytes_than_allowed(
    puts: list[tuple[int, str]],
) -> None:
    kept = Fragments(most=2500)
    last: dict[int, str] = {}
    for key, part in puts:
        kept.put((key,), part)
        last[key] = part
        assert kept.bytes <= 2500
        assert kept.get((key,)) == part
    for key in range(10):
        assert kept.get((key,)) in (None, last.get(key))
    kept.clear()
    assert (len(kept), kept.bytes) == (0, 0)


async def test_monitoring_is_told_how_often_a_part_was_found(portal: Portal) -> None:
    parts.clear()
    before = (parts.hits, parts.misses)
    parts.kept(("test", 1), lambda: "x")
    parts.kept(("test", 1), nobody)
    told = (await portal.get("/metrics")).text
    assert f'portal_fragments_total{{found="yes"}} {before[0] + 1}.0\n' in told
    assert f'portal_fragments_total{{found="no"}} {before[1] + 1}.0\n' in told
    assert f"portal_fragments_bytes {parts.bytes}.0\n" in told
