"""`portal log …`: the trust log, for those who run it and those who check it."""

import secrets
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from app.commands.base import group, operator, run
from app.core import clock, db
from app.core.config import settings
from app.core.errors import Conflict, Refused
from app.core.signing_keys import SECRET, SigningKey
from app.trustlog import adoption, export, keys, monitor, sequencer
from app.trustlog.memory import Busy, Memory
from app.trustlog.policy.notes import Signer
from app.trustlog.policy.signing import WillNotSign
from app.trustlog.queries.state import State, state

log = group("log", "The trust log.")
key_group = typer.Typer(no_args_is_help=True, help="The log's keys.")
log.add_typer(key_group, name="keys")
BUSY = "another process signs the log"


@log.command("state")
def tell_state() -> None:
    """Tell what is published, what waits, who cosigned, and whether the log refuses to sign."""

    async def work() -> str:
        async with db.database().read() as session:
            return _told(await state(session))

    run(work())


def _told(now: State) -> str:
    lines = [f"{settings().log_name}: {now.size} entries published"]
    if now.signed_at is not None:
        age = (clock.now() - now.signed_at).total_seconds()
        lines[0] += f", signed {now.signed_at:%Y-%m-%d %H:%M:%S} UTC ({age:.0f} s ago)"
    if now.placed > now.size:
        lines.append(f"{now.placed - now.size} entries have their places and no checkpoint yet")
    if now.waiting:
        lines.append(f"{now.waiting} entries wait since {now.waiting_since:%Y-%m-%d %H:%M:%S} UTC")
    lines += [f"cosigned by {witness}: {size} entries" for witness, size in now.cosigned]
    if not keys.signers():
        lines.append("No key is configured (PORTAL_LOG_KEYS): nothing is signed, entries wait.")
    try:
        last = Memory.configured().last()
        remembered = f"{last.size} entries of {last.origin}" if last else "nothing"
        lines.append(f"memory {settings().log_memory_file}: {remembered}")
    except WillNotSign as refusal:
        lines.append(refusal.sentence)
    if now.refusal is not None:
        since = f"{now.refusal.since:%Y-%m-%d %H:%M:%S} UTC"
        lines.append(f"REFUSES TO SIGN since {since}: {now.refusal.sentence}")
    return "\n".join(lines)


@log.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def verify(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="A log's address; this portal's own when empty.")] = "",
) -> None:
    """Follow a log as a stranger does, from outside: `app/trustlog/monitor.py` with its options.

    Of this portal's own log the keys are known; of another one give `--key VKEY`.
    """
    words = [url or f"{settings().base_url}/log", *context.args]
    if not url and "--key" not in context.args:
        words += [word for vkey in keys.vkeys() for word in ("--key", vkey)]
    if "--state" not in context.args:
        words += ["--state", str(settings().data_dir / "log" / "followed")]
    raise typer.Exit(monitor.main(words))


@log.command()
def adopt(
    because: Annotated[str, typer.Option(help="How you know that this database is the newest.")],
) -> None:
    """Let the log sign again although its memory is gone or old, or begin a log of a new name.

    What was surely signed under the same name and is missing here is never given up.
    """

    async def work() -> str:
        try:
            async with db.transaction() as session:
                fresh = await adoption.adopt(
                    session, operator(), settings().log_name, because, Memory.configured()
                )
        except Busy as busy:
            raise Conflict(BUSY) from busy
        return f"the log remembers {fresh.size} entries of {fresh.origin}, and goes on from there"

    run(work())


@log.command()
def publish() -> None:
    """Give waiting entries their places and sign the tree, once, where no worker does."""

    async def work() -> str:
        try:
            newest = await sequencer.publish_once(db.database())
        except Busy as busy:
            raise Conflict(BUSY) from busy
        except WillNotSign as refusal:
            raise Refused(refusal.sentence) from refusal
        if not keys.signers():
            return "no key is configured (PORTAL_LOG_KEYS): nothing is signed"
        return newest.note if newest else "there are no entries yet"

    run(work())


@log.command("export")
def export_files(folder: Path) -> None:
    """Write the published log into FOLDER as files, for a mirror; again to bring it up to date."""

    async def work() -> str:
        size, written = await export.export(db.database(), folder)
        return f"{size} entries in {folder}; {written} files written"

    run(work())


@log.command()
def vkeys() -> None:
    """Print the public keys, as monitors and witnesses are given them."""
    typer.echo("\n".join(keys.vkeys()) or "no key is configured (PORTAL_LOG_KEYS)")


@key_group.command()
def make(name: Annotated[str, typer.Argument(help="A name for it: a-z, 0-9 and -.")]) -> None:
    """Make a key and print it, for PORTAL_LOG_KEYS, with its public key. It is kept nowhere."""
    secret = f"{name}:{b64encode(secrets.token_bytes(SECRET)).decode()}"
    try:
        key = SigningKey.read(secret)
    except ValueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from wrong
    typer.echo(secret)
    typer.echo(Signer(settings().log_name, key.private()).vkey)
