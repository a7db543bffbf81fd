"""The append-only audit; the migration adds the triggers that make the database refuse changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Record


class AuditEvent(Record):
    """Who did what, on what, when, from where; before and after (design §2 "Audit")."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_subject_id_at", "subject_id", "at"),
        Index("ix_audit_events_actor_id_at", "actor_id", "at"),
    )

    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(Text)  # "system" and commands have no account
    actor_roles: Mapped[list[str]]
    address: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    because: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]]
