"""Who is erased leaves nothing in the log that can be opened, whatever happens beside it."""

import asyncio

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands.record import FIRST
from app.core.viewer import Viewer
from app.members import record as members
from app.trustlog import service as log
from app.trustlog.models import Kind, LogEntry
from app.trustlog.policy.entries import Event
from tests.factories.members import make_member
from tests.portal import Portal
from tests.trustlog.entries import told
from tests.trustlog.test_events_catch_up import catch_up, forget_the_log

SYSTEM = Viewer.system("erasure")


async def _open(portal: Portal, subject: str) -> int:
    async with portal.transaction() as session:
        counted = select(func.count()).where(
            LogEntry.subject == subject, LogEntry.openings.is_not(None)
        )
        return await session.scalar(counted) or 0


async def test_what_is_written_meanwhile_is_closed_as_well(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        subject = await log.subject_of(session, member.account_id)

    async def forget() -> None:
        async with portal.transaction() as session:
            await log.forget(session, SYSTEM, member.account_id)

    async with portal.transaction() as session:
        event = Event(Kind.CHANNEL_PROVEN, member.account_id, hidden={"address": "https://x.vn"})
        await log.append(session, event)
        forgetting = asyncio.create_task(forget())
        await asyncio.wait({forgetting}, timeout=0.3)
    await forgetting
    assert await _open(portal, subject) == 0


async def test_who_was_erased_before_there_was_a_log_is_not_written_into_it(
    session: AsyncSession,
) -> None:
    member = await make_member(session)
    await forget_the_log(session)
    assert await log.forget(session, SYSTEM, member.account_id) == 0
    assert sum(await catch_up(session)) == 0
    assert await told(session, member.account_id) == []


async def test_who_is_erased_while_the_log_catches_up_is_not_written_into_it(
    portal: Portal,
) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        await forget_the_log(session)

    async def go_on() -> int:
        async with portal.transaction() as session:
            return (await members.catch_up(session, FIRST, 100))[0]

    async with portal.transaction() as session:
        await log.forget(session, SYSTEM, member.account_id)
        catching_up = asyncio.create_task(go_on())
        await asyncio.wait({catching_up}, timeout=0.3)
    assert await catching_up == 0
