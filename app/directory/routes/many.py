"""The check of many accounts at once: a list in, an answer a line out, nothing kept."""

import re
from collections.abc import Sequence
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.core import clock
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.text import fold
from app.directory.many import asked, limits, wording, written
from app.directory.many.answering import MOST_SHOWN, Line, answered, groups
from app.directory.many.files import ACCEPT
from app.directory.many.table import Table, packed
from app.directory.routes.addresses import addresses
from app.web import ratelimit
from app.web.forms import Form, blank
from app.web.pages import page

router = APIRouter(prefix="/check/many")

LISTS = (30, 600)  # in so many seconds, of one person or address; a download counts as well
PARTS = (120, 60)


async def _lists(request: Request) -> None:
    """Slow down whoever sends one list after another."""
    await ratelimit.limit(request, "many", *LISTS)


async def _parts(request: Request) -> None:
    """Slow down whoever has one list after another answered in parts."""
    await ratelimit.limit(request, "many-part", *PARTS)


@router.get("")
async def many(request: Request) -> Response:
    """Where a list is pasted or uploaded."""
    return _form(request, blank(asked.ManyForm))


@router.post("", dependencies=[Depends(_lists)])
async def answers(request: Request) -> Response:
    """The answers to a list: all of them, or the frame into which a script fetches them."""
    form, table = await asked.asked(request)
    if table is None:
        return _form(request, form, status=422)
    given = list(table.lines())
    waiting = form.shown("parts") == "yes" and len(given) > limits.AT_ONCE
    lines: Sequence[Line] = () if waiting else await answered(given)
    return _answers(request, table, lines, total=len(given), waiting=waiting)


@router.post("/part", dependencies=[Depends(_parts)])
async def part(request: Request) -> Response:
    """The answers to some lines of a list, as rows for the page that shows the others."""
    lines, full = await asked.part(request)
    found = groups(await answered(lines), without=full)
    return page(request, "many/_part.html", groups=found, **_words())


@router.post("/file", dependencies=[Depends(_lists)])
async def file(request: Request) -> Response:
    """A list with its answers as a file."""
    form, table = await asked.asked(request)
    if table is None:
        return _form(request, form, status=422)
    kind: written.Kind = "xlsx" if request.query_params.get("kind") == "xlsx" else "csv"
    moment = f"{clock.now().astimezone(clock.VIETNAM):%Y-%m-%d %H:%M}"
    rows = written.with_answers(table, await answered(table.lines()), moment)
    return await _download(rows, kind, _name(table))


@router.get("/example.{kind}")
async def example(kind: str) -> Response:
    """A small list as it could be sent."""
    if kind not in written.MEDIA_TYPES:
        raise Missing
    rows = [
        (_("Link"), _("Who it is said to be")),
        ("https://www.tiktok.com/@tenban", _("A creator in a campaign")),
        ("facebook.com/tenban", _("The same creator")),
        ("DTA-26-00012-4", _("A number from a letter")),
    ]
    return await _download(rows, "xlsx" if kind == "xlsx" else "csv", _("list to check"))


async def _download(rows: Any, kind: written.Kind, name: str) -> Response:
    data = await anyio.to_thread.run_sync(written.written, rows, kind)
    plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")
    return Response(
        data,
        media_type=written.MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{plain}.{kind}"'},
    )


def _name(table: Table) -> str:
    day = f"{clock.today():%Y%m%d}"
    return _("%(name)s checked %(day)s", name=table.name or _("list"), day=day)


def _form(request: Request, form: Form[asked.ManyForm], status: int = 200) -> Response:
    return page(
        request,
        "many/form.html",
        status=status,
        form=form,
        accept=ACCEPT,
        limits=limits,
        **addresses(request, "/check/many"),
    )


def _answers(
    request: Request, table: Table, lines: Sequence[Line], *, total: int, waiting: bool
) -> Response:
    return page(
        request,
        "many/answers.html",
        table=table,
        total=total,
        rows=packed(table.rows),
        groups=groups(lines),
        waiting=waiting,
        part=limits.A_PART,
        most_shown=MOST_SHOWN,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "looks": wording.LOOKS,
        "word": wording.word,
        "meaning": wording.meaning,
        "detail": wording.detail,
        "named": wording.named,
    }
