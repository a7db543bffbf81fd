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


class ProofStatus(StrEnum):
    """Where one attempt to prove a channel stands; `service.proofs.set_proof` alone moves it."""

    PENDING = "pending"
    PROVEN = "proven"
    STALE = "stale"  # still counts, but was not seen again when last looked for
    FAILED = "failed"
    LOST = "lost"


class Outcome(StrEnum):
    """What one check came to."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    UNSURE = "unsure"  # says nothing either way: closed to us, or the trouble was our own


class Verdict(StrEnum):
    """How a dispute about a channel was decided."""

    HOLDER = "holder"
    CLAIMANT = "claimant"
    NEITHER = "neither"
    WITHDRAWN = "withdrawn"  # one side gave way


class Channel(Record):
    """One channel that one account says is theirs; a fact once `proven_at` is set.

    `proven_at`, `stale_since`, `lost_at` and `proof_method` follow the proof; only `set_proof`
    assigns them.
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
        Index(  # a handle may be written in two ways, and changes hands; the platform's id does not
            "uq_channels_one_holder_by_id",
            "platform",
            "stable_id",
            unique=True,
            postgresql_where=text(
                "stable_id IS NOT NULL AND proven_at IS NOT NULL"
                " AND lost_at IS NULL AND removed_at IS NULL"
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
            "stale_since IS NULL OR (proven_at IS NOT NULL AND lost_at IS NULL)",
            name="stale_while_proven",
        ),
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
    proof_method: Mapped[str | None] = mapped_column(Text)  # a key of `methods.METHODS`
    stale_since: Mapped[datetime | None]  # follows the proof, like `lost_at`
    disputed_since: Mapped[datetime | None]  # an open dispute; `disputes` alone assigns it
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
        Index(
            "ix_channel_proofs_next_check_at",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
        CheckConstraint(
            "(status IN ('proven', 'stale', 'lost')) = (proven_at IS NOT NULL)", name="dated"
        ),
        CheckConstraint(
            "next_check_at IS NULL OR status IN ('proven', 'stale')", name="kept_while_it_counts"
        ),
        CheckConstraint(
            "(failures = 0) = (failing_since IS NULL) AND failures >= 0", name="failures_have_a_day"
        ),
    )

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    method: Mapped[str] = mapped_column(Text)  # a key of `methods.METHODS`
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
    next_check_at: Mapped[datetime | None]  # when it is looked for again; moved on when taken up
    failures: Mapped[int] = mapped_column(default=0)  # not seen, so many times running
    failing_since: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # when it was last seen


class ChannelCheck(Record):
    """One turn of a proof that is kept: seen again after it was not, not seen, or newly unsure.

    Append-only. A check that finds what the last one found moves only dates of the proof, unless it
    counts towards a loss.
    """

    __tablename__ = "channel_checks"
    __table_args__ = (Index("ix_channel_checks_proof_id_at", "proof_id", "at"),)

    proof_id: Mapped[UUID] = mapped_column(ForeignKey("channel_proofs.id"))
    at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "outcome"))
    failure: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CheckTally(Base):
    """How many kept proofs were looked at in a day, by method and outcome: for those who watch."""

    __tablename__ = "channel_check_tallies"

    day: Mapped[date] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(Text, primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "outcome"), primary_key=True)
    checks: Mapped[int] = mapped_column(BigInteger)


class ChannelHandle(Record):
    """A name under which a channel was known: a label with history, never the key of a proof."""

    __tablename__ = "channel_handles"
    __table_args__ = (
        Index("ix_channel_handles_channel_id", "channel_id"),
        CheckConstraint("until > since", name="ends_after_it_begins"),
    )

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    url: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    handle: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime]  # when another took its place


class ChannelCount(Record):
    """One count of followers as it came in, with its source; the newest stands on the channel.

    `flagged_at`: it jumps out of the pattern of those before, and staff are to look.
    """

    __tablename__ = "channel_counts"
    __table_args__ = (
        Index("ix_channel_counts_channel_id_at", "channel_id", "at"),
        Index(
            "ix_channel_counts_flagged",
            "flagged_at",
            postgresql_where=text("flagged_at IS NOT NULL AND settled_at IS NULL"),
        ),
        CheckConstraint("followers >= 0", name="not_negative"),
        CheckConstraint("settled_at IS NULL OR flagged_at IS NOT NULL", name="flag_first"),
    )

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    at: Mapped[datetime]
    as_of: Mapped[date]
    followers: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[FollowersSource] = mapped_column(text_enum(FollowersSource, "source"))
    flagged_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    because: Mapped[str] = mapped_column(Text, default="")


class ChannelGrant(Base):
    """Leave to read fresh counts of one channel from its platform: a token, sealed.

    Only who opted in has one. `sealed` is readable with the key `key_id` of the configuration.
    """

    __tablename__ = "channel_grants"

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"), primary_key=True)
    sealed: Mapped[bytes]
    key_id: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # when the platform lets it run out
    used_at: Mapped[datetime | None]


class OAuthTrip(Record):
    """One round trip to a platform: its state is good once, for ten minutes, in one browser."""

    __tablename__ = "channel_oauth_trips"
    __table_args__ = (Index("ix_channel_oauth_trips_expires_at", "expires_at"),)

    state_hash: Mapped[str] = mapped_column(Text, unique=True)
    browser_hash: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    platform: Mapped[str] = mapped_column(Text)
    verifier: Mapped[str] = mapped_column(Text)  # emptied when used
    keep_counts: Mapped[bool] = mapped_column(default=False)  # asked to keep a grant
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ChannelDispute(Record):
    """Two accounts that both showed control of one channel; staff decide between them.

    Each side has a case of its own with staff, so that neither learns who the other is.
    """

    __tablename__ = "channel_disputes"
    __table_args__ = (
        Index(
            "uq_channel_disputes_one_open",
            "claimant_channel_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("ix_channel_disputes_holder_channel_id", "holder_channel_id"),
        CheckConstraint("holder_channel_id <> claimant_channel_id", name="two_sides"),
        CheckConstraint("(decided_at IS NULL) = (verdict IS NULL)", name="decided_whole"),
    )

    holder_channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    claimant_channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))
    holder_case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    claimant_case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    opened_at: Mapped[datetime]
    answers_until: Mapped[datetime]  # both sides may be heard until then, at least
    verdict: Mapped[Verdict | None] = mapped_column(text_enum(Verdict, "verdict"))
    because: Mapped[str] = mapped_column(Text, default="")  # told to both
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class StaffSighting(Record):
    """What a first reviewer saw of a channel so large that a second must see it too."""

    __tablename__ = "channel_sightings"

    proof_id: Mapped[UUID] = mapped_column(ForeignKey("channel_proofs.id"), unique=True)
    by_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    picture: Mapped[str | None] = mapped_column(Text)  # a capture, kept in the storage


class ProofNotice(Record):
    """Thirty days for somebody who lost their last proven channel; staff look when it ends."""

    __tablename__ = "proof_notices"
    __table_args__ = (
        Index(
            "uq_proof_notices_one_open",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("ends_at > began_at", name="in_order"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id"))  # the one lost last
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    told: Mapped[str] = mapped_column(Text, default="began")  # the last letter: `policy.notices`
    ended_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))  # None: proven anew


class IdentityLink(Base):
    """The address `/is/{token}` of one account, for `rel="me"` links to lead to."""

    __tablename__ = "identity_links"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    token: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime]
