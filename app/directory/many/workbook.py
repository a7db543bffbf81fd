"""Workbooks (.xlsx): what their archive holds is looked at before anything in it is read."""

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.directory.many.limits import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_LINES,
    MOST_UNPACKED,
)
from app.directory.many.table import Row, unpacked

MOST_PARTS = 2000  # files in the archive; a workbook of many sheets and pictures has some hundred
SECONDS = 20

_CHILD = Path(__file__).with_name("child.py")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_AT_ONCE = 1 << 20
_ENCRYPTED = 1


def rows(data: bytes) -> Iterator[Row]:
    """The rows of the first visible sheet in the workbook `data`, from its first row on.

    Raises:
        Refused: it is no workbook that we read, is damaged, or unpacks to far too much.
    """
    check_archive(data)
    return unpacked(_read(data))


def check_archive(data: bytes) -> None:
    """Let pass the archive of a workbook without programs in it, of a bearable size.

    Raises:
        Refused: it is another kind of file, holds macros, is damaged, or unpacks to far too much.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except Exception as broken:  # whatever a directory made to break its reader brings about
        raise Refused(_damaged()) from broken
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.bin" in names or "mimetype" in names or "xl/workbook.xml" not in names:
        raise Refused(unreadable())
    if any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in names):
        raise Refused(
            _("This workbook holds macros. Save it as an Excel workbook without them (.xlsx).")
        )
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused(_too_large())
    left = MOST_UNPACKED
    for part in parts:
        left -= _size(data, part, left)


def _size(data: bytes, part: ZipInfo, most: int) -> int:
    """How many bytes a part really unpacks to, whatever the directory says of it.

    Raises:
        Refused: more than `most`, or it cannot be unpacked.
    """
    start = part.header_offset
    try:
        sign, name, extra = _LOCAL_HEADER.unpack_from(data, start)
    except struct.error:
        raise Refused(_damaged()) from None
    if sign != b"PK\x03\x04" or part.flag_bits & _ENCRYPTED:
        raise Refused(_damaged())
    start += _LOCAL_HEADER.size + name + extra
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == ZIP_STORED:
        size = len(packed)
    elif part.compress_type == ZIP_DEFLATED:
        size = _inflated(packed, most)
    else:
        raise Refused(_damaged())
    if size > most:
        raise Refused(_too_large())
    return size


def _inflated(packed: memoryview, most: int) -> int:
    inflate, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    chunk: bytes | memoryview = packed
    try:
        while chunk and not inflate.eof and size <= most:
            size += len(inflate.decompress(chunk, _AT_ONCE))
            chunk = inflate.unconsumed_tail
    except zlib.error:
        raise Refused(_damaged()) from None
    return size


def _read(data: bytes) -> str:
    """What the child process makes of the workbook; one that breaks it is told as damaged."""
    limits = (MOST_LINES, MOST_COLUMNS, MOST_CHARACTERS)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of it from outside
            [sys.executable, "-I", str(_CHILD), *map(str, limits)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={},
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as broken:
        raise Refused(_too_large()) from broken
    head, _end, packed = done.stdout.decode("utf-8").partition("\n")
    problem = json.loads(head)["problem"]
    if problem:
        raise Refused({"locked": locked}.get(problem, _damaged)())
    return packed


def locked() -> str:
    """What to say of an Excel file of the old kind, or behind a password."""
    return _(
        "This is an old Excel file (.xls), or one with a password. Save it as an Excel workbook"
        " (.xlsx) without a password."
    )


def unreadable() -> str:
    """What to say of a file that is none of the kinds that are read."""
    return _("We cannot read this kind of file. Save it as an Excel workbook (.xlsx) or as CSV.")


def _damaged() -> str:
    return _("This workbook is damaged or incomplete. Save it again, or save it as CSV.")


def _too_large() -> str:
    return _(
        "There is far more in this workbook than a list needs. Copy the column with the links"
        " into a new one, or save it as CSV."
    )
