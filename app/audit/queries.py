"""What pages show of the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEvent
from app.core.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a history."""

    at: datetime
    action: str
    actor_id: UUID | None
    actor_name: str
    before: str | None
    after: str | None
    because: str
    detail: dict[str, Any]


async def history(session: AsyncSession, subject_id: UUID) -> tuple[Event, ...]:
    """All that happened to `subject_id`, oldest first. One statement."""
    rows = await session.execute(_lines(subject_id).order_by(AuditEvent.at, AuditEvent.id))
    return tuple(Event(*row) for row in rows)


def _lines(subject_id: UUID) -> Select[Any]:
    return select(
        AuditEvent.at,
        AuditEvent.action,
        AuditEvent.actor_id,
        AuditEvent.actor_name,
        AuditEvent.before,
        AuditEvent.after,
        AuditEvent.because,
        AuditEvent.detail,
    ).where(AuditEvent.subject_id == subject_id)


async def newest(session: AsyncSession, subject_id: UUID, actions: Sequence[str]) -> Event | None:
    """The last of `actions` that happened to `subject_id`. One statement.

    Events whose detail counts a `turn` are in that order, whatever the clock said.
    """
    row = (
        await session.execute(
            _lines(subject_id)
            .where(AuditEvent.action.in_(actions))
            .order_by(
                AuditEvent.detail["turn"].as_integer().desc().nulls_last(),
                AuditEvent.at.desc(),
                AuditEvent.id.desc(),
            )
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else Event(*row)


async def happened(
    session: AsyncSession, action: str, subject_id: UUID, by: Viewer, since: datetime
) -> bool:
    """Whether `by` has done `action` to `subject_id` since then. One statement."""
    found = await session.scalar(
        select(
            exists().where(
                AuditEvent.subject_id == subject_id,
                AuditEvent.at > since,
                AuditEvent.action == action,
                AuditEvent.actor_id == by.account_id,
            )
        )
    )
    return bool(found)
