import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx2
import pytest
from sqlalchemy import func, select
from starlette.requests import Request

from app.core import clock
from app.core.errors import TooMany
from app.web import ratelimit
from app.web.models import RateCounter
from app.web.ratelimit import Left, Policy, count, forget_old, forget_shares, neighbourhood, spend
from tests.conftest import statements
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


TWENTY = Policy("reads", most=20, seconds=60)  # 2 without asking, then 1 at a time


def asked_by(address: str) -> Request:
    return Request({"type": "http", "headers": [], "state": {}, "client": (address, 1)})


@pytest.fixture
def early() -> Iterator[datetime]:
    """The tenth second of a window."""
    start = clock.now().replace(second=10, microsecond=0)
    with clock.at(start):
        yield start


async def test_a_process_alone_gives_exactly_what_the_policy_says(
    portal: Portal, early: datetime
) -> None:
    given = [await spend(asked_by("192.0.2.1"), TWENTY) for _ in range(25)]
    assert [left.enough for left in given] == [True] * 20 + [False] * 5
    assert [left.remaining for left in given] == [*range(19, -1, -1), *[0] * 5]
    assert all(0 < left.reset <= 51 for left in given)
    with clock.at(early + timedelta(minutes=1)):
        assert (await spend(asked_by("192.0.2.1"), TWENTY)).remaining == 19


async def test_what_most_people_ask_for_costs_no_statement(portal: Portal, early: datetime) -> None:
    policy = Policy("reads", most=600, seconds=60)
    with statements(portal.database.engine) as seen:
        for _ in range(60):
            assert (await spend(asked_by("192.0.2.1"), policy)).enough
    assert seen == []
    with statements(portal.database.engine) as seen:
        for _ in range(30):
            assert (await spend(asked_by("192.0.2.1"), policy)).enough
    assert len(seen) == 1


async def test_whoever_is_refused_costs_no_statement_again(portal: Portal, early: datetime) -> None:
    for _ in range(21):
        await spend(asked_by("192.0.2.1"), TWENTY)
    with statements(portal.database.engine) as seen:
        assert [(await spend(asked_by("192.0.2.1"), TWENTY)).enough for _ in range(50)] == [
            False
        ] * 50
    assert seen == []


async def test_processes_share_what_there_is(portal: Portal, early: datetime) -> None:
    """Each process is this one after `forget_shares`, the counter in the database stays."""
    given = []
    for _ in range(5):
        forget_shares()
        given.append(sum([(await spend(asked_by("192.0.2.1"), TWENTY)).enough for _ in range(30)]))
    assert given == [20, 2, 2, 2, 2]  # what each gives before it asks is all that comes on top


async def test_many_at_once_take_no_more_than_one_after_another(
    portal: Portal, early: datetime
) -> None:
    given = await asyncio.gather(*(spend(asked_by("192.0.2.1"), TWENTY) for _ in range(60)))
    assert sum(left.enough for left in given) == 20


async def test_a_large_request_is_refused_whole_and_leaves_the_rest(
    portal: Portal, early: datetime
) -> None:
    assert not (await spend(asked_by("192.0.2.1"), TWENTY, 21)).enough
    given = [(await spend(asked_by("192.0.2.1"), TWENTY)).enough for _ in range(21)]
    assert given == [True] * 20 + [False]


async def test_neighbours_in_one_network_are_counted_together(
    portal: Portal, early: datetime
) -> None:
    for place in range(20):
        assert (await spend(asked_by(f"2001:db8:1:2::{place:x}"), TWENTY)).enough
    assert not (await spend(asked_by("2001:db8:1:2:ffff::1"), TWENTY)).enough
    assert (await spend(asked_by("2001:db8:1:3::1"), TWENTY)).enough


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_an_address_stands_for_its_network(address: str, network: str) -> None:
    assert neighbourhood(address) == network


async def test_a_process_remembers_only_so_many_addresses(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ratelimit, "MOST_SHARES", 3)
    for place in range(10):
        await spend(asked_by(f"192.0.2.{place}"), TWENTY)
    assert len(ratelimit._shares) == 3


def test_the_headers_are_those_of_the_draft() -> None:
    assert Left(TWENTY, remaining=7, reset=31).headers() == {
        "RateLimit-Policy": '"reads";q=20;w=60',
        "RateLimit": '"reads";r=7;t=31',
    }
