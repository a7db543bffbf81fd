"""Letters on their way to a real SMTP server."""

import socket
from collections.abc import AsyncIterator
from uuid import UUID

import aiosmtplib
import pytest
from sqlalchemy import select, update

from app.core import db
from app.core.config import settings
from app.core.db import Database
from app.mail import service
from app.mail.delivery import MOST_TRIES, as_html, deliver, server
from app.mail.models import Mail, MailState
from tests import databases
from tests.mail.conftest import Post

KEY = "tests:1"


@pytest.fixture
async def office() -> AsyncIterator[Database]:
    """A database of one's own, as this process's."""
    async with databases.database() as chosen:
        db.use_database(chosen)
        yield chosen
        db.use_database(None)


async def write(office: Database, to: str = "suong@example.vn", **context: object) -> UUID:
    """One letter in Vietnamese that waits to be delivered; its id."""
    facts = {"name": "Sương", "number": "DTA-26-00012-4", "by_clock": False, "because": "",
             "until": None, **context}  # fmt: skip
    async with office.write() as session:
        await service.send(session, "members/left", to=to, locale="vi", key=KEY, **facts)
        found = await session.scalar(select(Mail.id).where(Mail.key == KEY))
    assert found is not None
    return found


async def kept(office: Database, mail_id: UUID) -> Mail:
    async with office.read() as session:
        return await session.get_one(Mail, mail_id)


async def test_a_letter_arrives_in_both_forms_and_is_known_to_be_sent(
    office: Database, post: Post
) -> None:
    mail_id = await write(office)

    await deliver(mail_id=str(mail_id))

    [letter] = post.letters
    mail = await kept(office, mail_id)
    assert letter["To"] == "suong@example.vn"
    assert letter["Subject"] == mail.subject
    assert letter["From"] == settings().mail_from
    assert letter["Message-ID"] == f"<{mail_id}@niemtinso.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "vi"
    plain, html = letter.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content().replace("\r\n", "\n").strip() == mail.body.strip()
    assert html.get_content_type() == "text/html"
    assert "<a href='http://localhost:8000/vi/'" in html.get_content()
    assert (mail.state, mail.tries, mail.last_error) == (MailState.SENT, 1, None)
    assert mail.sent_at is not None


async def test_a_long_subject_arrives_as_it_was_written(office: Database, post: Post) -> None:
    mail_id = await write(office)
    words = "Kênh minhchung.example/bep là của ai? Hãy cho chúng tôi biết điều chứng tỏ kênh là "
    subjects = [(words + "của bạn " * more).strip() for more in range(12)]
    subjects.append("Your channel minhchung.example/bep no longer counts as proven, " * 2 + "now")
    for subject in subjects:
        async with office.write() as session:
            await session.execute(update(Mail).values(subject=subject, state=MailState.QUEUED))
        await deliver(mail_id=str(mail_id))

    assert [letter["Subject"] for letter in post.letters] == subjects


async def test_delivering_twice_sends_one_letter(office: Database, post: Post) -> None:
    mail_id = await write(office)

    await deliver(mail_id=str(mail_id))
    await deliver(mail_id=str(mail_id))

    assert len(post.letters) == 1
    assert (await kept(office, mail_id)).tries == 1


async def test_a_letter_that_is_not_there_is_nothing_to_deliver(
    office: Database, post: Post
) -> None:
    await deliver(mail_id="0198c0de-0000-7000-8000-000000000000")

    assert post.letters == []


async def test_a_refused_letter_waits_and_goes_at_the_next_try(
    office: Database, post: Post
) -> None:
    mail_id = await write(office)
    post.refuses = "451 come back later"

    with pytest.raises(aiosmtplib.SMTPException):
        await deliver(mail_id=str(mail_id))
    refused = await kept(office, mail_id)
    post.refuses = ""
    await deliver(mail_id=str(mail_id))

    assert (refused.state, refused.tries, refused.sent_at) == (MailState.QUEUED, 1, None)
    assert refused.last_error == "SMTPRecipientsRefused"
    sent = await kept(office, mail_id)
    assert (sent.state, sent.tries, sent.last_error) == (MailState.SENT, 2, None)
    assert len(post.letters) == 1


async def test_the_last_try_that_fails_is_the_end(office: Database, post: Post) -> None:
    mail_id = await write(office)
    post.refuses = "550 nobody here"
    async with office.write() as session:
        await session.execute(update(Mail).values(tries=MOST_TRIES - 1))

    with pytest.raises(aiosmtplib.SMTPException):
        await deliver(mail_id=str(mail_id))

    mail = await kept(office, mail_id)
    assert (mail.state, mail.tries) == (MailState.FAILED, MOST_TRIES)


async def test_a_server_that_is_away_is_tried_again(
    office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_id = await write(office)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    settings.cache_clear()

    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await deliver(mail_id=str(mail_id))
    monkeypatch.undo()
    settings.cache_clear()

    assert (await kept(office, mail_id)).state is MailState.QUEUED


@pytest.mark.parametrize(
    "address",
    ["suong@example.vn\r\nBcc: all@example.vn", "suong@example.vn\nX-Mine: 1", "Mai An", "@", "a@"],
)
async def test_an_address_that_is_none_fails_at_once_and_adds_no_header(
    office: Database, post: Post, address: str
) -> None:
    mail_id = await write(office, to=address)

    await deliver(mail_id=str(mail_id))

    assert post.letters == []
    mail = await kept(office, mail_id)
    assert (mail.state, mail.tries, mail.last_error) == (MailState.FAILED, 1, "NoAddress")


async def test_what_people_wrote_adds_no_header_and_no_markup(office: Database, post: Post) -> None:
    mail_id = await write(
        office, name="Sương\r\nBcc: all@example.vn", number="<script>alert(1)</script>"
    )

    await deliver(mail_id=str(mail_id))

    [letter] = post.letters
    assert letter["Bcc"] is None
    assert letter["Subject"].splitlines() == [letter["Subject"]]
    _plain, html = letter.iter_parts()
    assert "<script>" not in html.get_content()


def test_links_are_links_and_words_are_escaped() -> None:
    mail = Mail(subject="A & B", locale="en", body="See https://a.example/x?y=1&z=2.\n\n<b>no</b>")

    found = as_html(mail)

    assert "<a href='https://a.example/x?y=1&amp;z=2' style='color:#0B5D56'>" in found
    assert "2</a>.</p>" in found
    assert "&lt;b&gt;no&lt;/b&gt;" in found
    assert "<title>A &amp; B</title>" in found


def test_the_address_of_a_server_is_read_whole() -> None:
    plain = server("smtp://an:p%40ss@mail.example")
    wrapped = server("smtps://mail.example")

    assert (plain.host, plain.port, plain.user, plain.password, plain.tls) == (
        "mail.example", 587, "an", "p@ss", False,
    )  # fmt: skip
    assert (wrapped.port, wrapped.user, wrapped.tls) == (465, None, True)
    with pytest.raises(ValueError, match="smtp://user:password@mail"):
        server("http://mail.example")
