"""Letters on their way, and those that went."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Record, text_enum


class MailState(StrEnum):
    """queued → sent, or failed after the last try."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Mail(Record):
    """One letter, written when its cause happened and delivered by the worker."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_waiting", "created_at", postgresql_where=text("state = 'queued'")),
    )

    key: Mapped[str] = mapped_column(Text, unique=True)  # one letter for one cause
    account_id: Mapped[UUID | None] = mapped_column(index=True)  # accounts.id, a floor above
    to_address: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(
        text_enum(MailState, "state"), default=MailState.QUEUED
    )
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
