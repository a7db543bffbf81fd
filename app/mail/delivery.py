"""Carrying one letter to the SMTP server."""

import html
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime, parseaddr
from typing import ClassVar, Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import structlog
from procrastinate import RetryStrategy
from sqlalchemy import select

from app.core import clock, jobs
from app.core.config import settings
from app.core.db import transaction
from app.mail.models import Mail, MailState

log = structlog.get_logger("mail")

MOST_TRIES = 12
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed over: `smtp://user:password@host:port`, `smtps://` for TLS."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool


def server(url: str) -> Server:
    """The server named by `url`.

    Raises:
        ValueError: it is no SMTP address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("SMTP_URL should look like smtp://user:password@mail.example:587")
    tls = parts.scheme == "smtps"
    return Server(
        parts.hostname,
        parts.port or (465 if tls else 587),
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        tls,
    )


class NoAddress(ValueError):
    """A letter is addressed to nobody whom a mail server could reach."""


def address(given: str) -> Address:
    """The one address that `given` is, as a header takes it.

    Sign-in providers say what an address is, and may say anything.

    Raises:
        NoAddress: it is none; a line end in it would begin a header of its own.
    """
    try:
        found = Address(addr_spec=given)
    except (HeaderParseError, ValueError, IndexError) as wrong:
        raise NoAddress from wrong
    if not (found.username and found.domain) or found.addr_spec != given:
        raise NoAddress
    return found


class WholeSubject(UniqueUnstructuredHeader, BaseHeader):
    """A subject that is folded without losing a space.

    Python's own folding puts the space at a fold between two encoded words, where RFC 2047,
    section 6.2, has it dropped.
    """

    max_count: ClassVar[Literal[1]] = 1

    def fold(self, *, policy: Policy) -> str:
        """The header in lines, as `policy` has them."""
        written = str(self)
        whole = isinstance(policy, EmailPolicy) and policy.utf8
        if whole or written.isascii():
            return super().fold(policy=policy)
        words = Header(written, "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {words}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", WholeSubject)
LETTERS = EmailPolicy(header_factory=_HEADERS)


def message(mail: Mail) -> EmailMessage:
    """The letter with both its forms; its Message-ID is its own, so that a repeat is known.

    Raises:
        NoAddress: as `address` says.
    """
    found = EmailMessage(policy=LETTERS)
    sender = settings().mail_from
    found["From"] = sender
    found["To"] = address(mail.to_address)
    found["Subject"] = mail.subject
    found["Date"] = format_datetime(mail.created_at)
    found["Message-ID"] = f"<{mail.id}@{parseaddr(sender)[1].partition('@')[2] or 'localhost'}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(mail.body)
    found.add_alternative(as_html(mail), subtype="html")
    found["Content-Language"] = mail.locale  # last: `set_content` drops such headers
    return found


def as_html(mail: Mail) -> str:
    """The same words as HTML: paragraphs, and links that can be followed."""
    paragraphs = "".join(
        f"<p style='margin:0 0 1em'>{_linked(block)}</p>" for block in mail.body.split("\n\n")
    )
    return (
        f"<!doctype html><html lang='{mail.locale}'><meta charset='utf-8'>"
        f"<title>{html.escape(mail.subject)}</title>"
        "<body style='margin:0;background:#FBFAF7;color:#1B2A2F;font:17px/1.6 sans-serif'>"
        f"<div style='max-width:36em;margin:0 auto;padding:2em 1.5em'>{paragraphs}</div>"
    )


def _linked(block: str) -> str:
    escaped = html.escape(block.strip()).replace("\n", "<br>")
    return _LINK.sub(lambda m: f"<a href='{m[0]}' style='color:#0B5D56'>{m[0]}</a>", escaped)


@jobs.queue.task(
    name="mail.deliver",
    queue="mail",
    retry=RetryStrategy(max_attempts=MOST_TRIES, exponential_wait=3),
)
async def deliver(mail_id: str) -> None:
    """Hand one letter to the SMTP server, once it is known not to have gone.

    The network is not touched inside a transaction: a worker that dies between the hand-over and
    the note of it sends the letter again, under the same Message-ID.
    """
    async with transaction() as session:
        mail = await session.scalar(select(Mail).where(Mail.id == UUID(mail_id)))
    if mail is None or mail.state is MailState.SENT:
        return
    try:
        letter = message(mail)
    except NoAddress as wrong:
        await _note(mail.id, wrong, last=True)  # no later try would find a better one
        return
    try:
        await hand_over(letter)
    except (aiosmtplib.SMTPException, OSError) as failure:
        await _note(mail.id, failure)
        raise
    await _note(mail.id, None)


async def hand_over(letter: EmailMessage) -> None:
    """Give `letter` to the configured server."""
    to = server(settings().smtp_url)
    await aiosmtplib.send(
        letter,
        hostname=to.host,
        port=to.port,
        username=to.user,
        password=to.password,
        use_tls=to.tls,
        timeout=20,
    )


async def _note(mail_id: UUID, failure: Exception | None, *, last: bool = False) -> None:
    async with transaction() as session:
        mail = await session.get_one(Mail, mail_id, with_for_update=True)
        mail.tries += 1
        if failure is None:
            mail.state, mail.sent_at, mail.last_error = MailState.SENT, clock.now(), None
        else:
            mail.last_error = f"{type(failure).__name__}"[:200]
            over = last or mail.tries >= MOST_TRIES
            mail.state = MailState.FAILED if over else MailState.QUEUED
    log.info("mail", mail_id=str(mail_id), sent=failure is None)
