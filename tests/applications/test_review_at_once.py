"""Two people at the same moment, with real connections: one succeeds, the other learns of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Status
from app.applications.service import decision, review
from app.audit.models import AuditEvent
from app.core.errors import PortalError, Stale
from app.core.viewer import Viewer
from app.mail.models import Mail
from app.members.models import Member
from tests.factories.applications import make_submitted
from tests.factories.reviews import make_colleague, make_ready
from tests.portal import Portal

Act = Callable[[AsyncSession, Viewer, UUID, int], Awaitable[Any]]


async def claim(session: AsyncSession, by: Viewer, of: UUID, seen: int) -> None:
    await review.claim(session, by, of, seen)


async def approve(session: AsyncSession, by: Viewer, of: UUID, seen: int) -> None:
    await decision.approve(session, by, of, seen)


async def decline(session: AsyncSession, by: Viewer, of: UUID, seen: int) -> None:
    await decision.decline(
        session, by, of, seen, reasons=("untrue",), text="Không đúng.", because="Sai tên."
    )


async def take_over_and_decline(session: AsyncSession, by: Viewer, of: UUID, seen: int) -> None:
    taken = await review.take_over(session, by, of, seen)
    await decline(session, by, of, taken.version)


async def at_once(
    portal: Portal, of: UUID, seen: int, *sides: tuple[Viewer, Act]
) -> list[Exception | None]:
    """Let every side act in a transaction of its own, begun before any of them acts."""
    ready = asyncio.Barrier(len(sides))

    async def side(by: Viewer, act: Act) -> Exception | None:
        try:
            async with portal.transaction() as session:
                await session.execute(select(Application.version).where(Application.id == of))
                await ready.wait()
                await act(session, by, of, seen)
        except PortalError as refusal:
            return refusal
        return None

    return list(await asyncio.gather(*(side(by, act) for by, act in sides)))


async def moves(portal: Portal, of: UUID, *into: Status) -> int:
    async with portal.transaction() as session:
        found = await session.scalar(
            select(func.count()).where(
                AuditEvent.subject_id == of,
                AuditEvent.action == "application.moved",
                AuditEvent.after.in_([status.value for status in into]),
            )
        )
    return found or 0


async def letters(portal: Portal, application: Application) -> int:
    async with portal.transaction() as session:
        found = await session.scalar(
            select(func.count()).where(
                Mail.account_id == application.account_id,
                Mail.key.startswith(f"applications.moved:{application.id}:"),
            )
        )
    return found or 0


async def test_two_reviewers_who_claim_at_once(portal: Portal) -> None:
    async with portal.transaction() as session:
        application, _ = await make_submitted(session)
        one, two = await make_colleague(session), await make_colleague(session, "Phạm Thị Hai")

    told = await at_once(portal, application.id, application.version, (one, claim), (two, claim))

    assert sorted(type(refusal).__name__ for refusal in told) == ["NoneType", "Stale"]
    winner = one if told[0] is None else two
    refusal = told[1] if told[0] is None else told[0]
    assert isinstance(refusal, Stale)
    assert refusal.changed["Reviewer"] == winner.name
    assert await moves(portal, application.id, Status.IN_REVIEW) == 1


@pytest.mark.parametrize("other", [approve, decline, take_over_and_decline])
async def test_two_decisions_at_once_are_one(portal: Portal, other: Act) -> None:
    async with portal.transaction() as session:
        one, two = await make_colleague(session), await make_colleague(session, "Phạm Thị Hai")
        application, _ = await make_ready(session, one)
    before = await letters(portal, application)
    rival = two if other is take_over_and_decline else one

    told = await at_once(
        portal, application.id, application.version, (one, approve), (rival, other)
    )

    assert sorted(type(refusal).__name__ for refusal in told) == ["NoneType", "Stale"]
    refusal = next(refusal for refusal in told if refusal is not None)
    assert isinstance(refusal, Stale)
    async with portal.transaction() as session:
        now = await session.get_one(Application, application.id)
        members = await session.scalar(select(func.count()).select_from(Member))
    winner = one if told[0] is None else rival
    assert now.status is (
        Status.APPROVED if told[0] is None or other is approve else Status.DECLINED
    )
    assert now.decided_by == winner.account_id
    assert members == (now.status is Status.APPROVED)
    assert refusal.changed["It is now"] == str(now.status.value).capitalize()
    assert refusal.changed["Reviewer"] == winner.name
    assert await moves(portal, application.id, Status.APPROVED, Status.DECLINED) == 1
    assert await letters(portal, application) == before + 1


async def test_the_second_of_two_pages_says_what_changed_and_gives_back_what_was_typed(
    portal: Portal,
) -> None:
    async with portal.transaction() as session:
        one, two = await make_colleague(session), await make_colleague(session, "Phạm Thị Hai")
        application, _ = await make_ready(session, one)
    before = await letters(portal, application)
    other = portal.client()
    assert one.account_id is not None
    assert two.account_id is not None
    await portal.sign_in(one.account_id)
    await other.sign_in(two.account_id)
    path, seen = f"/staff/applications/{application.id}", str(application.version)
    words = "Hồ sơ này có chỗ chưa đúng, mình đã đối chiếu với bài đăng tháng trước."

    approved, declined = await asyncio.gather(
        portal.post(f"{path}/approve", {"seen": seen}),
        other.post(f"{path}/decline", {"seen": seen, "reasons": ["untrue"], "words": words}),
    )

    assert (approved.status_code, declined.status_code) == (303, 409)
    assert "This changed since you opened it" in declined.text or "cannot be done" in declined.text
    assert one.name in declined.text
    assert words in declined.text
    assert await moves(portal, application.id, Status.APPROVED, Status.DECLINED) == 1
    assert await letters(portal, application) == before + 1
