"""The code as published, and people on their way through it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct import service
from app.conduct.code import FIRST, Content, read_file
from app.conduct.models import Attempt, Signature
from app.conduct.policy import Drawn
from app.conduct.preparing import preparation
from app.core import clock
from app.core.viewer import Viewer

OPERATOR = Viewer.system("command line (test)")
LEGAL_NAME = "Nguyễn Thị Hòa"


def make_content(**given: Any) -> Content:
    """Version 1.0 as it is in the data, with `given` in place of parts."""
    return read_file(FIRST).model_copy(update=given)


def next_version(effective_from: date, **given: Any) -> Content:
    """Version 1.1: duty 1 says more, duty 17 is gone."""
    first = read_file(FIRST)
    duty = first.duties[0]
    words = {**duty.words, "en": duty.words["en"].replace("clearly", "clearly and first")}
    duties = (duty.model_copy(update={"words": words}), *first.duties[1:-1])
    usual = {"version": "1.1", "effective_from": effective_from, "duties": duties}
    return first.model_copy(update={**usual, **given})


async def make_code(session: AsyncSession, content: Content | None = None) -> Content:
    """A published version."""
    content = content or make_content()
    await service.publish(session, OPERATOR, content)
    return content


async def read_all(session: AsyncSession, by: Viewer) -> None:
    """Let `by` read every duty."""
    assert by.account_id is not None
    now = await preparation(session, by.account_id)
    assert now is not None
    for number in range(now.read + 1, now.duties + 1):
        await service.read_duty(session, by, number)


def answers(drawn: list[Any], wrong: int = 0) -> list[int]:
    """Positions that answer a test, the first `wrong` of them wrongly."""
    found = [Drawn.of(stored) for stored in drawn]
    return [
        (one.right + 1) % len(one.order) if at < wrong else one.right
        for at, one in enumerate(found)
    ]


async def take_test(session: AsyncSession, by: Viewer, wrong: int = 0) -> Attempt:
    """A finished try with so many wrong answers."""
    attempt_id = await service.start_test(session, by)
    attempt = await session.get_one(Attempt, attempt_id)
    return await service.answer_test(session, by, attempt_id, answers(attempt.drawn, wrong))


async def make_signature(
    session: AsyncSession, by: Viewer, locale: str = "vi", name: str = LEGAL_NAME
) -> Signature:
    """The signature of `by` under the version in force, through every step before it."""
    assert by.account_id is not None
    by = replace(by, signed_in_at=by.signed_in_at or clock.now())
    await read_all(session, by)
    await take_test(session, by)
    now = await preparation(session, by.account_id)
    assert now is not None
    return await service.sign(
        session, by, locale=locale, sha256=now.code.sha256(locale), typed_name=name, legal_name=name
    )


def later(minutes: int) -> Any:
    """A clock that many minutes ahead."""
    return clock.at(clock.now() + timedelta(minutes=minutes))
