"""What runs out, when, and what is said before."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Status
from app.applications.service import drafts, keeping
from app.applications.service.portraits import forget_unused
from app.core import clock, pictures
from app.core.storage import storage
from app.core.viewer import Viewer
from app.mail.models import Mail
from tests.factories.accounts import make_account
from tests.factories.applications import make_asked, make_draft, make_in_review, make_submitted
from tests.factories.members import make_member
from tests.factories.pictures import picture
from tests.portal import Portal

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLOCK = Viewer.system("clock")
A_MINUTE = timedelta(minutes=1)


async def letters(session: AsyncSession, application: Application) -> list[str]:
    found = await session.scalars(
        select(Mail.subject).where(Mail.account_id == application.account_id).order_by(Mail.id)
    )
    return list(found)


async def run(session: AsyncSession, at: datetime) -> int:
    with clock.at(at):
        expired = await keeping.keep_deadlines(session, CLOCK)
        assert await keeping.keep_deadlines(session, CLOCK) == 0  # safe to run again
    return expired


async def english(session: AsyncSession) -> dict[str, object]:
    return {"account": await make_account(session, locale="en", email="kol@example.vn")}


@pytest.mark.parametrize(
    ("days", "letter"),
    [
        (46, "Your application is kept until 1 May 2026"),
        (57, "Your application is kept until 1 May 2026"),
    ],
)
async def test_a_draft_is_reminded_of_to_the_minute(
    session: AsyncSession, days: int, letter: str
) -> None:
    with clock.at(START):
        application, _ = await make_draft(session, **await english(session))  # type: ignore[arg-type]
    since = application.status_since
    await run(session, since + timedelta(days=days) - A_MINUTE)
    before = len(await letters(session, application))
    await run(session, since + timedelta(days=days) + A_MINUTE)
    found = await letters(session, application)
    assert (found[-1], len(found)) == (letter, before + 1)


async def test_a_clock_that_stood_still_sends_one_reminder(session: AsyncSession) -> None:
    with clock.at(START):
        application, _ = await make_draft(session, **await english(session))  # type: ignore[arg-type]
    await run(session, START + timedelta(days=59))
    assert await letters(session, application) == ["Your application is kept until 1 May 2026"]


async def test_a_draft_expires_after_sixty_days_and_not_a_minute_before(
    session: AsyncSession,
) -> None:
    with clock.at(START):
        application, by = await make_draft(session, **await english(session))  # type: ignore[arg-type]
    end = application.status_since + timedelta(days=60)
    assert await run(session, end - A_MINUTE) == 0
    assert application.status is Status.DRAFT
    assert await run(session, end + A_MINUTE) == 1
    assert application.status is Status.EXPIRED
    assert (await letters(session, application))[-1] == "Your application has expired"
    await drafts.start(session, by)  # nothing is held against them


async def test_a_question_expires_after_thirty_days_with_reminders(session: AsyncSession) -> None:
    with clock.at(START):
        application, _ = await make_asked(session, **await english(session))  # type: ignore[arg-type]
    since = application.status_since
    reminder = "The reviewer waits for your answer until 1 April 2026"
    for days, told in ((19, 0), (21, 1), (26, 1), (28, 2), (29, 2)):
        assert await run(session, since + timedelta(days=days)) == 0
        assert (await letters(session, application)).count(reminder) == told
    assert await run(session, since + timedelta(days=30) - A_MINUTE) == 0
    assert await run(session, since + timedelta(days=30) + A_MINUTE) == 1
    assert application.status is Status.EXPIRED


async def test_what_waits_for_the_alliance_never_expires(session: AsyncSession) -> None:
    with clock.at(START):
        submitted, _ = await make_submitted(session)
        reviewed, _ = await make_in_review(session)
    assert await run(session, START + timedelta(days=400)) == 0
    assert (submitted.status, reviewed.status) == (Status.SUBMITTED, Status.IN_REVIEW)


async def test_a_question_asked_again_has_its_own_reminders(session: AsyncSession) -> None:
    with clock.at(START):
        application, _ = await make_draft(session, **await english(session))  # type: ignore[arg-type]
    await run(session, START + timedelta(days=50))
    application.status_since = START + timedelta(days=30)
    await session.flush()
    await run(session, START + timedelta(days=80))
    assert len(await letters(session, application)) == 2


async def test_a_portrait_is_deleted_once_nothing_refers_to_it(portal: Portal) -> None:
    drawn = pictures.draw_now(picture())
    keys = [pictures.key_of(drawn, name) for name in ("draft", "member", "nobody")]
    for key in keys:
        await pictures.keep(key, drawn)
    async with portal.transaction() as session:
        application, _ = await make_draft(session)
        application.portrait = keys[0]
        await make_member(session, portrait=keys[1])

    for key in keys:
        await forget_unused(key)

    kept = [await storage().get(pictures.file(key, "card")) is not None for key in keys]
    assert kept == [True, True, False]
