"""A table to be checked: its rows as they were given, and which of its columns is meant. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.errors import Refused
from app.core.i18n import format_number
from app.core.i18n import gettext as _
from app.directory import recognition
from app.directory.many.limits import (
    LONGEST_CELL,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_LINES,
)
from app.members.policy import words

Row = tuple[str, ...]

_LONGEST_GAP = 1_100_000  # rows; a sheet of Excel has no more
_SAMPLE = 20  # rows of each column that are looked at
_SURE, _MAY_BE = 2, 1  # an account; a word that may be a handle
_MOSTLY = 1.5  # of `_SURE`, on average
_TITLE = (
    r"(?:links?|urls?|liens?|duong dan|dia chi|address|adresse|kenh|channels?|chaines?|handles?"
    r"|accounts?|tai khoan|comptes?|nick|profiles?|profils?|trang|pages?|user ?names?|identifiants?"
    r"|(so|ma) hoi vien|member numbers?|numeros? de membre"
    r"|tiktok|facebook|youtube|instagram)"
)
_TITLED = re.compile(rf"\b{_TITLE}\b")
_TITLES_ONLY = re.compile(rf"{_TITLE}(?: {_TITLE})*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_PLAIN = {escaped[1]: plain for plain, escaped in _ESCAPED.items()}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one width, as somebody gave them; empty ones stay, so that numbers match.

    `column` is the one that is checked, from 0; `header` is the row that names the columns, from 0,
    or -1; `name` is the file's, without its ending.
    """

    rows: tuple[Row, ...]
    column: int
    header: int
    name: str = ""

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.rows[0])

    @property
    def titles(self) -> list[str]:
        """What the columns are called; those without a name by their letter, as in a sheet."""
        named = self.rows[self.header] if self.header >= 0 else ("",) * self.width
        return [
            title.strip() or _("Column %(letter)s", letter=letter_of(place))
            for place, title in enumerate(named)
        ]

    def lines(self) -> Iterator[tuple[int, str]]:
        """What is to be checked, with its place among the rows; the header and gaps left out."""
        for place, row in enumerate(self.rows):
            if place != self.header and row[self.column].strip():
                yield place, row[self.column]


def letter_of(column: int) -> str:
    """The letter of a column of a sheet: A for 0, AA for 26."""
    letters = ""
    column += 1
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(65 + left) + letters
    return letters


def table(
    rows: Iterable[Sequence[str]],
    *,
    name: str = "",
    column: int | None = None,
    header: bool | None = None,
) -> Table:
    """A table of `rows`.

    Args:
        rows: taken one by one, so that what is far too much is never all there.
        name: of the file that they come from.
        column: the one to check; the likeliest when it is left open or is not there.
        header: whether the first row that is not empty names the columns; found out when None.

    Raises:
        Refused: there is nothing in it, or more than `limits` say.
    """
    kept = _even(_bounded(rows))
    first = next((place for place, row in enumerate(kept) if any(row)), None)
    if first is None:
        raise Refused(_("There is nothing in it to check."))
    if column is None or not 0 <= column < len(kept[0]):
        column = _likeliest(kept)
    if header is None:
        header = _is_header(kept, first, column)
    found = Table(kept, column, first if header else -1, name)
    if len(kept) - (first + 1 if header else 0) > MOST_LINES:
        raise Refused(too_many_lines())
    return found


def too_many_lines() -> str:
    """What to say of more than `MOST_LINES`."""
    return _(
        "There are more than %(n)s lines. Check them in several parts.",
        n=format_number(MOST_LINES),
    )


def too_many_columns() -> str:
    """What to say of more than `MOST_COLUMNS`."""
    return _(
        "There are more than %(n)s columns. Keep those that you need, then try again.",
        n=MOST_COLUMNS,
    )


def too_long(place: int) -> str:
    """What to say of a row, from 0, with a cell of more than `LONGEST_CELL`."""
    return _(
        "Line %(line)s holds a text of more than %(n)s characters. Shorten it, then try again.",
        line=format_number(place + 1),
        n=format_number(LONGEST_CELL),
    )


def too_much() -> str:
    """What to say of more than `MOST_CHARACTERS`."""
    return _(
        "There are more than %(n)s million characters in it. Leave out columns that you do not"
        " need, or check it in several parts.",
        n=MOST_CHARACTERS // 1_000_000,
    )


def _bounded(rows: Iterable[Sequence[str]]) -> list[Row]:
    """The rows up to the last one with something in it, cells tidied of what no sheet holds."""
    kept: list[Row] = []
    gap = size = 0
    for place, row in enumerate(rows):
        cells = _tidied(row, place) if any(row) else ()
        if not cells:
            gap += 1
            if gap > _LONGEST_GAP:
                raise Refused(too_many_lines())
            continue
        if len(kept) + gap > MOST_LINES:  # one more than lines, for the header
            raise Refused(too_many_lines())
        kept += [()] * gap
        kept.append(cells)
        gap = 0
        size += sum(map(len, cells))
        if size > MOST_CHARACTERS:
            raise Refused(too_much())
    return kept


def _tidied(row: Sequence[str], place: int) -> Row:
    cells = [_CONTROL.sub("", cell) for cell in row[: MOST_COLUMNS + 1]]
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MOST_COLUMNS or any(map(str.strip, row[MOST_COLUMNS + 1 :])):
        raise Refused(too_many_columns())
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise Refused(too_long(place))
    return tuple(cells)


def _even(rows: list[Row]) -> tuple[Row, ...]:
    width = max(map(len, rows), default=0)
    return tuple(row + ("",) * (width - len(row)) for row in rows)


def _likeliest(rows: Sequence[Row]) -> int:
    """The column with the most accounts in it; the leftmost of those that are alike."""
    return max(range(len(rows[0])), key=lambda column: _accounts(rows, column))


def _accounts(rows: Sequence[Row], column: int) -> float:
    cells = [row[column] for row in rows if row[column].strip()][: _SAMPLE + 1]
    named = bool(cells) and bool(_TITLED.search(words(cells[0])))
    seen = cells[1:] if len(cells) > 1 else cells
    return sum(map(_sign, seen)) / max(len(seen), 1) + named


def _sign(cell: str) -> int:
    """How surely a cell names an account."""
    text = cell.strip()
    if text.isdecimal() or len(text) > recognition.LONGEST:
        return 0  # a count, or a telephone number; a description
    meant = recognition.read(text)
    if meant.number or meant.mistyped or text.startswith("@") or ("." in text and "/" in text):
        return _SURE
    return _MAY_BE if meant.links else 0


def _is_header(rows: Sequence[Row], first: int, column: int) -> bool:
    title = rows[first][column]
    if _sign(title) == _SURE:
        return False
    if _TITLES_ONLY.fullmatch(words(title)):
        return True
    if len(rows[0]) == 1:
        return False
    below = [row[column] for row in rows[first + 1 :] if row[column].strip()][:_SAMPLE]
    sure = sum(map(_sign, below)) / max(len(below), 1) >= _MOSTLY
    return sure or bool(_TITLED.search(words(title)))


def packed(rows: Iterable[Row]) -> str:
    """`rows` as one text for a form to carry: a row a line, tabs between cells, backslashes."""
    return "\n".join("\t".join(map(escaped, row)).rstrip("\t") for row in rows)


def unpacked(text: str) -> Iterator[Row]:
    """The rows in a text of `packed`, whatever a browser made of the ends of its lines."""
    for line in text.replace("\r\n", "\n").split("\n"):
        yield tuple(map(plain, line.split("\t")))


def escaped(cell: str) -> str:
    """A cell on one line, without a tab in it."""
    return re.sub(r"[\\\t\n\r]", lambda found: _ESCAPED[found[0]], cell)


def plain(cell: str) -> str:
    """What `escaped` was given."""
    return re.sub(r"\\(.)", lambda found: _PLAIN.get(found[1], found[0]), cell)
