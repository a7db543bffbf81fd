"""Letting the log catch up with what is older than it."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import record as channels
from app.commands.base import group, run
from app.conduct import record as conduct
from app.core import db
from app.members import record as members

LOG = "log", "The public log."
FIRST = UUID(int=0)
CatchUp = Callable[[AsyncSession, UUID, int], Awaitable[tuple[int, UUID | None]]]
PARTS: tuple[tuple[str, CatchUp], ...] = (
    ("versions of the code", conduct.catch_up_versions),
    ("signatures", conduct.catch_up_signatures),
    ("proven channels", channels.catch_up),
    ("moves of standings", members.catch_up),
)

log = group(*LOG)


@log.command("catch-up")
def catch_up(
    batch: Annotated[int, typer.Option(min=1, help="Rows looked at in one transaction.")] = 500,
) -> None:
    """Write entries for what happened before there was a log; safe to run again.

    Versions of the code, signatures, moves of standings and the channels that are proven today get
    the entry that they lack, which says when it happened. What was done stays when it is stopped.
    """

    async def work() -> str:
        written = [f"{await _part(one, batch)} {name}" for name, one in PARTS]
        return f"written for {', '.join(written)}"

    run(work())


async def _part(one: CatchUp, batch: int) -> int:
    written, after = 0, FIRST
    while True:
        async with db.transaction() as session:
            count, last = await one(session, after, batch)
        written += count
        if last is None:
            return written
        after = last
