"""`portal seal …`: who seals documents, and what a seal says."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.commands.base import group, run
from app.conduct.sealing import checking, keeping, queries, self_made
from app.conduct.sealing.seal import Changed, Seal
from app.core import db
from app.core.config import settings
from app.core.errors import Unavailable
from app.core.seal_settings import SealSettings

seal = group("seal", "The seal on documents of signatures.")

PAGE = 100
CHANGES = {
    Changed.NOTHING: "nothing",
    Changed.BYTES: "what was sealed is no longer what it was",
    Changed.ADDED: "something was added after the document was sealed",
    Changed.UNREADABLE: "the file is too broken to be read",
}


@seal.command("make-authority")
def make_authority(folder: Path) -> None:
    """Make a self-made authority in FOLDER: for demonstrations and trials, proves nothing outside.

    Prints the setting that uses it.
    """
    try:
        self_made.make(folder)
    except FileExistsError as taken:
        typer.echo(f"There is one already: {taken}", err=True)
        raise typer.Exit(1) from taken
    typer.echo(f"PORTAL_SEAL='{json.dumps(self_made.setting(folder))}'")


@seal.command("check")
def check(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Say what the seal of FILE is worth. Fails when it is not a genuine document of ours."""
    found = asyncio.run(checking.check(file.read_bytes()))
    if found is None:
        typer.echo("There is no seal in this file.")
        raise typer.Exit(1)
    typer.echo(_told(found))
    if not found.genuine:
        raise typer.Exit(1)


def _told(found: Seal) -> str:
    lines = {
        "Genuine": _answer(yes=found.genuine),
        "Sealed by": found.sealed_by or "?",
        "By us": _answer(yes=found.trusted),
        "Changed": CHANGES[found.changed],
        "Sealed at": _moment(found.sealed_at),
        "Time told by": found.stamped_by or "nobody whom we trust",
        "Level": f"PAdES {found.level.upper()}" if found.level else "none",
        "Self-made": _answer(yes=found.self_made),
        "Attached": ", ".join(found.attachments) or "nothing that could be trusted",
    }
    return "\n".join(f"{name + ':':<14}{value}" for name, value in lines.items())


def _answer(*, yes: bool) -> str:
    return "yes" if yes else "no"


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else "unknown"


@seal.command("state")
def state() -> None:
    """Try the seal on an empty document, and count the documents that are sealed."""
    from app.conduct.sealing import making  # noqa: PLC0415 - reads in what few commands need

    async def work() -> str:
        by = settings().seal
        async with db.database().read() as session:
            counts = await queries.counts(session)
        done = f"{counts.sealed} of {counts.signatures} documents are sealed."
        if by is None:
            return f"No seal is configured (PORTAL_SEAL). {done}"
        typer.echo(f"{_described(by)}\n{done}")
        try:
            await making.trial(by)
        except making.NotSealed as failed:
            raise Unavailable(f"a trial failed: {failed}") from failed
        return "A trial succeeded."

    run(work())


def _described(by: SealSettings) -> str:
    ours = by.chain[0]
    lines = {
        "Certificate": ours.subject.rfc4514_string(),
        "Until": _moment(by.until),
        "Today": f"NOTHING CAN BE SEALED: {ended}" if (ended := by.ended()) else "holds",
        "Key": "in a token" if by.private_key is None else "at hand",
        "Time told by": ", ".join(by.time_stamps) or "a clock of its own",
        "Level": "PAdES B-LTA" if by.long_term else "PAdES B-T",
        "Self-made": "yes: proves nothing outside" if by.self_made else "no",
    }
    return "\n".join(f"{name + ':':<14}{value}" for name, value in lines.items())


@seal.command("missing")
def missing() -> None:
    """Seal the documents of all signatures that have none; safe to run again, or twice at once."""
    from app.conduct.sealing import making  # noqa: PLC0415 - as above

    async def work() -> str:
        if settings().seal is None:
            return "No seal is configured (PORTAL_SEAL): nothing to do."
        done = failed = 0
        last = None
        while True:
            async with db.database().read() as session:
                page = await queries.unsealed(session, last, PAGE)
            if not page:
                break
            for last in page:
                try:
                    done += await keeping.seal(last)
                except making.NotSealed as refusal:
                    failed += 1
                    typer.echo(f"{last}: {refusal}", err=True)
            typer.echo(f"{done} sealed, {failed} failed so far", err=True)
        return f"{done} documents sealed, {failed} failed."

    run(work())
