"""Credentials of members, and the issuer's documents. What a status list says is read off them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Record, text_enum

LIST_SIZE = 131_072  # places in a status list (W3C Bitstring Status List 1.0, section 5.1)


class Revoked(StrEnum):
    """Why a credential is no longer true."""

    LAPSED = "lapsed"
    EXPELLED = "expelled"
    LEFT = "left"
    REPLACED = "replaced"  # by another, which says something else


class Credential(Record):
    """What the alliance says of one member, as a W3C credential. `service` alone changes it.

    `document` is the canonical JSON of the credential without its proofs: it never changes, and
    proofs are made of it with whatever key is in use (decision 0027).
    """

    __tablename__ = "credentials"
    __table_args__ = (
        Index(
            "uq_credentials_one_of_a_member",
            "member_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        UniqueConstraint("list_number", "list_index"),
        Index(
            "ix_credentials_revoked",
            "list_number",
            "list_index",
            postgresql_where=text("revoked_at IS NOT NULL"),
        ),
        Index(
            "ix_credentials_suspended",
            "list_number",
            "list_index",
            postgresql_where=text("suspended_at IS NOT NULL"),
        ),
        CheckConstraint(
            f"list_number >= 1 AND list_index BETWEEN 0 AND {LIST_SIZE - 1}", name="a_place"
        ),
        CheckConstraint(
            "document_sha256 = encode(sha256(document), 'hex')", name="hash_of_the_document"
        ),
        CheckConstraint("(revoked_at IS NULL) = (revoked_because IS NULL)", name="revoked_whole"),
        CheckConstraint("valid_until > issued_at", name="valid_for_a_while"),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"), index=True)
    issued_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    document: Mapped[bytes] = mapped_column(LargeBinary)
    document_sha256: Mapped[str] = mapped_column(Text)
    list_number: Mapped[int]  # of the two lists, revocation and suspension, that hold its place
    list_index: Mapped[int]
    suspended_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[Revoked | None] = mapped_column(text_enum(Revoked, "revoked_because"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)  # when a list had to change


class IssuerKey(Base):
    """A public key that signed, or signs, credentials; kept for good, so that they stay true."""

    __tablename__ = "credential_keys"

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # as the configuration names it
    multikey: Mapped[str] = mapped_column(Text, unique=True)
    since: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]


class IssuerDocument(Record):
    """One version of the issuer's DID document, byte for byte as it was served."""

    __tablename__ = "credential_issuer_documents"
    __table_args__ = (
        CheckConstraint("sha256 = encode(sha256(document), 'hex')", name="hash_of_the_document"),
    )

    document: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
