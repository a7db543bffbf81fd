from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.errors import TooMany
from app.web.models import RateCounter
from app.web.ratelimit import count, forget_old
from tests.portal import Portal


async def test_one_more_than_allowed_waits_for_the_next_window(
    stage: httpx2.AsyncClient,
) -> None:
    start = clock.now().replace(second=10, microsecond=0)
    with clock.at(start):
        statuses = [(await stage.get("/test/limited")).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        answer = await stage.get("/test/limited")
        assert 45 <= int(answer.headers["Retry-After"]) <= 51
    with clock.at(start + timedelta(minutes=1)):
        assert (await stage.get("/test/limited")).status_code == 200


async def test_everybody_is_counted_apart(portal: Portal) -> None:
    for _ in range(2):
        await count("one", 2, 60)
    await count("two", 2, 60)
    with pytest.raises(TooMany):
        await count("one", 2, 60)


async def test_neither_address_nor_account_can_be_read_from_a_counter(
    stage: httpx2.AsyncClient, portal: Portal
) -> None:
    await stage.get("/test/limited")
    async with portal.transaction() as session:
        keys = list(await session.scalars(select(RateCounter.key)))
    assert len(keys) == 1
    assert keys[0].startswith("test:")
    assert "127.0.0.1" not in keys[0]


async def test_counters_of_past_days_are_dropped(portal: Portal) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        await count("old", 2, 60)
    await count("new", 2, 60)
    assert await forget_old() == 1
    async with portal.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(RateCounter)) == 1
