"""How many pages a process makes at a time; the rest wait for their turn, first come first served.

More at once are not made sooner, since one process has one processor. But each would take longer,
hold its connection longer, and leave the search no moment to look for changes: then pages would
be refused that only had to wait.

The desk has turns of its own: staff decide about suspensions while a crowd looks, and a crowd at
the desk's door keeps nobody from the public pages.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FREE = ("/healthz", "/readyz", "/metrics", "/static/", "/sign-in")
"""Asked by machines, no work, or waiting for somebody else's server."""
DESK = "/staff"


class Turns:
    """Lets `most` GET requests through at a time, each until its answer begins; `desk` of staff.

    What is sent waits for nobody's turn, so that a slow reader keeps no one; forms come with a
    body that may be slow to arrive, so they have none either.
    """

    def __init__(self, app: ASGIApp, *, most: int, desk: int) -> None:
        self.app = app
        self._public = asyncio.Semaphore(most)
        self._desk = asyncio.Semaphore(desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, when it is its turn."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(FREE):
            await self.app(scope, receive, send)
            return
        turns = self._desk if f"{scope['path']}/".startswith(f"{DESK}/") else self._public
        await turns.acquire()
        working = True

        def done() -> None:
            nonlocal working
            if working:
                working = False
                turns.release()

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                done()
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        finally:
            done()
