"""Channels, the attempts to prove them, and the address that links prove a person by."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record, text_enum


class FollowersSource(StrEnum):
    """Who says how many followers there are."""

    DECLARED = "declared"
    STAFF = "staff"
    API = "api"


class MethodKey(StrEnum):
    """How control of a channel is proven; each has its module in `methods/`."""

    PAGE_CODE = "page_code"
    REL_ME = "rel_me"
    STAFF = "staff"


class ProofStatus(StrEnum):
    """Where one attempt to prove a channel stands; `service.proofs.set_proof` alone moves it."""

    PENDING = "pending"
    PROVEN = "proven"
    FAILED = "failed"
    LOST = "lost"


class Channel(Record):
    """One channel that one account says is theirs; a fact once `proven_at` is set.

    `proven_at`, `lost_at` and `proof_method` follow the proof; only `set_proof` assigns them.
    `changed_at` moves with every change of the channel or of its proofs, and `version` with it.
    """

    __tablename__ = "channels"
    __table_args__ = (
        Index(
            "uq_channels_one_holder",
            "platform",
            "key",
            unique=True,
            postgresql_where=text(
                "proven_at IS NOT NULL AND lost_at IS NULL AND removed_at IS NULL"
            ),
        ),
        Index(
            "uq_channels_once_an_account",
            "account_id",
            "platform",
            "key",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(
            "ix_channels_platform_key",
            "platform",
            "key",
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(  # who holds or held a channel, for the check
            "ix_channels_ever_proven",
            "platform",
            "key",
            postgresql_where=text("proven_at IS NOT NULL"),
        ),
        Index(
            "ix_channels_skeleton_proven",
            "skeleton",
            postgresql_where=text(
                "proven_at IS NOT NULL AND lost_at IS NULL AND removed_at IS NULL"
            ),
        ),
        CheckConstraint("followers >= 0", name="followers_not_negative"),
        CheckConstraint(
            "(followers IS NULL) = (followers_source IS NULL)"
            " AND (followers IS NULL) = (followers_as_of IS NULL)",
            name="followers_have_source_and_date",
        ),
        CheckConstraint(
            "(proven_at IS NULL) = (proof_method IS NULL)"
            " AND (lost_at IS NULL OR proven_at IS NOT NULL)",
            name="proof_is_whole",
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    platform: Mapped[str] = mapped_column(ForeignKey("platforms.key"))
    url: Mapped[str] = mapped_column(Text)  # canonical
    key: Mapped[str] = mapped_column(Text)  # what two claims to one channel have in common
    handle: Mapped[str | None] = mapped_column(Text)
    stable_id: Mapped[str | None] = mapped_column(Text)  # the platform's own
    skeleton: Mapped[str | None] = mapped_column(Text(collation="C"))  # `policy.lookalikes`
    followers: Mapped[int | None] = mapped_column(BigInteger)
    followers_as_of: Mapped[date | None]
    followers_source: Mapped[FollowersSource | None] = mapped_column(
        text_enum(FollowersSource, "followers_source")
    )
    proven_at: Mapped[datetime | None]
    proof_method: Mapped[MethodKey | None] = mapped_column(text_enum(MethodKey, "proof_method"))
    lost_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)  # what a form carries as `seen`

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class ChannelProof(Record):
    """One attempt to prove a channel by one method, with what was seen."""

    __tablename__ = "channel_proofs"
    __table_args__ = (
        Index(
            "uq_channel_proofs_one_pending",
            "channel_id",
            "method",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_channel_proofs_channel_id", "channel_id"),
        Index(
            "ix_channel_proofs_expires_at",
            "expires_at",
            postgresql_where=text("status = 'pending' AND expires_at IS NOT NULL"),
        ),
        CheckConstraint("(status IN ('proven', 'lost')) = (proven_at IS NOT NULL)", name="dated"),
    )

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    method: Mapped[MethodKey] = mapped_column(text_enum(MethodKey, "method"))
    status: Mapped[ProofStatus] = mapped_column(
        text_enum(ProofStatus, "status"), default=ProofStatus.PENDING
    )
    code: Mapped[str | None] = mapped_column(Text)  # to be put into the page
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # None: stays good until it is proven
    checking_since: Mapped[datetime | None]  # a check waits or runs
    checked_at: Mapped[datetime | None]
    proven_at: Mapped[datetime | None]
    by_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))  # of staff
    note: Mapped[str] = mapped_column(Text, default="")  # staff's; not shown to the owner
    because: Mapped[str] = mapped_column(Text, default="")  # staff's; told to the owner
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    failure: Mapped[str | None] = mapped_column(Text)  # a key of `methods.FAILURES`


class IdentityLink(Base):
    """The address `/is/{token}` of one account, for `rel="me"` links to lead to."""

    __tablename__ = "identity_links"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    token: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime]
