"""The log's rows. Triggers of the migration let them only grow: see decision 0025."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Record, text_enum

LARGEST = 65_535  # bytes of an entry: its length is two bytes in a bundle (C2SP tlog-tiles)


class Kind(StrEnum):
    """What an entry tells."""

    CODE_PUBLISHED = "code.published"
    CODE_SIGNED = "code.signed"
    CODE_SEALED = "code.sealed"  # the document of a signature got the alliance's seal
    MEMBERSHIP_BEGUN = "membership.begun"
    MEMBERSHIP_RENEWED = "membership.renewed"
    MEMBERSHIP_LAPSED = "membership.lapsed"
    MEMBERSHIP_SUSPENDED = "membership.suspended"
    MEMBERSHIP_REINSTATED = "membership.reinstated"
    MEMBERSHIP_EXPELLED = "membership.expelled"
    MEMBERSHIP_LEFT = "membership.left"
    CHANNEL_PROVEN = "channel.proven"
    CHANNEL_LOST = "channel.lost"
    CREDENTIAL_ISSUED = "credential.issued"
    CREDENTIAL_REVOKED = "credential.revoked"
    DID_CHANGED = "did.changed"
    KEYS_CHANGED = "log.keys_changed"


class LogSubject(Base):
    """The opaque name under which entries tell of an account. Deleted when a person is erased."""

    __tablename__ = "log_subjects"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(Text, unique=True)


class LogEntry(Record):
    """One entry, written with the change that it tells; `index` is its place once sequenced.

    `body` is what the tree hashes, verbatim. `openings` hold the salt and the value behind each
    commitment, `{name: [salt, value]}`; None once the person is erased.
    """

    __tablename__ = "log_entries"
    __table_args__ = (
        CheckConstraint("leaf_hash = sha256('\\x00'::bytea || body)", name="hash_of_the_body"),
        CheckConstraint(f"octet_length(body) BETWEEN 1 AND {LARGEST}", name="fits_a_bundle"),
        CheckConstraint("index >= 0", name="index_not_negative"),
        Index("ix_log_entries_subject_id", "subject", "id"),
        Index("ix_log_entries_waiting", "id", postgresql_where=text("index IS NULL")),
    )

    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"))
    at: Mapped[datetime]
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    openings: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    index: Mapped[int | None] = mapped_column(BigInteger, unique=True)


class LogTile(Base):
    """Up to 256 hashes of one level, 32 bytes each. A partial tile is a beginning of it."""

    __tablename__ = "log_tiles"
    __table_args__ = (
        CheckConstraint(
            "octet_length(hashes) BETWEEN 32 AND 8192 AND mod(octet_length(hashes), 32) = 0",
            name="whole_hashes",
        ),
        CheckConstraint("level BETWEEN 0 AND 63 AND number >= 0", name="a_place_in_the_tree"),
    )

    level: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(Base):
    """A signed head of the tree: one for each size, never another."""

    __tablename__ = "log_checkpoints"
    __table_args__ = (
        CheckConstraint("size >= 0 AND octet_length(root) = 32", name="size_and_root"),
    )

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)  # the signed note, without cosignatures
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)


class LogCosignature(Base):
    """What a witness signed of a checkpoint: one line of its note."""

    __tablename__ = "log_cosignatures"

    size: Mapped[int] = mapped_column(ForeignKey("log_checkpoints.size"), primary_key=True)
    witness: Mapped[str] = mapped_column(Text, primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=clock.now)
