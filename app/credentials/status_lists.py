"""The status lists as they are served: read off the rows, and signed."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.config import settings
from app.core.errors import Unavailable
from app.credentials import issuer, queries, signing
from app.credentials.policy import document, status_list
from app.credentials.policy.proofs import instant
from app.credentials.policy.status_list import Purpose

WINDOW = timedelta(minutes=10)  # in which a list that does not change keeps its bytes
VALID = timedelta(hours=1)
"""How long a list may be believed: nobody hides a suspension behind an old one for longer."""


def window(now: datetime) -> datetime:
    """When the window of `now` began."""
    seconds = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


async def served(session: AsyncSession, purpose: Purpose, list_number: int) -> bytes | None:
    """A list as a signed credential, true as of now; None when there is no such list.

    Raises:
        Unavailable: no key signs now.
    """
    if not 1 <= list_number <= await queries.newest_list(session):
        return None
    key = await issuer.signing_key(session)
    if key is None:
        raise Unavailable
    places = await queries.places(session, purpose, list_number)
    encoded = await asyncio.to_thread(_encoded, places)
    begun = window(clock.now())
    address = document.list_address(settings().base_url, purpose, list_number)
    told = document.status_list(address, issuer.name(), purpose, encoded, (begun, begun + VALID))
    return await signing.LISTS.get(
        (address, begun, encoded), told, key, issuer.name(), instant(begun)
    )


def _encoded(places: Collection[int]) -> str:
    return status_list.encoded(status_list.bits(places))
