"""A real SMTP server that keeps what it is given, for tests to read."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """Takes letters over SMTP."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.port = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one letter."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        found = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        self.letters.append(found)
        return "250 Kept"

    def subjects_to(self, address: str) -> list[str]:
        """The subjects of the letters to `address`, in the order in which they came."""
        return [letter["Subject"] for letter in self.letters if letter["To"] == address]


@asynccontextmanager
async def open_post_office() -> AsyncIterator[PostOffice]:
    """A post office on a port of its own, for the length of the block."""
    office = PostOffice()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(office, hostname="localhost", enable_SMTPUTF8=True, loop=loop),
        "127.0.0.1",
        0,
    )
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
