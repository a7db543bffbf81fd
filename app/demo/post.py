"""The demonstration's mail server: takes every letter over SMTP, as any would, and keeps none.

What was sent is shown at /demo/mail from the portal's own table. `python -m app.demo.post FD`,
where FD is a listening socket inherited from the supervisor, so that no port is chosen twice.
"""

import asyncio
import signal
import socket
import sys

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP


async def serve(listening: socket.socket) -> None:
    """Answer on `listening` until told to end."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    server = await loop.create_server(
        lambda: SMTP(Sink(), hostname="localhost", enable_SMTPUTF8=True, loop=loop), sock=listening
    )
    async with server:
        await told.wait()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
