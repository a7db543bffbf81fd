"""A case: one thread of messages, each with its audience. Knows no flow."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Record, text_enum


class Audience(StrEnum):
    """Who may read a message."""

    EVERYONE = "everyone"  # the person concerned, and staff
    STAFF = "staff"


class Author(StrEnum):
    """In which part somebody speaks."""

    PERSON = "person"
    STAFF = "staff"
    SYSTEM = "system"


class Case(Record):
    """One thread. `kind` and `subject_id` say whose; the flow that opened it knows the rest."""

    __tablename__ = "cases"

    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]


class Message(Record):
    """One message: words of a person, or an event that the reader's language puts into words."""

    __tablename__ = "case_messages"
    __table_args__ = (
        CheckConstraint("(event IS NULL) <> (author = 'system')", name="system_tells_events"),
        CheckConstraint("event IS NOT NULL OR words <> ''", name="words_or_event"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    author: Mapped[Author] = mapped_column(text_enum(Author, "author"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience, "audience"))
    words: Mapped[str] = mapped_column(Text, default="")
    event: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
