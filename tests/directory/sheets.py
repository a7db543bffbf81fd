"""Workbooks for tests: good ones, and those made to hurt whoever opens them."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

BEYOND = (1_048_575, 16_383)  # the last cell that a sheet has


def workbook(*sheets: Sequence[Sequence[Any]], hidden: Sequence[int] = ()) -> bytes:
    """A workbook with these rows on its sheets."""

    def fill(book: xlsxwriter.Workbook) -> None:
        for place, rows in enumerate(sheets):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if place in hidden:
                sheet.hide()

    return made(fill)


def made(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """A workbook as `fill` makes it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book)
    book.close()
    return out.getvalue()


def with_cell_at(row: int, column: int) -> bytes:
    """A workbook with an account in its first cell and something far away."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "@a")
        sheet.write(row, column, "x")

    return made(fill)


def with_part(name: str, data: bytes, *, book: bytes = b"") -> bytes:
    """A workbook with one more file in its archive."""
    out = io.BytesIO(book or workbook([["@a"]]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def bomb(size: int = 400_000_000, said: int | None = None) -> bytes:
    """A workbook whose sheet unpacks to `size` bytes; its directory says `said` of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(size // 1_000_000):
                part.write(b" " * 1_000_000)
    data = bytearray(out.getvalue())
    if said is not None:
        entry = data.rindex(b"PK\x01\x02")
        struct.pack_into("<I", data, entry + 24, said)
    return bytes(data)


def overlapping(copies: int = 400) -> bytes:
    """A bomb of the better kind: one compressed file that the directory names again and again."""
    data = bomb(40_000_000)
    start = struct.unpack_from("<I", data, data.rindex(b"PK\x05\x06") + 16)[0]
    end = data.rindex(b"PK\x05\x06")
    first = data.rindex(b"PK\x01\x02")
    entries = [data[start:first]]
    for number in range(copies):
        entry = bytearray(data[first:end])
        struct.pack_into("<I", entry, 24, 10)
        entry[46:56] = f"xl/{number:07d}".encode()
        entries.append(bytes(entry))
    directory = b"".join(entries)
    tail = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, copies + 1, copies + 1, len(directory), start, 0
    )
    return data[:start] + directory + tail
