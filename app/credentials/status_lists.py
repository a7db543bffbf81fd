"""The status lists as they are served: read off the rows, and signed."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.config import settings
from app.core.errors import Unavailable
from app.core.signing_keys import SigningKey
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


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A list as it was read, and the key that is to sign it."""

    purpose: Purpose
    number: int
    places: Collection[int]
    key: SigningKey

    async def signed(self) -> bytes:
        """The list as a signed credential. Call it when nothing of the database is held."""
        encoded = await asyncio.to_thread(_encoded, self.places)
        begun = window(clock.now())
        address = document.list_address(settings().base_url, self.purpose, self.number)
        told = document.status_list(
            address, issuer.name(), self.purpose, encoded, (begun, begun + VALID)
        )
        return await signing.LISTS.get(
            (address, begun, encoded), told, self.key, issuer.name(), instant(begun)
        )


async def read(session: AsyncSession, purpose: Purpose, list_number: int) -> Unsigned | None:
    """A list, true as of now; None when there is no such list.

    Raises:
        Unavailable: no key signs now.
    """
    if not 1 <= list_number <= await queries.newest_list(session):
        return None
    key = await issuer.signing_key(session)
    if key is None:
        raise Unavailable
    places = await queries.places(session, purpose, list_number)
    return Unsigned(purpose, list_number, places, key)


def _encoded(places: Collection[int]) -> str:
    return status_list.encoded(status_list.bits(places))
