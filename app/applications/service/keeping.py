"""What the calendar does: drafts and questions that nobody answers run out, after reminders."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications import mails
from app.applications.models import Application, Party, Status
from app.applications.policy.deadlines import LIVES, REMINDERS, reminder_due
from app.applications.service.status import set_status
from app.core import clock
from app.core.viewer import Viewer


async def keep_deadlines(session: AsyncSession, by: Viewer) -> int:
    """Let run out what has run out, and remind of what soon will.

    Safe to run again and at the same time elsewhere. Returns: how many applications expired.
    """
    expired = 0
    for status, life in LIVES.items():
        for application in await _since(session, status, life):
            await set_status(session, application, Status.EXPIRED, Party.CLOCK, by)
            expired += 1
        for application in await _since(session, status, life - timedelta(max(REMINDERS[status]))):
            days = reminder_due(status, application.status_since, clock.now())
            if days is not None:
                await mails.remind(session, application, days)
    return expired


async def _since(session: AsyncSession, status: Status, age: timedelta) -> list[Application]:
    """Applications that have been `status` for at least `age`, locked; none that others hold."""
    found = await session.scalars(
        select(Application)
        .where(Application.status == status, Application.status_since <= clock.now() - age)
        .order_by(Application.id)
        .with_for_update(skip_locked=True)
    )
    return list(found)
