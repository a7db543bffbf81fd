"""The code's versions and texts, reading and tests before signing, signatures."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Record, text_enum


class CodeVersion(Record):
    """One version of the code. In force from `effective_from` until the next one's date.

    `content` is the whole of what was published, sources and test included; `digest` is the
    SHA-256 of its canonical JSON. Frozen by the database once anybody has signed it.
    """

    __tablename__ = "conduct_versions"

    number: Mapped[str] = mapped_column(Text, unique=True)
    effective_from: Mapped[date] = mapped_column(unique=True)  # one in force at a time
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(Text)


class CodeText(Base):
    """The exact text of one version in one language: what is shown, hashed and signed."""

    __tablename__ = "conduct_texts"
    __table_args__ = (
        # What a signature refers to: version, language and hash together.
        UniqueConstraint("version_id", "locale", "sha256"),
        CheckConstraint(
            "sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name="hash_of_the_text"
        ),
    )

    version_id: Mapped[UUID] = mapped_column(ForeignKey("conduct_versions.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(Text, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)


class Reading(Base):
    """How far one person has read one version."""

    __tablename__ = "conduct_readings"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("conduct_versions.id"), primary_key=True)
    duties: Mapped[int]  # the first so many are read
    at: Mapped[datetime]


class Attempt(Record):
    """One try at the test. `drawn` rows are {"question": key, "order": answers as shown}."""

    __tablename__ = "conduct_attempts"
    __table_args__ = (
        UniqueConstraint("account_id", "version_id", "number"),
        Index(
            "uq_conduct_attempts_one_open",
            "account_id",
            "version_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        CheckConstraint(
            "(finished_at IS NULL) = (given IS NULL) AND (finished_at IS NULL) = (passed IS NULL)"
            " AND (finished_at IS NULL) = (correct IS NULL)",
            name="finished_whole",
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("conduct_versions.id"))
    number: Mapped[int]  # of this person and version, from 1
    drawn: Mapped[list[Any]] = mapped_column(JSONB)
    # Positions chosen, from 0, in the order of `drawn`.
    given: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    correct: Mapped[int | None]
    passed: Mapped[bool | None]
    finished_at: Mapped[datetime | None]


class Signature(Record):
    """One person's signature under one version. The database refuses to change or delete it."""

    __tablename__ = "conduct_signatures"
    __table_args__ = (
        UniqueConstraint("account_id", "version_id"),
        ForeignKeyConstraint(
            ["version_id", "locale", "sha256"],
            ["conduct_texts.version_id", "conduct_texts.locale", "conduct_texts.sha256"],
            name="fk_conduct_signatures_text_conduct_texts",
        ),
        CheckConstraint(
            "evidence_sha256 = encode(sha256(evidence), 'hex')", name="hash_of_the_evidence"
        ),
        CheckConstraint("signed_in_at <= signed_at", name="signed_in_before"),
        Index("ix_conduct_signatures_version_id", "version_id"),
        Index("ix_conduct_signatures_evidence_sha256", "evidence_sha256"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("conduct_versions.id"))
    locale: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)  # of the exact text shown
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("conduct_attempts.id"))  # passed
    signed_name: Mapped[str] = mapped_column(Text)  # as typed
    signed_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)  # how they had signed in, and when
    issuer: Mapped[str] = mapped_column(Text)
    signed_in_at: Mapped[datetime]
    evidence: Mapped[bytes] = mapped_column(LargeBinary)  # canonical JSON, RFC 8785
    evidence_sha256: Mapped[str] = mapped_column(Text)


class SealLevel(StrEnum):
    """How long a seal can be checked for (ETSI EN 319 142-1): B-T has the time of an authority."""

    B_T = "b-t"
    B_LTA = "b-lta"  # and all that a check needs, for as long as it is stamped again


class SealedDocument(Base):
    """The document of a signature with the alliance's seal; its bytes are in the store of files.

    Made once, after signing: a seal tells its time, so that no two are the same.
    """

    __tablename__ = "conduct_documents"

    signature_id: Mapped[UUID] = mapped_column(
        ForeignKey("conduct_signatures.id"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(Text, unique=True)  # of the file, and its key in the store
    size: Mapped[int]  # bytes
    level: Mapped[SealLevel] = mapped_column(text_enum(SealLevel, "level"))
    sealed_at: Mapped[datetime]  # as the time stamp says
    holds_until: Mapped[datetime]  # the last time stamp's certificate expires then
    sealed_by: Mapped[str] = mapped_column(Text)  # the name in the certificate
    stamped_by: Mapped[str] = mapped_column(Text)  # the name in the time-stamp authority's
    self_made: Mapped[bool]  # by a certificate of the demonstration's own
