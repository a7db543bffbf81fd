"""What every command is made with: families, who types it, and how it runs on the database."""

import asyncio
import getpass
import os
from collections.abc import Coroutine
from typing import Any

import typer

from app.core import db, embedded_postgres
from app.core.config import settings
from app.core.errors import PortalError
from app.core.viewer import Viewer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


_groups: dict[str, typer.Typer] = {}


def group(name: str, words: str) -> typer.Typer:
    """A family of commands; the one that is there, where another file began it."""
    if name not in _groups:
        _groups[name] = typer.Typer(no_args_is_help=True, help=words)
        app.add_typer(_groups[name], name=name)
    return _groups[name]


def operator() -> Viewer:
    """Whoever types the command, for the audit."""
    return Viewer.system(f"command line ({getpass.getuser()})")


def need_database() -> None:
    """See to it that there is a database: the one that is named, else the embedded one.

    Only commands that need one ask for it: keys are made on machines that have none.
    """
    if settings().database_url:
        return
    try:
        os.environ["DATABASE_URL"] = embedded_postgres.database_url(settings().data_dir)
    except embedded_postgres.CannotRun as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    settings.cache_clear()


def run(work: Coroutine[Any, Any, str]) -> None:
    """Run `work` on the database and print its sentence; a refusal is a sentence too."""
    try:
        need_database()
    except typer.Exit:
        work.close()
        raise

    async def connected() -> str:
        db.use_database(db.Database(db.make_engine(settings().database_url, pool_size=2)))
        try:
            return await work
        finally:
            await db.database().close()

    try:
        typer.echo(asyncio.run(connected()))
    except PortalError as refusal:
        typer.echo(f"Refused: {refusal or type(refusal).__name__}", err=True)
        raise typer.Exit(1) from refusal
