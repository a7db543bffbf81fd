"""Reads one workbook in a process of its own, with little memory and little time.

A file made to break its reader breaks this process and nothing else. It is run as a program
(`python -I child.py`): the workbook comes in at the standard input, one line of JSON that says how
it went and then the rows (as `table.packed` writes them) go out. It knows no secret of the portal.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY = 600_000_000  # bytes of address space, Python's own included
SECONDS = 15  # of the processor
MOST_WHOLE = 1e15  # a number of more digits is not exact in a sheet
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def limit() -> None:
    """Take this process's means away, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with suppress(ValueError, OSError):  # it has less already, or cannot be limited here
            resource.setrlimit(what, (most, most))


def first_sheet(workbook: CalamineWorkbook) -> CalamineSheet | None:
    """The first sheet that can be seen and has something in it."""
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_index(place)
            if sheet.start is not None:
                return sheet
    return None


def rows(sheet: CalamineSheet, most_rows: int, most_columns: int) -> Iterator[list[str]]:
    """The rows from the sheet's top left corner on, one more than `most` of each at the most.

    The reader begins with the first row, and with the first column that has something in it.
    """
    _top, left = sheet.start or (0, 0)
    before = [""] * left
    for place, row in enumerate(sheet.iter_rows()):
        while row and row[-1] == "":
            row.pop()
        cells = [*before, *map(text, row[: most_columns + 1])] if row else []
        if left + len(row) > most_columns:
            cells = ["…"] * (most_columns + 1)  # its end matters: what is left out must show
        if cells or place <= most_rows:
            yield cells
        if cells and place > most_rows:
            return


def text(value: Any) -> str:
    """A cell's value as somebody would type it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < MOST_WHOLE:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value)


def escaped(cell: str) -> str:
    """As `table.escaped`."""
    return re.sub(r"[\\\t\n\r]", lambda found: _ESCAPED[found[0]], cell)


def answer(most_rows: int, most_columns: int, most_characters: int) -> tuple[str, Iterator[str]]:
    """How it went ("" when well), and the rows."""
    try:
        workbook = CalamineWorkbook.from_object(BytesIO(sys.stdin.buffer.read()))
        sheet = first_sheet(workbook)
    except PasswordError:
        return "locked", iter(())
    except CalamineError:
        return "damaged", iter(())
    if sheet is None:
        return "", iter(())
    packed, size = [], 0
    for row in rows(sheet, most_rows, most_columns):
        packed.append("\t".join(map(escaped, row)))
        size += sum(map(len, row))
        if size > most_characters:
            break
    return "", iter(packed)


def main() -> None:
    """Read, and say what was found."""
    limit()
    problem, packed = answer(*map(int, sys.argv[1:4]))
    out = sys.stdout.buffer
    out.write(json.dumps({"problem": problem}).encode() + b"\n")
    out.write("\n".join(packed).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
