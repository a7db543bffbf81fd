"""How often one may ask: counters in the database, so that every process counts together."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from starlette.requests import Request

from app.core import clock
from app.core.crypto import digest
from app.core.db import database
from app.core.errors import TooMany
from app.web.models import RateCounter
from app.web.sessions import client_address, viewer_of


async def limit(request: Request, what: str, most: int, seconds: int) -> None:
    """Count one more `what` of this person or address.

    Args:
        what: names the thing limited, such as "check".
        most: how many are let through in each window.
        seconds: the window's length.

    Raises:
        TooMany: that was more than `most`; says when to try again.
    """
    viewer = viewer_of(request)
    who = str(viewer.account_id) if viewer.account_id else client_address(request)
    await count(f"{what}:{digest(who)[:24]}", most, seconds)


async def count(key: str, most: int, seconds: int) -> None:
    """Count one more under `key`, in a transaction of its own: a refusal is counted too.

    Raises:
        TooMany: as `limit` says.
    """
    at = clock.now()
    since = datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)
    statement = insert(RateCounter).values(key=key, since=since, count=1)
    async with database().write() as session:
        found = await session.scalar(
            statement.on_conflict_do_update(
                index_elements=["key", "since"], set_={"count": RateCounter.count + 1}
            ).returning(RateCounter.count)
        )
    if found is not None and found > most:
        raise TooMany(int((since + timedelta(seconds=seconds) - at).total_seconds()) + 1)


async def forget_old() -> int:
    """Drop counters of past windows. Returns: how many."""
    async with database().write() as session:
        gone = await session.execute(
            delete(RateCounter)
            .where(RateCounter.since < clock.now() - timedelta(days=1))
            .returning(RateCounter.key)
        )
        return len(gone.all())
