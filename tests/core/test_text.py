import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text import fold, tidy, vietnamese_sort_key


@pytest.mark.parametrize(
    ("given", "tidied"),
    [
        ("  Đen   Vâu \n", "Đen Vâu"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("a\u200bb\u00adc\u202ed", "abcd"),
        ("\ufeff\u2060", ""),
        ("a\u2066b\u2069c\u061cd\u034fe", "abcde"),
        ("\u3164\u2800\U000e0041\u115f", ""),
        ("a\x00b\x1bc\x7fd\x9fe\ud800f", "abcdef"),
        ("a\u200d\u0301", "á"),
        ("trong\u00a0nha\tra", "trong nha ra"),
    ],
)
def test_a_line_is_tidied(given: str, tidied: str) -> None:
    assert tidy(given) == tidied


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("Đen Vâu", "den vau"),
        ("ĐẶNG THỊ ƯỚC", "dang thi uoc"),
        ("Nguyễn", "nguyen"),
        ("Straße", "strasse"),
        ("Kẻ  Ăn", "ke an"),
    ],
)
def test_search_compares_without_case_accents_and_bars(given: str, folded: str) -> None:
    assert fold(given) == folded
    assert fold(f"  {given.upper()} ") == fold(given)


@given(st.text())
def test_folding_and_tidying_twice_change_nothing_more(given: str) -> None:
    assert fold(fold(given)) == fold(given)
    assert tidy(tidy(given)) == tidy(given)


def test_a_list_is_in_the_order_of_a_vietnamese_dictionary() -> None:
    names = [
        "ma",
        "mà",
        "mả",
        "mã",
        "má",
        "mạ",
        "mă",
        "mâ",
        "me",
        "đa",
        "da",
        "Dũng",
        "an",
        "ăn",
        "ân",
    ]
    assert sorted(names, key=vietnamese_sort_key) == [
        "an", "ăn", "ân", "da", "Dũng", "đa",
        "ma", "mà", "mả", "mã", "má", "mạ", "mă", "mâ", "me",
    ]  # fmt: skip


def test_letters_come_before_tones_and_words_before_longer_ones() -> None:
    names = ["Lê Ánh B", "Lê Anh C", "Lê Anh", "Lê Ánh"]
    assert sorted(names, key=vietnamese_sort_key) == ["Lê Anh", "Lê Ánh", "Lê Ánh B", "Lê Anh C"]
