"""Files that people upload: sheets are read, and whatever else comes is refused in words."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from app.core.errors import Refused
from app.directory.many import files
from app.directory.many.limits import MOST_BYTES, MOST_COLUMNS, MOST_LINES
from tests.directory import sheets

ROOT = Path(__file__).parents[2]
LINES = [[f"https://www.tiktok.com/@den{number}"] for number in range(MOST_LINES)]
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
HOSTILE = {
    "a bomb": (sheets.bomb, "far more in this workbook"),
    "a bomb that lies": (lambda: sheets.bomb(said=1000), "far more in this workbook"),
    "a bomb of many names": (sheets.overlapping, "far more in this workbook"),
    "a cell in the last corner": (
        lambda: sheets.with_cell_at(*sheets.BEYOND),
        "far more in this workbook",
    ),
    "a million rows": (lambda: sheets.with_cell_at(1_048_575, 0), "more than 10,000 lines"),
    "all columns": (lambda: sheets.with_cell_at(0, 16_383), "more than 50 columns"),
    "a million lines": (lambda: b"@a\n" * 1_600_000, "more than 10,000 lines"),
    "nothing but ends of lines": (lambda: b"\n" * 4_900_000, "more than 10,000"),
    "a million cells": (lambda: b"a," * 2_400_000 + b"\n" + b"b," * 50, "Line 1 holds a text"),
    "many columns": (lambda: (b"a," * 60 + b"\n") * 9000, "more than 50 columns"),
    "a line of megabytes": (lambda: b"x" * 4_900_000, "Line 1 holds a text"),
    "a quote that never ends": (
        lambda: b'Link,x\n"' + b"y\n" * 2_000_000,
        "Line 1 |more than|Near",
    ),
    "quotes in quotes": (lambda: b'"' * 4_900_000, "holds a text|quotation mark"),
    "macros": (lambda: sheets.with_part("xl/vbaProject.bin", b"x"), "holds macros"),
    "old macros": (lambda: sheets.with_part("xl/macrosheets/sheet1.xml", b"x"), "holds macros"),
    "a binary workbook": (lambda: sheets.with_part("xl/workbook.bin", b"x"), "this kind of file"),
    "an open document": (lambda: sheets.with_part("mimetype", b"x"), "this kind of file"),
    "another archive": (lambda: sheets.bomb(1_000_000)[:200], "damaged or incomplete"),
    "half a workbook": (lambda: sheets.workbook(LINES)[:-300], "damaged or incomplete"),
    "an old workbook": (lambda: OLD_EXCEL, "old Excel file"),
    "a PDF": (lambda: b"%PDF-1.7\n1 0 obj", "this kind of file"),
    "a page": (lambda: b"\n <!DOCTYPE html><table><tr><td>@a", "this kind of file"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "this kind of file"),
    "noise": (lambda: bytes(range(256)) * 100, "CSV UTF-8"),
    "nothing": (lambda: b"", "empty"),
    "only blanks": (lambda: b" \n\t\t\n,,,\n,,,\n", "nothing in it"),
    "an empty workbook": (lambda: sheets.workbook([]), "nothing in it"),
    "too many bytes": (lambda: b"@a\n" * (MOST_BYTES // 3 + 1), "larger than 5 MB"),
}
READER = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (900_000_000, 900_000_000))
from app.core import i18n
from app.core.errors import Refused
from app.directory.many import files
i18n.set_locale("en")
told = {}
for path in map(Path, sys.argv[1:]):
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    try:
        files.read(path.read_bytes(), path.name)
        said = ""
    except Refused as refused:
        said = str(refused)
    status = Path("/proc/self/status").read_text()
    told[path.name] = (said, int(status.partition("VmHWM:")[2].split()[0]))
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, int]]:
    """What is said of each hostile file by a process that may not grow, and its peak in KB."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _said) in HOSTILE.items():
        (folder / name).write_bytes(make())
    done = subprocess.run(  # noqa: S603 - our own program on our own files
        [sys.executable, "-c", READER, *(str(folder / name) for name in HOSTILE)],
        capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    found: dict[str, tuple[str, int]] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells the peak")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_within_its_memory(
    told: dict[str, tuple[str, int]], name: str
) -> None:
    said, peak = told[name]
    assert any(part in said for part in HOSTILE[name][1].split("|")), said
    assert peak < 250_000


def test_a_workbook_is_read_as_people_see_it() -> None:
    moment = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - a sheet knows no zones

    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Trống")
        hidden = book.add_worksheet("Ẩn")
        hidden.write(0, 0, "@an")
        hidden.hide()
        sheet = book.add_worksheet("Danh sách")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(1, 1, ["Kênh", "Theo dõi", "Ngày", "Đã ký"])
        sheet.write_row(3, 1, ["@den.vau", 12000, "", True])
        sheet.write_datetime(3, 3, moment.date(), day)
        sheet.write_datetime(3, 6, moment, day)
        sheet.write_formula(4, 1, '=CONCAT("@","suong")', None, "@suong")
        sheet.write_rich_string(5, 1, "@de", book.add_format({"bold": True}), "n\nvau")
        sheet.write_row(6, 2, [1.5, 0.1, "7e3"])

    found = files.read(sheets.made(fill), "C:\\Bảng\\chiến dịch.v2.xlsx")
    assert (found.name, found.header, found.column) == ("chiến dịch.v2", 1, 1)
    assert [list(row) for row in found.rows] == [
        ["", "", "", "", "", "", ""],
        ["", "Kênh", "Theo dõi", "Ngày", "Đã ký", "", ""],
        ["", "", "", "", "", "", ""],
        ["", "@den.vau", "12000", "2026-03-02", "TRUE", "", "2026-03-02 09:30:00"],
        ["", "@suong", "", "", "", "", ""],
        ["", "@den\nvau", "", "", "", "", ""],
        ["", "", "1.5", "0.1", "7e3", "", ""],
    ]


def test_as_much_as_is_allowed_is_read() -> None:
    wide = [[*row, *["x"] * (MOST_COLUMNS - 1)] for row in LINES]
    found = files.read(sheets.workbook([["Link", "b"], *wide]), "x.xlsx")
    assert (len(list(found.lines())), found.width) == (MOST_LINES, MOST_COLUMNS)


@pytest.mark.parametrize("row", [MOST_LINES + 1, MOST_LINES + 2, MOST_LINES + 50])
def test_one_row_too_many_is_not_cut_off_but_refused(row: int) -> None:
    with pytest.raises(Refused, match="more than 10,000 lines"):
        files.read(sheets.with_cell_at(row, 0), "x.xlsx")


@pytest.mark.parametrize("column", [MOST_COLUMNS, MOST_COLUMNS + 1, 300])
def test_one_column_too_many_is_not_cut_off_but_refused(column: int) -> None:
    with pytest.raises(Refused, match="more than 50 columns"):
        files.read(sheets.with_cell_at(0, column), "x.xlsx")


def test_a_file_of_text_is_known_by_its_content_and_not_by_its_name() -> None:
    data = "Link\tTên\nhttps://x.com/den\tĐen\n".encode("utf-16")
    found = files.read(data, "danh sách.xlsx")
    assert [list(row) for row in found.rows] == [["Link", "Tên"], ["https://x.com/den", "Đen"]]
