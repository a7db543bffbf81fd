"""Pages wait for their turn; whoever is slow to read, to send or to go keeps nobody else."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.web.turns import FREE, Turns


class Kitchen:
    """An application that counts who is in it, and lets each go on only when told to."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.served = 0
        self.paths: list[str] = []
        self.start, self.end = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.inside += 1
        self.paths.append(scope["path"])
        self.most = max(self.most, self.inside)
        try:
            await self.start.wait()
            if scope["path"] == "/broken":
                raise ZeroDivisionError
        finally:
            self.inside -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.end.wait()
        await send({"type": "http.response.body", "body": b""})
        self.served += 1


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def ask(turns: Turns, path: str = "/", method: str = "GET") -> "asyncio.Task[None]":
    async def send(_message: Message) -> None: ...

    scope: dict[str, Any] = {"type": "http", "method": method, "path": path}
    return asyncio.create_task(turns(scope, receive, send))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_so_many_at_a_time_and_the_others_as_soon_as_an_answer_begins() -> None:
    kitchen = Kitchen()
    turns = Turns(kitchen, most=2, desk=1)
    asked = [ask(turns) for _ in range(5)]
    await settle()
    assert kitchen.inside == 2
    kitchen.start.set()  # nobody has read their answer yet
    await settle()
    assert (kitchen.inside, kitchen.most, kitchen.served) == (0, 2, 0)
    kitchen.end.set()
    await asyncio.gather(*asked)
    assert kitchen.served == 5


@pytest.mark.parametrize(
    ("path", "method"), [*((path, "GET") for path in FREE), ("/apply", "POST")]
)
async def test_what_may_take_long_or_tells_that_all_is_well_waits_for_nobody(
    path: str, method: str
) -> None:
    kitchen = Kitchen()
    turns = Turns(kitchen, most=1, desk=1)
    page = ask(turns)
    others = [ask(turns, path, method) for _ in range(2)]
    await settle()
    assert kitchen.inside == 3
    kitchen.start.set()
    kitchen.end.set()
    await asyncio.gather(page, *others)


@pytest.mark.parametrize("path", ["/staff", "/staff/members"])
async def test_staff_pass_the_crowd_and_a_crowd_at_the_desk_keeps_nobody_else(path: str) -> None:
    kitchen = Kitchen()
    turns = Turns(kitchen, most=1, desk=1)
    asked = [ask(turns, each) for each in ("/", "/staffing", path, path, "/members")]
    await settle()
    assert kitchen.paths == ["/", path]
    kitchen.start.set()
    kitchen.end.set()
    await asyncio.gather(*asked)
    assert kitchen.paths == ["/", path, "/staffing", path, "/members"]


async def test_a_page_that_fails_or_is_given_up_gives_its_turn_back() -> None:
    kitchen = Kitchen()
    turns = Turns(kitchen, most=1, desk=1)
    given_up, broken, last = ask(turns), ask(turns, "/broken"), ask(turns)
    await settle()
    given_up.cancel()
    kitchen.start.set()
    kitchen.end.set()
    ends = await asyncio.gather(given_up, broken, last, return_exceptions=True)
    assert [type(end) for end in ends] == [
        asyncio.CancelledError, ZeroDivisionError, type(None),
    ]  # fmt: skip
    assert kitchen.served == 1
