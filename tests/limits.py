"""Coming up to a limit of how often one may ask, without asking so often."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import update

from app.core import clock
from app.web.models import RateCounter
from tests.portal import Portal


@asynccontextmanager
async def one_window() -> AsyncIterator[None]:
    """The beginning of the hour that comes: no window of a limit ends meanwhile."""
    hour = (clock.now() + timedelta(hours=1)).replace(minute=0, second=1, microsecond=0)
    with clock.at(hour):
        yield


async def counted(portal: Portal, what: str, times: int) -> None:
    """Let everybody who asked for `what` have asked so many times."""
    async with portal.transaction() as session:
        found = await session.scalars(
            update(RateCounter)
            .where(RateCounter.key.startswith(f"{what}:"))
            .values(count=times)
            .returning(RateCounter.key)
        )
        assert found.all(), f"nobody asked for {what} yet"
