"""Waiting for what other tests on the same server have under way."""

from tests import databases
from tests.portal import Portal


async def settled(portal: Portal) -> None:
    """See `databases.settled`."""
    await databases.settled(portal.database)
