"""Tables of the web floor: sessions and the counters of rate limits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record


class WebSession(Record):
    """One sign-in of one browser. The cookie's token is not kept, only its hash."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[UUID] = mapped_column(index=True)  # accounts.id, a floor above
    provider: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    signed_in_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]


class RateCounter(Base):
    """How often `key` was asked for in the window that began at `since`."""

    __tablename__ = "rate_counters"
    __table_args__ = (
        Index("ix_rate_counters_since", "since"),
        {"prefixes": ["UNLOGGED"]},
    )

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
