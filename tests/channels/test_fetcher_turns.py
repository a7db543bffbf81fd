"""How often one site is asked: at most so many at once, and not too soon after one another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from app.channels.fetcher import Fetcher, Turns
from app.channels.fetcher import errors as e
from app.channels.fetcher.limits import MOST_IDLE
from app.channels.fetcher.suffixes import owned, registered
from tests.channels.local_web import LOOPBACK, LocalWeb, page, redirect, resolver, serve


class Clock:
    """Time that passes only when somebody lets it."""

    def __init__(self) -> None:
        self.time = 100.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


@pytest.fixture
async def web() -> AsyncIterator[LocalWeb]:
    async with serve() as served:
        yield served


def turns_by(clock: Clock, **given: float) -> Turns:
    usual = {"at_once": 2, "distance": 1.0, "patience": 0.05}
    chosen = usual | given
    return Turns(
        at_once=int(chosen["at_once"]),
        distance=chosen["distance"],
        patience=chosen["patience"],
        now=clock.now,
        pause=clock.pause,
    )


async def test_one_request_to_a_site_keeps_its_distance_from_the_last() -> None:
    clock = Clock()
    turns = turns_by(clock)
    for host in ("ten.vn", "ten.vn", "www.ten.vn", "other.vn"):
        async with turns.turn(host):
            pass
    assert clock.pauses == [1.0, 1.0]
    clock.time += 5
    async with turns.turn("ten.vn"):
        pass
    assert clock.pauses == [1.0, 1.0]


async def test_no_more_than_so_many_are_at_a_site_at_once_and_others_wait() -> None:
    turns = turns_by(Clock())
    async with AsyncExitStack() as stack:
        for name in ("a", "b"):
            await stack.enter_async_context(turns.turn(f"{name}.ten.vn"))
        with pytest.raises(e.Busy):
            async with turns.turn("c.ten.vn"):
                pass
        async with turns.turn("other.vn"):
            pass
    async with turns.turn("c.ten.vn"):
        pass


async def test_a_turn_that_ends_lets_the_next_one_in() -> None:
    turns = turns_by(Clock(), at_once=1, patience=60)
    inside, leave, order = asyncio.Event(), asyncio.Event(), list[str]()

    async def first() -> None:
        async with turns.turn("ten.vn"):
            inside.set()
            await leave.wait()
            order.append("first")

    async def second() -> None:
        async with turns.turn("ten.vn"):
            order.append("second")

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        await inside.wait()
        group.create_task(second())
        leave.set()
    assert order == ["first", "second"]


async def test_an_error_inside_a_turn_gives_it_back() -> None:
    turns = turns_by(Clock(), at_once=1)
    for _ in range(3):
        with pytest.raises(e.WrongType):
            async with turns.turn("ten.vn"):
                raise e.WrongType
    async with turns.turn("ten.vn"):
        pass


async def test_sites_that_nobody_asks_for_are_forgotten() -> None:
    clock = Clock()
    turns = turns_by(clock)
    async with turns.turn("kept.vn"):
        for n in range(MOST_IDLE + 5):
            async with turns.turn(f"n{n}.vn"):
                clock.time += 2
        assert set(turns._lines) == {
            "kept.vn",
            *(f"n{n}.vn" for n in range(MOST_IDLE, MOST_IDLE + 5)),
        }


async def test_waiting_in_line_is_not_counted_as_slowness_of_the_site() -> None:
    async with asyncio.timeout(5) as clock:
        ends: list[float | None] = []

        async def pause(_seconds: float) -> None:
            ends.append(clock.when())

        turns = Turns(distance=9, pause=pause)
        for _ in range(2):
            async with turns.turn("ten.vn", clock):
                ends.append(clock.when())
    first, waiting, second = ends
    assert waiting is None
    assert first is not None
    assert second is not None


async def test_a_fetch_and_each_of_its_redirects_takes_a_turn(web: LocalWeb) -> None:
    web.sites |= {"site.example/": redirect("/next"), "site.example/next": page("there")}
    clock = Clock()
    ours = Fetcher(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolver({"site.example": ("127.0.0.1", web.port)}),
        turns=turns_by(clock),
    )
    await ours.fetch("http://site.example/")
    assert clock.pauses == [1.0]


@pytest.mark.parametrize(
    ("host", "owner", "registry"),
    [
        ("www.ten.com.vn", "ten.com.vn", "ten.com.vn"),
        ("com.vn", None, None),
        ("ten.github.io", "ten.github.io", "github.io"),
        ("github.io", None, "github.io"),
        ("xn--tn-eja.vn.", "xn--tn-eja.vn", "xn--tn-eja.vn"),
        ("127.0.0.1", None, None),
        ("::1", None, None),
        ("[::1]", None, None),
        ("a.127", None, None),
        ("", None, None),
    ],
)
def test_a_domain_is_one_owners_or_nobodys(
    host: str, owner: str | None, registry: str | None
) -> None:
    assert (owned(host), registered(host)) == (owner, registry)
