"""What somebody asks many answers for: lines they pasted, a file, or rows given back to them."""

from typing import ClassVar

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.directory.many import files, separated
from app.directory.many.limits import A_PART, MOST_BYTES, MOST_CHARACTERS
from app.directory.many.table import Table, plain, table, unpacked
from app.web.forms import Form, FormModel, blank, read_form

_one_at_a_time = anyio.CapacityLimiter(1)  # what a file holds may take 600 MB while it is read


class ManyForm(FormModel):
    """A list to be checked.

    `rows`, `column`, `header` and `name` are a table that was read before (`table.packed`), given
    back by the page that shows its answers. `parts` says that the answers are fetched later.
    """

    takes_file: ClassVar[bool] = True
    longest: ClassVar[int] = 4 * MOST_CHARACTERS

    lines: str = ""
    rows: str = ""
    column: str = ""
    header: bool = False
    name: str = ""
    parts: bool = False


class PartForm(FormModel):
    """Some of the cells of a table that was read before, one a line (`table.escaped`)."""

    longest: ClassVar[int] = 1_000_000  # what a page sends of `A_PART` rows, cut as it cuts them

    lines: str = ""
    first: int
    full: str = ""


async def asked(request: Request) -> tuple[Form[ManyForm], Table | None]:
    """The form that was sent, and the table that it holds; None when something is wrong.

    Texts are taken as they were typed: blank lines at the beginning count.
    """
    try:
        form = await read_form(request, ManyForm)
    except HTTPException as refused:
        return _unread(refused), None
    try:
        return form, await _table(form)
    except Refused as refused:
        form.error("sheet" if "sheet" in form.files else "lines", refused)
        return form, None


def _unread(refused: HTTPException) -> Form[ManyForm]:
    """An empty form that says why nothing of what was sent was taken in."""
    form = blank(ManyForm)
    if refused.status_code == 413:  # noqa: PLR2004 - what `read_form` says of too much
        form.error("sheet", files.too_heavy())
    else:
        form.error("lines", _("This is too much text for this field. Upload it as a file instead."))
    return form


async def _table(form: Form[ManyForm]) -> Table:
    file, lines, rows = form.files.get("sheet"), form.shown("lines"), form.shown("rows")
    if file and lines.strip():
        raise Refused(_("You pasted lines and chose a file as well. Leave one of the two out."))
    if file:
        if (file.size or 0) > MOST_BYTES:
            raise Refused(files.too_heavy())
        data, name = await file.read(), file.filename or ""
        return await anyio.to_thread.run_sync(files.read, data, name, limiter=_one_at_a_time)
    if rows.strip():
        column = form.shown("column")
        return table(
            unpacked(rows),
            name=form.shown("name")[: files.LONGEST_NAME],
            column=int(column) if column.isascii() and column.isdigit() else None,
            header=form.shown("header") == "yes",
        )
    if not lines.strip():
        raise Refused(_("Paste some lines, or choose a file."))
    return table(separated.pasted(lines))


async def part(request: Request) -> tuple[list[tuple[int, str]], list[str]]:
    """The lines of one part, with their places in the table, and the answers shown enough of.

    Raises:
        Refused: it cannot be read, or has more than `A_PART` lines.
    """
    form = await read_form(request, PartForm)
    cells = form.shown("lines").replace("\r\n", "\n").split("\n")
    if form.errors or len(cells) > A_PART:
        raise Refused(_("Some answers need your attention."))
    first = max(0, form.value.first)
    given = [(first + place, plain(cell)) for place, cell in enumerate(cells)]
    return [(place, text) for place, text in given if text.strip()], form.value.full.split()
