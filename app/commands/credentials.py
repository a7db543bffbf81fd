"""`portal credentials …`: the issuer's document, and credentials that are missing."""

from typing import Annotated

import typer

from app.commands.base import group, operator, run
from app.core import clock
from app.core.db import transaction
from app.core.errors import Refused
from app.credentials import issuer, service

credentials = group("credentials", "Credentials of members.")

A_BATCH = 100  # members in one transaction


@credentials.command()
def issue(
    *,
    again: Annotated[bool, typer.Option(help="Replace those that members have, too.")] = False,
) -> None:
    """Issue credentials to members in good standing who have none.

    For when credentials were switched on after members had joined. Safe to run again; with
    `--again` each member gets a new one and the old one is revoked, as after a change of address.
    """
    run(_issue(again=again))


async def _issue(*, again: bool) -> str:
    by, begun, total = operator(), clock.now(), 0
    while True:
        async with transaction() as session:
            count = await service.issue_missing(
                session, by, A_BATCH, before=begun if again else None
            )
        if count == 0:
            return f"{total} credentials issued."
        total += count


@credentials.command()
def did() -> None:
    """Publish the issuer's DID document, if the keys of the configuration changed it."""
    run(_did())


async def _did() -> str:
    if not issuer.configured():
        raise Refused("set PORTAL_CREDENTIAL_KEYS first")
    async with transaction() as session:
        changed = await issuer.publish(session, operator())
    told = "published" if changed else "is up to date"
    return f"The document of {issuer.name()} {told}."


@credentials.command()
def withdraw(
    key: Annotated[str, typer.Argument(help="Its id, as the configuration named it.")],
) -> None:
    """Take a stolen key out of the issuer's document: what it signed fails from then on.

    Put another first into PORTAL_CREDENTIAL_KEYS and restart, so that downloads are signed anew.
    """
    run(_withdraw(key))


async def _withdraw(key: str) -> str:
    async with transaction() as session:
        await issuer.withdraw(session, operator(), key)
    return f"The key {key} speaks for {issuer.name()} no more."
