"""Lines of text as rows: what separates their cells is found out, quotes are undone. Pure."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO

from app.core.errors import Refused
from app.core.i18n import format_number
from app.core.i18n import gettext as _
from app.directory.many.formulas import unguarded
from app.directory.many.table import too_long

SEPARATORS = ("\t", ";", ",", "|")

_SAMPLE = 50  # lines
_EVEN = 0.8  # the share of lines that must have as many cells as most
_NONE = "\x1f"  # stands in no text that is read: such a control character is refused before
_HINT = re.compile(r"sep=(.)\Z", re.IGNORECASE)


def pasted(text: str) -> Iterator[list[str]]:
    """What was pasted: cells of a sheet, or a text a line, which may hold any mark."""
    text = _with_plain_ends(text)
    separator = found(text)
    if separator and _is_quoted_well(text, separator):
        yield from _read(text, separator)
    else:
        for line in text.split("\n"):
            yield line.split(separator) if separator else [line]


def _is_quoted_well(text: str, separator: str) -> bool:
    try:
        for _row in _read(text, separator):
            pass
    except csv.Error:
        return False
    return True


def _read(text: str, separator: str) -> Iterator[list[str]]:
    yield from csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def rows(text: str) -> Iterator[list[str]]:
    """The rows of a file of separated values; a guard against formulas is taken off again.

    Raises:
        Refused: a quotation mark stays open, or a cell is far too long.
    """
    text = _with_plain_ends(text)
    head, _end, rest = text.partition("\n")
    hint = _HINT.match(head)
    separator = hint[1] if hint else found(text) or _NONE
    whole = StringIO(rest if hint else text, newline="")
    reader = csv.reader(whole, delimiter=separator, strict=True)
    try:
        for row in reader:
            yield list(map(unguarded, row))
    except csv.Error as wrong:
        if "limit" in str(wrong):
            raise Refused(too_long(reader.line_num - 1)) from None
        raise Refused(
            _(
                "Near line %(line)s a quotation mark is opened or closed in the wrong place. Put it"
                " right, or save the file as an Excel workbook (.xlsx).",
                line=format_number(reader.line_num),
            )
        ) from None


def found(text: str) -> str:
    """What separates the cells of `text`: the mark that most lines have as often; "" for none."""
    sample = [line for line in text[:200_000].split("\n") if line.strip()][:_SAMPLE]
    if len(sample) == 1:  # of one line only a tab is telling
        return "\t" if "\t" in sample[0].strip() else ""
    best = max(SEPARATORS, key=lambda mark: _evenness(sample, mark))
    return best if _evenness(sample, best) >= (_EVEN, 2) else ""


def _evenness(sample: list[str], mark: str) -> tuple[float, int]:
    """How evenly `mark` cuts the lines (0 to 1), and into how many cells."""
    try:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=mark) if row)
    except csv.Error:
        return 0, 0
    width, times = widths.most_common(1)[0] if widths else (0, 0)
    return (times / widths.total(), width) if width > 1 else (0, 0)


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
