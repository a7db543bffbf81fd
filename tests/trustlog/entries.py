"""What tests of events look at."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.trustlog.queries import history
from app.trustlog.queries.history import Logged

OWN = ("code.", "membership.", "channel.")


async def told(session: AsyncSession, account_id: UUID, *prefixes: str) -> list[Logged]:
    """The entries about an account, oldest first; of credentials other tests tell."""
    found = await history.of_account(session, account_id)
    return [one for one in found if one.kind.startswith(prefixes or OWN)]


async def kinds(session: AsyncSession, account_id: UUID, *prefixes: str) -> list[str]:
    """What they tell."""
    return [one.kind.value for one in await told(session, account_id, *prefixes)]


def hidden(entry: Logged, *names: str) -> dict[str, str | None]:
    """What stands behind commitments of an entry: those of `names`, or all."""
    return {name: entry.value(name) for name in names or sorted(entry.openings or {})}
