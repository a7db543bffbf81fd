"""Accounts, the identities that open them, staff roles, sign-ins under way."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Record, text_enum


class Role(StrEnum):
    """What staff may be; the order is that of pages."""

    REVIEWER = "reviewer"
    OFFICER = "officer"
    BOARD = "board"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Purpose(StrEnum):
    """Why somebody was sent to a provider."""

    SIGN_IN = "sign_in"
    LINK = "link"
    CONFIRM = "confirm"  # sign in again before something weighty


class Account(Record):
    """One person, however many identities open it."""

    __tablename__ = "accounts"

    display_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, default="")  # where letters go; never a key
    locale: Mapped[str] = mapped_column(Text, default="vi")


class Identity(Record):
    """One (issuer, subject) that opens an account; nothing else finds one (design §2)."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    provider: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    last_used_at: Mapped[datetime]


class StaffRole(Record):
    """One staff hat of an account; taken off by date, never deleted."""

    __tablename__ = "staff_roles"
    __table_args__ = (
        Index(
            "uq_staff_roles_one_in_force",
            "account_id",
            "role",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[Role] = mapped_column(text_enum(Role, "role"))
    granted_by: Mapped[UUID | None]  # None: from the command line
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Record):
    """One round trip to a provider: its state is good once, for ten minutes, in one browser."""

    __tablename__ = "sign_in_attempts"

    state_hash: Mapped[str] = mapped_column(Text, unique=True)
    browser_hash: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    purpose: Mapped[Purpose] = mapped_column(text_enum(Purpose, "purpose"))
    account_id: Mapped[UUID | None]  # who links or confirms
    nonce: Mapped[str] = mapped_column(Text)
    verifier: Mapped[str] = mapped_column(Text)
    next_path: Mapped[str] = mapped_column(Text)
    used_at: Mapped[datetime | None]
