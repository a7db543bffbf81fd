"""Why somebody is in a list: the words asked for, where they stand on the member's own page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text import fold
from app.directory.why import MOST_REASONS, SNIPPET, Reason, Shown, Sought, why


def told(reason: Reason) -> str:
    """A reason in one line, its hits in brackets."""
    pieces = "".join(f"[{p.text}]" if p.hit else p.text for p in reason.pieces)
    return f"{reason.kind}: {pieces}"


def reasons(q: str, shown: Shown, corrected: dict[str, str] | None = None) -> list[str]:
    return [told(reason) for reason in why(Sought.of(q, corrected or {}), shown)]


BEP = Shown(
    name="Bếp Nhà Sương",
    number="DTA-26-00012-7",
    handles=("@bep.di.am", "@suongkechuyen"),
    topics=(("Food & drink", ("Ẩm thực", "Food & drink", "Cuisine et boissons")),),
    biography="Mình nấu món quê bằng nguyên liệu ở chợ gần nhà,\nmỗi tuần một món.",
)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("", []),
        ("xyz", []),
        ("bep", ["name: [Bếp] Nhà Sương"]),
        ("suong bep", ["name: [Bếp] Nhà [Sương]"]),
        ("nha suong", ["name: Bếp [Nhà Sương]"]),
        ("bepnhasuong", ["name: [Bếp Nhà Sương]"]),
        ("di am", ["handle: @bep.[di].[am]"]),
        ("bepdiam", ["handle: [@bep.di.am]"]),
        ("am thuc", ["topic: [Food & drink]"]),
        ("am suong", ["name: Bếp Nhà [Sương]", "handle: @bep.di.[am]"]),
        ("drink", ["topic: Food & [drink]"]),
        ("cuisine", ["topic: [Food & drink]"]),
        ("DTA-26-00012-7", ["number: [DTA]-[26]-[00012]-[7]"]),
        (
            "chợ",
            ["biography: Mình nấu món quê bằng nguyên liệu ở [chợ] gần nhà, mỗi tuần một món."],
        ),
        (
            "suong cho",
            [
                "name: Bếp Nhà [Sương]",
                "biography: Mình nấu món quê bằng nguyên liệu ở [chợ] gần nhà, mỗi tuần một món.",
            ],
        ),
    ],
)
def test_each_word_is_told_once_where_it_stands_first(q: str, expected: list[str]) -> None:
    assert reasons(q, BEP) == expected


def test_a_word_typed_with_accents_marks_those_that_have_them() -> None:
    assert reasons("vâu", Shown(name="A", biography="Vấu, vâu và vậu.")) == [
        "biography: Vấu, [vâu] và vậu."
    ]
    assert reasons("vâu", Shown(name="Vau")) == ["name: [Vau]"]


def test_a_word_that_was_read_as_another_marks_the_other() -> None:
    assert reasons("sưong", BEP, {"sưong": "suong"}) == ["name: Bếp Nhà [Sương]"]
    assert reasons("suogn bep", BEP, {"suogn": "sương"}) == ["name: [Bếp] Nhà [Sương]"]
    assert reasons("Bep nah suong", BEP, {"bep nah suong": "bepnhasuong"}) == [
        "name: [Bếp Nhà Sương]"
    ]


def test_a_hidden_legal_name_explains_nothing_and_a_public_one_does() -> None:
    assert reasons("thi", BEP) == []
    assert reasons("thi", Shown(name="Bếp", legal_name="Nguyễn Thị Sương")) == [
        "legal_name: Nguyễn [Thị] Sương"
    ]


def test_letters_of_another_form_are_the_same_letters() -> None:
    apart = Shown(name="Be\u0302\u0301p Nha\u0300")
    assert reasons("bếp", apart) == ["name: [Bếp] Nhà"]


def test_a_long_biography_is_cut_between_words_around_the_hit() -> None:
    text = "một " * 200 + "Chợ Nổi " + "hai " * 200
    [line] = reasons("cho noi", Shown(name="A", biography=text))
    inside = line.removeprefix("biography: ")
    assert inside.startswith("…một ")
    assert inside.endswith(" hai…")
    assert "[Chợ Nổi]" in inside
    assert len(inside) <= SNIPPET + len("……[]")


@given(
    st.text(max_size=60),
    st.text(max_size=30),
    st.text(max_size=300),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)
def test_whatever_is_typed_what_is_told_is_the_member_s_own_text(
    q: str, name: str, biography: str, corrected: dict[str, str]
) -> None:
    sought = Sought.of(q, corrected)
    found = why(sought, Shown(name=name, biography=biography))
    assert len(found) <= MOST_REASONS
    for reason in found:
        own = {"name": name, "biography": biography}[reason.kind]
        whole = "".join(piece.text for piece in reason.pieces).strip("…")
        assert "".join(fold(whole).split()) in "".join(fold(own).split())
        hits = [piece.text for piece in reason.pieces if piece.hit]
        assert hits
        for hit in hits:
            tokens = re.findall(r"[^\W_]+", fold(hit))
            joined = "".join(tokens)
            assert joined.startswith(sought.joined) or all(
                any(token.startswith(word) for word in sought.words) for token in tokens
            )
