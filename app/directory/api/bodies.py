"""What programs send: JSON of a bounded size, and nothing else."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message

MOST_BYTES = 2 * 1024 * 1024  # a thousand lines of 500 characters of any script


class JsonRoute(APIRoute):
    """A route that takes JSON: 415 for what is something else, 413 for what is too much of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Stand before FastAPI's own reading of the body, which takes what comes."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            if request.method != "POST":
                return await handle(request)
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise HTTPException(415, headers={"Accept": "application/json"})
            return await handle(Request(request.scope, _counted(request)))

        return bounded


def _counted(request: Request) -> Callable[[], Coroutine[Any, Any, Message]]:
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message: Message = dict(await request.receive())
        taken += len(message.get("body", b""))
        if taken > MOST_BYTES:
            raise HTTPException(413)
        return message

    return receive
