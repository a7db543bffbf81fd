"""Applications to join, and the scores that reviewers give."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Record, text_enum


class Status(StrEnum):
    """Where an application stands (design §2, "Applications")."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Party(StrEnum):
    """In which part somebody moves an application."""

    APPLICANT = "applicant"
    REVIEWER = "reviewer"
    CLOCK = "clock"


class Section(StrEnum):
    """The parts of an application, in the order of the task list."""

    ABOUT = "about"
    CHANNELS = "channels"  # kept by their own slice
    TOPICS = "topics"
    PORTRAIT = "portrait"
    DECLARATIONS = "declarations"
    CONDUCT = "conduct"  # signed in its own slice


OPEN = (Status.DRAFT, Status.SUBMITTED, Status.IN_REVIEW, Status.INFO_REQUESTED)
_OPEN_SQL = ", ".join(repr(status.value) for status in OPEN)


class Application(Record):
    """One person's request to join. Only `service.status.set_status` assigns `status`.

    A column of a section is empty until the section is saved for the first time.
    """

    __tablename__ = "applications"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    status: Mapped[Status] = mapped_column(text_enum(Status, "status"), default=Status.DRAFT)
    status_since: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)  # what a form of a review carries as `seen`
    submitted_at: Mapped[datetime | None]  # the first time
    promised_by: Mapped[datetime | None]  # when an answer is due, since the last submission
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    asked_sections: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    mended_sections: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)  # of those asked

    # about
    legal_name: Mapped[str | None] = mapped_column(Text)
    name_key: Mapped[str | None] = mapped_column(Text)  # as `policy.name_key` writes it
    legal_name_public: Mapped[bool] = mapped_column(default=False)
    stage_name: Mapped[str | None] = mapped_column(Text)
    birth_date: Mapped[date | None] = mapped_column(Date)
    province: Mapped[str | None] = mapped_column(ForeignKey("provinces.key"))
    phone: Mapped[str | None] = mapped_column(Text)  # E.164
    contact_email: Mapped[str | None] = mapped_column(Text)  # lower case

    # topics
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    biography: Mapped[str] = mapped_column(Text, default="")
    qualifications: Mapped[dict[str, Any]] = mapped_column(default=dict)  # expert topic → text

    portrait: Mapped[str | None] = mapped_column(Text)  # its key in the storage, without the size

    # declarations: None until answered; the text only after a yes
    has_agency: Mapped[bool | None]
    agency: Mapped[str] = mapped_column(Text, default="")
    has_exclusive_brands: Mapped[bool | None]
    exclusive_brands: Mapped[str] = mapped_column(Text, default="")
    has_penalties: Mapped[bool | None]
    penalties: Mapped[str] = mapped_column(Text, default="")

    # the decision
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    decision_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    decision_text: Mapped[str] = mapped_column(Text, default="")  # told to the applicant
    total_points: Mapped[int | None]  # of the assessment, as it stood
    against_mark_because: Mapped[str] = mapped_column(Text, default="")
    reapply_on: Mapped[date | None]  # first day on which they may apply again

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape
    __table_args__ = (
        Index(
            "uq_applications_one_open_per_account",
            "account_id",
            unique=True,
            postgresql_where=text(f"status IN ({_OPEN_SQL})"),
        ),
        Index("ix_applications_status_promised_by", "status", "promised_by"),
        Index("ix_applications_name_key_birth_date", "name_key", "birth_date"),
        Index("ix_applications_phone", "phone"),
        Index("ix_applications_contact_email", "contact_email"),
        CheckConstraint(
            "status IN ('draft', 'withdrawn', 'expired') OR ("
            "legal_name IS NOT NULL AND name_key IS NOT NULL AND stage_name IS NOT NULL"
            " AND birth_date IS NOT NULL AND province IS NOT NULL AND phone IS NOT NULL"
            " AND contact_email IS NOT NULL AND cardinality(topics) > 0"
            " AND cardinality(languages) > 0 AND biography <> '' AND portrait IS NOT NULL"
            " AND has_agency IS NOT NULL AND has_exclusive_brands IS NOT NULL"
            " AND has_penalties IS NOT NULL AND submitted_at IS NOT NULL"
            " AND promised_by IS NOT NULL)",
            name="whole_once_submitted",
        ),
        CheckConstraint(
            "status NOT IN ('in_review', 'info_requested', 'approved', 'declined')"
            " OR reviewer_id IS NOT NULL",
            name="reviewed_by_somebody",
        ),
        CheckConstraint("reviewer_id <> account_id", name="not_reviewed_by_oneself"),
        CheckConstraint(
            "(status IN ('approved', 'declined'))"
            " = (decided_at IS NOT NULL AND decided_by IS NOT NULL)",
            name="decided_with_date",
        ),
        CheckConstraint(
            "status <> 'declined' OR (cardinality(decision_reasons) > 0"
            " AND reapply_on IS NOT NULL)",
            name="declined_with_reasons",
        ),
    )


class PillarScore(Record):
    """What one pillar of the assessment was given; pillars and points are `data/pillars.yaml`."""

    __tablename__ = "pillar_scores"
    __table_args__ = (
        UniqueConstraint("application_id", "pillar"),
        CheckConstraint("points >= 0", name="points_not_negative"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    pillar: Mapped[str] = mapped_column(Text)
    points: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[str] = mapped_column(Text, default="")  # addresses and what they show
    scored_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    scored_at: Mapped[datetime]
