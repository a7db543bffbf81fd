"""Files that people upload: what they are is known by their content, never by their name."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.directory.many import separated, workbook
from app.directory.many.columns import without_answers
from app.directory.many.encodings import decoded
from app.directory.many.limits import MOST_BYTES
from app.directory.many.table import Table, table

ACCEPT = ".csv,.tsv,.txt,.xlsx"

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc",
)
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<script")
LONGEST_NAME = 80


def read(data: bytes, filename: str) -> Table:
    """The table in an uploaded file. Takes a thread, up to some seconds for a workbook.

    Raises:
        Refused: it is none that we read, is too large, or holds more than `limits` say.
    """
    if not data:
        raise Refused(_("This file is empty."))
    if len(data) > MOST_BYTES:
        raise Refused(too_heavy())
    name = PurePosixPath(filename.replace("\\", "/")).stem[:LONGEST_NAME]
    if data.startswith(_ZIP):
        return _of(workbook.rows(data), name)
    if data.startswith(_OLE):
        raise Refused(workbook.locked())
    if data.startswith(_OTHERS) or data[:200].lstrip().lower().startswith(_MARKUP):
        raise Refused(workbook.unreadable())
    return _of(separated.rows(decoded(data)), name)


def _of(given: Iterable[Sequence[str]], name: str) -> Table:
    rows, header = without_answers(given)
    return table(rows, name=name, header=header)


def too_heavy() -> str:
    """What to say of a file of more than `MOST_BYTES`."""
    return _("This file is larger than %(n)s MB. Choose a smaller one.", n=MOST_BYTES // 1_000_000)
