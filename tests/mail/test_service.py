"""Letters are written with their cause, once."""

from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.mail import service
from app.mail.models import Mail, MailState

FACTS: dict[str, Any] = {
    "name": "Đen Sương", "number": "DTA-26-00012-4", "by_clock": False, "because": "", "until": None,
}  # fmt: skip


async def send(session: AsyncSession, **given: Any) -> None:
    usual = {"to": "suong@example.vn", "locale": "vi", "key": "tests:1", **FACTS}
    await service.send(session, "members/left", **{**usual, **given})


async def jobs_of(session: AsyncSession) -> list[str]:
    rows = await session.execute(
        text("SELECT queueing_lock FROM procrastinate_jobs WHERE task_name = 'mail.deliver'")
    )
    return [row[0] for row in rows]


async def test_a_cause_is_told_once(session: AsyncSession) -> None:
    await send(session)
    await send(session, to="other@example.vn", locale="fr")

    [mail] = (await session.scalars(select(Mail))).all()
    assert (mail.to_address, mail.locale, mail.state, mail.tries) == (
        "suong@example.vn", "vi", MailState.QUEUED, 0,
    )  # fmt: skip
    assert await jobs_of(session) == [f"mail:{mail.id}"]


async def test_two_causes_are_two_letters(session: AsyncSession) -> None:
    await send(session, key="tests:1")
    await send(session, key="tests:2")

    assert await session.scalar(select(func.count()).select_from(Mail)) == 2
    assert len(await jobs_of(session)) == 2


async def test_nobody_is_written_to_without_an_address(session: AsyncSession) -> None:
    await send(session, to="")

    assert await session.scalar(select(func.count()).select_from(Mail)) == 0
    assert await jobs_of(session) == []


async def test_letter_and_job_go_with_the_change_that_is_undone(session: AsyncSession) -> None:
    async with session.begin_nested() as change:
        await send(session)
        await change.rollback()

    assert await session.scalar(select(func.count()).select_from(Mail)) == 0
    assert await jobs_of(session) == []


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
async def test_a_letter_speaks_its_readers_language(session: AsyncSession, locale: str) -> None:
    await send(session, locale=locale)

    mail = (await session.scalars(select(Mail))).one()
    name = {
        "vi": "Liên minh Niềm tin số",
        "en": "Digital Trust Alliance",
        "fr": "Alliance pour la confiance numérique",
    }[locale]
    assert name in mail.body
    assert f"http://localhost:8000/{locale}/" in mail.body
    assert "Đen Sương" in mail.body


def test_a_subject_is_one_line() -> None:
    letter = service.compose("members/left", "en", {**FACTS, "name": "A\r\nB", "number": "1\n2"})

    assert letter.subject == " ".join(letter.subject.split())


def test_what_is_shown_before_is_what_is_sent_after() -> None:
    with clock.at(clock.now()):
        one = service.compose("members/left", "fr", FACTS)
        other = service.compose("members/left", "fr", FACTS)

    assert one == other
    assert "&#" not in one.body  # plain text is not escaped
