"""Members and the history of their standing."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record, text_enum

NOBODY = UUID(int=0)
"""The account whose row in `member_changes` says when the life of the database was renewed."""


class Standing(StrEnum):
    """What a membership is now (design §2, "Members and standing")."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPELLED = "expelled"
    LAPSED = "lapsed"
    LEFT = "left"


class Party(StrEnum):
    """Who may move a standing."""

    REVIEWER = "reviewer"  # by approving an application
    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    CLOCK = "clock"


class Member(Record):
    """One person's membership, for ever; only `service.set_standing` assigns `standing`."""

    __tablename__ = "members"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), unique=True)
    application_id: Mapped[UUID]  # the one that was approved last; its table is a floor above
    serial: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    number: Mapped[str] = mapped_column(Text, unique=True)  # as `policy.number` writes it

    standing: Mapped[Standing] = mapped_column(text_enum(Standing, "standing"))
    standing_since: Mapped[datetime]
    standing_until: Mapped[date | None]  # last day of a suspension
    standing_because: Mapped[str] = mapped_column(Text, default="")  # published
    bar_until: Mapped[date | None]  # last day on which they may not apply again
    joined_at: Mapped[datetime]  # "verified since"
    term_ends_on: Mapped[date]  # last day of the term

    stage_name: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    skeleton: Mapped[str | None] = mapped_column(Text(collation="C"), index=True)  # of stage_name
    legal_name: Mapped[str] = mapped_column(Text)
    legal_name_public: Mapped[bool] = mapped_column(default=False)
    biography: Mapped[str] = mapped_column(Text, default="")
    province: Mapped[str] = mapped_column(ForeignKey("provinces.key"))
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    portrait: Mapped[str | None] = mapped_column(Text)  # its key in the storage, without the size
    name_words: Mapped[str] = mapped_column(Text)  # as `policy.name_words` writes it
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape
    __table_args__ = (
        CheckConstraint(
            "(standing = 'suspended') = (standing_until IS NOT NULL)", name="only_suspended_until"
        ),
        CheckConstraint("standing <> 'expelled' OR bar_until IS NOT NULL", name="expelled_barred"),
        Index("ix_members_standing_joined_at", "standing", "joined_at"),
    )


class StandingChange(Record):
    """One move of a standing, kept for good: the history that a profile shows."""

    __tablename__ = "standing_changes"
    __table_args__ = (
        Index("ix_standing_changes_member_id_at", "member_id", "at"),
        Index(  # for the feed: whoever joins for the first time is not in it
            "ix_standing_changes_moves", "id", postgresql_where=text("old IS NOT NULL")
        ),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    at: Mapped[datetime]
    old: Mapped[Standing | None] = mapped_column(text_enum(Standing, "old"))  # None: joined
    new: Mapped[Standing] = mapped_column(text_enum(Standing, "new"))
    party: Mapped[Party] = mapped_column(text_enum(Party, "party"))
    until: Mapped[date | None]  # last day of a suspension or of an expulsion's bar
    because: Mapped[str] = mapped_column(Text, default="")


class MemberChange(Base):
    """When what the public sees of a member changed last. Triggers write it, nothing else does.

    `xid` is the transaction that changed it: another one after every change, so it serves as the
    version of all that is shown of the member. An account without a membership has a row from its
    first proven channel on, with no `serial`; a member whose row was deleted keeps theirs. The row
    of `NOBODY` is no account's: `service.renew_life` writes it.
    """

    __tablename__ = "member_changes"
    __table_args__ = (Index("ix_member_changes_xid_serial", "xid", "serial"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    xid: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
