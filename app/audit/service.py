"""The one way to write the audit."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import queries
from app.audit.models import AuditEvent
from app.core import clock
from app.core.viewer import Viewer

VIEW_AGAIN = timedelta(hours=1)  # decision 0015


async def record(
    session: AsyncSession,
    action: str,
    subject_id: UUID | None,
    by: Viewer,
    *,
    before: str | None = None,
    after: str | None = None,
    because: str = "",
    **detail: Any,
) -> None:
    """Write one event into the audit, in the transaction of what it tells.

    Args:
        action: `thing.verb`, in the past: "application.moved".
        subject_id: the row that it is about.
        by: who acts; `Viewer.system()` for the clock and the command line.
        before: the state left; `after` the state reached.
        because: the reason given, in the actor's words.
        detail: further facts; JSON values only.
    """
    session.add(
        AuditEvent(
            at=clock.now(),
            action=action,
            subject_id=subject_id,
            actor_id=by.account_id,
            actor_name=by.name if by.is_system else "",
            actor_roles=sorted(by.roles),
            address=by.address,
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
            before=before,
            after=after,
            because=because,
            detail=detail,
        )
    )
    await session.flush()


async def note_view(session: AsyncSession, action: str, subject_id: UUID, by: Viewer) -> None:
    """Write down that `by` looks at personal data; once an hour for a person and a subject."""
    if not await queries.happened(session, action, subject_id, by, clock.now() - VIEW_AGAIN):
        await record(session, action, subject_id, by)
