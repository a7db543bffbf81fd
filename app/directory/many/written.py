"""Answers to take home: the rows as they were given, with what the check says beside them.

No cell of a download is ever a formula (OWASP, "CSV Injection").
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Literal

from app.core.i18n import current_locale
from app.directory.many.answering import Line
from app.directory.many.columns import titles
from app.directory.many.formulas import guarded
from app.directory.many.table import Row, Table
from app.directory.many.wording import cells

Kind = Literal["csv", "xlsx"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_WIDEST = 60  # characters of a column
_NUMBER = re.compile(r"(?=.{1,15}$)-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?", re.ASCII)  # exact as a float


def with_answers(table: Table, lines: Iterable[Line], moment: str) -> Iterator[Row]:
    """The rows of a download: all that were given, gaps too, and the answers at their end.

    Args:
        lines: as `answering.answered` gives them.
        moment: when the answers were true.
    """
    found = {line.place: (*cells(line.answer), moment) for line in lines}
    named = titles()
    nothing = ("",) * len(named)
    if table.header < 0:
        yield (*table.titles, *named)
    for place, row in enumerate(table.rows):
        yield (*row, *(named if place == table.header else found.get(place, nothing)))


def written(rows: Iterable[Row], kind: Kind) -> bytes:
    """`rows` as a file of the `kind`."""
    return csv_of(rows) if kind == "csv" else xlsx_of(rows)


def csv_of(rows: Iterable[Row]) -> bytes:
    """`rows` as Excel opens them in the reader's language: UTF-8 with a mark, all cells quoted."""
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=separator(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        writer.writerow(map(guarded, row))
    return out.getvalue().encode("utf-8-sig")


def separator() -> str:
    """What Excel takes for the end of a cell: a semicolon where a comma begins decimals."""
    return "," if current_locale() == "en" else ";"


def xlsx_of(rows: Iterable[Row]) -> bytes:
    """`rows` as a workbook: texts as texts, plain numbers as numbers, nothing as a formula."""
    import xlsxwriter  # noqa: PLC0415 - reads in what only a download needs

    out = BytesIO()
    workbook = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    sheet = workbook.add_worksheet()
    kept = list(rows)
    for column, width in enumerate(_widths(kept)):
        sheet.set_column(column, column, width)
    for place, row in enumerate(kept):
        for column, cell in enumerate(row):
            if _NUMBER.fullmatch(cell):
                sheet.write_number(place, column, float(cell))
            elif cell:
                sheet.write_string(place, column, cell)
    workbook.close()
    return out.getvalue()


def _widths(rows: Sequence[Row]) -> list[int]:
    """How wide each column is, from the first rows."""
    return [
        min(max(len(row[column]) for row in rows[:200]) + 2, _WIDEST)
        for column in range(len(rows[0]))
    ]
