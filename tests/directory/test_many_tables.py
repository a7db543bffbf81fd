"""Lists as people give them: which column is meant, and what they come back as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Refused
from app.directory.many import separated
from app.directory.many.encodings import decoded
from app.directory.many.formulas import guarded, unguarded
from app.directory.many.limits import LONGEST_CELL, MOST_CHARACTERS, MOST_COLUMNS, MOST_LINES
from app.directory.many.table import Table, letter_of, packed, table, unpacked

LINK = "https://www.tiktok.com/@den.vau"
CELL = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
    | st.sampled_from("\\\t\n\r'=+-@\"")
)


def of(text: str) -> Table:
    return table(separated.rows(text))


def checked(found: Table) -> list[tuple[int, str]]:
    return list(found.lines())


@pytest.mark.parametrize(
    ("text", "column", "header"),
    [
        ("Tên,Link\nĐen Vâu,@denvau\nBếp Sương,@bepsuong", 1, 0),
        ("Link;Ghi chú\n@denvau;hay\n@bepsuong;", 0, 0),
        ("STT\tHọ tên\tKênh\n1\tĐen Vâu\tden.vau\n2\tSương\tbepsuong", 2, 0),
        ("12000,tiktok.com/@denvau\n9000,tiktok.com/@bepsuong", 1, -1),
        ("số hội viên|tỉnh\nDTA-26-00012-4|Cần Thơ", 0, 0),
        ("denvau\nbepsuong", 0, -1),
        ("Link\ndenvau", 0, 0),
        ("Kênh TikTok\n@denvau", 0, 0),
        ("@trang\n@denvau", 0, -1),
        ("Trang Nguyễn\n@denvau", 0, -1),
        ("\n\nTài khoản,Ngày\n@denvau,3/4/2026\n@suong,4/4/2026", 0, 2),
        ("Mail,Trang\na@gmail.com,facebook.com/den\nb@gmail.com,facebook.com/suong", 1, 0),
        ("Đen Vâu,Rapper\nBếp Sương,Đầu bếp", 0, -1),
    ],
)
def test_the_column_with_the_accounts_and_its_title_are_found(
    text: str, column: int, header: int
) -> None:
    found = of(text)
    assert (found.column, found.header) == (column, header)


def test_the_person_may_choose_column_and_title() -> None:
    rows = [["Link", "Nick"], ["a", "b"]]
    found = table(rows, column=1, header=False)
    assert (checked(found), found.titles) == ([(0, "Nick"), (1, "b")], ["Column A", "Column B"])
    assert table(rows, column=7, header=True).column == 0


def test_gaps_stay_where_they_are_and_the_end_is_cut() -> None:
    found = of("Link\n\n@a\n \n@b\n\n\n")
    assert checked(found) == [(2, "@a"), (4, "@b")]
    assert [row[0] for row in found.rows] == ["Link", "", "@a", "", "@b"]


def test_a_column_without_a_title_is_called_by_its_letter() -> None:
    assert [letter_of(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
    assert of("Link,\n@a,x\n@b,y").titles == ["Link", "Column B"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "nothing in it"),
        ([["", " "], []], "nothing in it"),
        ([["@a"]] * (MOST_LINES + 1), "more than 10,000 lines"),
        ([[]] * 1_200_000 + [["@a"]], "more than 10,000 lines"),
        ([["Link"], *[["@a"]] * (MOST_LINES + 1)], "more than 10,000 lines"),
        ([["x"] * (MOST_COLUMNS + 1)], "more than 50 columns"),
        ([[""] * 1_000_000 + ["x"]], "more than 50 columns"),
        ([["@a"], ["x" * (LONGEST_CELL + 1)]], "Line 2 holds a text of more than 5,000"),
        ([["x" * LONGEST_CELL]] * (MOST_CHARACTERS // LONGEST_CELL + 1), "more than 3 million"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_with_too_little_or_too_much_is_refused(rows: list[list[str]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        table(rows)


def test_as_much_as_is_allowed_is_taken() -> None:
    rows = [["Link", *["x"] * (MOST_COLUMNS - 1)], *[["@a"]] * MOST_LINES]
    found = table(rows)
    assert (len(checked(found)), found.width, found.header) == (MOST_LINES, MOST_COLUMNS, 0)


@given(st.lists(st.lists(CELL, min_size=1, max_size=3), min_size=1, max_size=5))
def test_a_table_that_a_page_carries_comes_back_as_it_was(rows: list[list[str]]) -> None:
    once = packed(map(tuple, rows))
    sent = once.replace("\n", "\r\n")  # as browsers send it
    back = list(unpacked(sent))
    assert [[*row, "", ""][:3] for row in back] == [[*row, "", ""][:3] for row in rows]
    assert packed(back) == once


@given(CELL)
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    safe = guarded(cell)
    assert safe.lstrip(" \u200b\ufeff")[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    assert safe[:1] not in ("\t", "\r", "\n")
    assert unguarded(safe) in (cell, cell[1:])


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(1)",
        " =1",
        "\ufeff=1",
    ],
)
def test_what_a_sheet_takes_for_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "denvau", "1", "a=b", "'quoted'", "https://x.com/a-b", "–"])
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == cell
    assert unguarded(cell) == cell


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\nc;d", ";"),
        ("a,b\nc,d", ","),
        ("a\tb\nc\td", "\t"),
        ("a|b\nc|d", "|"),
        ("a\tb", "\t"),
        ("Nguyễn, Đen", ""),
        ("a\nb\nc", ""),
        ('"a;b",c\n"d;e",f', ","),
        ("tiktok.com/@a?x=1,2\ntiktok.com/@b\ntiktok.com/@c\n", ""),
        ('Link,Giá\n@a,"1,5"\n@b,2', ","),
    ],
)
def test_what_separates_cells_is_found_out(text: str, separator: str) -> None:
    assert separated.found(text) == separator


def test_a_hint_of_the_separator_is_followed_and_is_no_row() -> None:
    assert list(separated.rows("sep=;\r\nLink;x\r\n@a;1")) == [["Link", "x"], ["@a", "1"]]


def test_quotes_are_undone_inside_one_another() -> None:
    text = 'Link;Ghi chú\n"@a";"gọi là ""sếp"";\nở Huế"\n@b;c'
    assert list(separated.rows(text)) == [
        ["Link", "Ghi chú"],
        ["@a", 'gọi là "sếp";\nở Huế'],
        ["@b", "c"],
    ]


@pytest.mark.parametrize("text", ['Link,x\n"@a,b\n@c,d\n', 'Link,x\n"@a"b,c\n@d,e'])
def test_a_quotation_mark_out_of_place_is_told_with_its_line(text: str) -> None:
    with pytest.raises(Refused, match=r"Near line \d a quotation mark"):
        list(separated.rows(text))


def test_pasted_lines_may_hold_any_mark() -> None:
    assert list(separated.pasted('"@a\n\n@b, hay\n')) == [['"@a'], [""], ["@b, hay"], [""]]
    assert list(separated.pasted('@a\t"x\n@b\ty')) == [["@a", '"x'], ["@b", "y"]]
    assert list(separated.pasted('@a\t"x\ny"\n@b\tz')) == [["@a", "x\ny"], ["@b", "z"]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp1252"]
)
def test_every_usual_encoding_is_read(encoding: str) -> None:
    text = "Link;Name\nhttps://www.tiktok.com/@rene;Café René\n"
    assert decoded(text.encode(encoding)) == text


def test_old_vietnamese_windows_is_told_from_western_windows() -> None:
    tones = "Nguyê\u0303n Huê\u0323, Ðo\u0300ng Tha\u0301p".replace("Ð", "Đ")
    assert decoded(tones.encode("cp1258")) == "Nguyễn Huệ, Đòng Tháp"
    assert decoded("Ðòng Façade Ñandú".encode("cp1252")) == "Ðòng Façade Ñandú"


@pytest.mark.parametrize(
    "data",
    [b"\x00\x01\x02", b"a\x00b\x00\x00", b"Link\n@a\x00", b"\x81\x8d\x8f", bytes(range(256)),
     b"\xff\xfe\x00\xd8", b"\xef\xbb\xbf\xff"],
)  # fmt: skip
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="CSV UTF-8"):
        decoded(data)
