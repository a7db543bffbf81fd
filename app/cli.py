"""`portal …`: the commands of operators and of the two processes."""

import os
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app import tables  # noqa: F401 - all models, before any query
from app.accounts import models as accounts
from app.accounts import service as accounts_service
from app.commands.base import app, group, need_database, operator, run
from app.conduct import code as conduct_code
from app.conduct import service as conduct_service
from app.core import db, embedded_postgres, migrations, reference_tables
from app.core.config import settings, told
from app.members import service as members

for _found in sorted((Path(__file__).parent / "commands").glob("*.py")):
    if _found.stem not in ("__init__", "base"):
        import_module(f"app.commands.{_found.stem}")


@app.callback()
def settle() -> None:
    """The Digital Trust Alliance portal.

    Everything runs on the PostgreSQL named by DATABASE_URL, or on the embedded one.
    """
    try:
        settings()
    except ValidationError as wrong:
        typer.echo(told(wrong), err=True)
        raise typer.Exit(1) from wrong


@app.command()
def web() -> None:
    """Serve the pages."""
    need_database()
    uvicorn.run(
        "app.demo.site:make_app" if settings().demo else "app.main:make_app",
        factory=True,
        host=settings().host,
        port=settings().port,
        proxy_headers=bool(settings().trusted_proxies),
        forwarded_allow_ips=list(settings().trusted_proxies) or None,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


@app.command()
def worker() -> None:
    """Do the jobs: letters, checks of channels, the clock's moves."""
    from app import worker as process  # noqa: PLC0415 - reads in the jobs of every slice

    need_database()
    process.main()


@app.command()
def demo() -> None:
    """Run the demonstration: everything, filled with invented people. Ctrl-C stops it."""
    from app.demo import run as demonstration  # noqa: PLC0415 - no part of an installation

    raise typer.Exit(demonstration.run())


@app.command()
def reset() -> None:
    """Delete the demonstration's data."""
    from app.demo import run as demonstration  # noqa: PLC0415 - as above

    try:
        typer.echo(demonstration.reset())
    except (demonstration.CannotStart, embedded_postgres.CannotRun) as sentence:
        typer.echo(str(sentence), err=True)
        raise typer.Exit(1) from sentence


database = group("db", "The database's shape.")


@database.command()
def upgrade(revision: str = "head") -> None:
    """Migrate up to REVISION."""
    need_database()
    migrations.upgrade(revision)


@database.command()
def downgrade(revision: str) -> None:
    """Migrate down to REVISION."""
    need_database()
    migrations.downgrade(revision)


@database.command()
def revision(words: str) -> None:
    """Write a new migration from what the models say."""
    need_database()
    migrations.write(words)


references = group("reference", "The product's vocabularies.")


@references.command()
def load() -> None:
    """Copy the keys of `data/` into the database."""

    async def work() -> str:
        async with db.transaction() as session:
            return f"{await reference_tables.load(session)} keys loaded"

    run(work())


conduct = group("conduct", "The code of conduct.")


@conduct.command("publish")
def publish_code(
    file: Annotated[
        Path, typer.Argument(help="A version of the code (YAML).")
    ] = conduct_code.FIRST,
) -> None:
    """Publish the version of the code in FILE; safe to run again.

    A version that somebody has signed is never changed: give the new text a new number.
    """

    async def work() -> str:
        content = conduct_code.read_file(file)
        async with db.transaction() as session:
            done = await conduct_service.publish(session, operator(), content)
        return f"version {content.version}, in force from {content.effective_from}: {done.value}"

    run(work())


words = group("i18n", "The catalogues.")


@words.command("update")
def update_words(slices: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Bring the catalogues up to the source; all slices, or those named."""
    from app.core import catalogues  # noqa: PLC0415 - reads in a parser that no other command needs

    for name, left in catalogues.update(slices or ()).items():
        typer.echo(f"{name}: {'whole' if not left else f'{left} to translate'}")


@words.command("missing")
def missing_words() -> None:
    """List what is not translated."""
    from app.core import catalogues  # noqa: PLC0415 - as above

    left = catalogues.missing()
    typer.echo("\n".join(left) if left else "nothing is missing")
    if left:
        raise typer.Exit(1)


staff_group = group("staff", "Who works for the alliance.")


@staff_group.command()
def grant(who: str, role: accounts.Role) -> None:
    """Give ROLE to the account WHO (its e-mail address or id)."""

    async def work() -> str:
        async with db.transaction() as session:
            person = await accounts_service.find(session, who)
            await accounts_service.grant(session, operator(), person.id, role)
            return f"{person.name} is now {role.value}"

    run(work())


@staff_group.command()
def revoke(who: str, role: accounts.Role) -> None:
    """Take ROLE from the account WHO (its e-mail address or id)."""

    async def work() -> str:
        async with db.transaction() as session:
            person = await accounts_service.find(session, who)
            await accounts_service.revoke(session, operator(), person.id, role)
            return f"{person.name} is no longer {role.value}"

    run(work())


member_group = group("member", "The standing of members, until complaints exist.")
Because = Annotated[
    str, typer.Option(help="The reasons: the member reads them; published if a sanction.")
]


@member_group.command()
def suspend(
    number: str,
    because: Because,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day, in Vietnam.")],
) -> None:
    """Suspend the member NUMBER to the end of a day."""

    async def work() -> str:
        async with db.transaction() as session:
            member = await members.suspend(session, operator(), number, until.date(), because)
            return f"{member.number} is suspended to the end of {member.standing_until}"

    run(work())


@member_group.command()
def reinstate(number: str, because: Because) -> None:
    """Put the member NUMBER back into good standing."""

    async def work() -> str:
        async with db.transaction() as session:
            member = await members.reinstate(session, operator(), number, because)
            return f"{member.number} is in good standing"

    run(work())


@member_group.command()
def expel(
    number: str,
    because: Because,
    months: Annotated[int, typer.Option(help="How long they may not apply again.")],
) -> None:
    """Expel the member NUMBER."""

    async def work() -> str:
        async with db.transaction() as session:
            member = await members.expel(session, operator(), number, months, because)
            return f"{member.number} is expelled and may not apply again until {member.bar_until}"

    run(work())


search_group = group("search", "The files that the search is started from.")


@search_group.command("build")
def build_base() -> None:
    """Build a base of all members, beside whatever serves them now; the worker does it when due."""
    from app.directory.search import keeper  # noqa: PLC0415 - reads in the engine

    need_database()
    os.nice(10)
    try:
        base = keeper.build(settings().database_url, settings().search_folder)
    except (keeper.BusyError, OSError, SQLAlchemyError) as refusal:
        typer.echo(f"Not built: {str(refusal) or 'somebody else is building'}", err=True)
        raise typer.Exit(1) from refusal
    typer.echo(f"{base.name}: {base.members} members")


@search_group.command("renew")
def renew_life() -> None:
    """Let nothing count that was kept of members so far: after the server's files were put back.

    Pages are kept anew, whoever follows /api/v1/changes begins anew, and a base is due.
    """

    async def work() -> str:
        async with db.transaction() as session:
            await members.renew_life(session, operator())
        return (
            "renewed: nothing kept of members before counts any more; a proxy is best emptied too"
        )

    run(work())


@search_group.command("state")
def base_state() -> None:
    """Tell what base there is, and whether another is due."""
    from app.directory.search import keeper  # noqa: PLC0415 - as above

    async def work() -> str:
        async with db.database().read() as session:
            now = await keeper.situation(session, settings().search_folder)
        due = "due" if now.due else "not due"
        if now.base is None:
            return f"no base; one is {due}"
        return (
            f"{now.base.name}: {now.base.members} members, built {now.base.built_at:%Y-%m-%d %H:%M}"
            f" UTC; {now.changed} changed since; another is {due}"
        )

    run(work())


if __name__ == "__main__":
    app(prog_name="portal")
