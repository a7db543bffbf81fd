"""Proven channels and members in the words of public pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.methods import METHODS
from app.channels.models import Channel, FollowersSource
from app.channels.policy.platforms import platform_name
from app.channels.queries import PUBLIC_COLUMNS
from app.core.i18n import format_date
from app.core.i18n import gettext as _
from app.core.reference import reference
from app.members.queries import MemberView


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel as the public sees it; `until` says when a proof that is over ended.

    A proof that is `stale` or `disputed` holds until something else is found; both say since when.
    """

    id: UUID
    account_id: UUID
    platform: str
    platform_name: str
    shown: str
    url: str
    followers: int | None
    counted_on: date | None
    source_key: FollowersSource | None
    method: str | None
    since: datetime
    until: datetime | None
    stale_since: datetime | None
    disputed_since: datetime | None
    removed: bool  # its holder took it off; nothing more is told of it

    @property
    def source(self) -> str:
        """Who counted followers, in the reader's language."""
        return source_name(self.source_key)

    @property
    def how(self) -> str:
        """How it was proven, in the reader's language."""
        return method_how(self.method)

    @property
    def proof(self) -> str:
        """Its state, as the macros of templates know it."""
        return state(self.until, self.stale_since, self.disputed_since)

    @property
    def undisputed(self) -> bool:
        """Whether it may be handed on as theirs, where no remark goes along with it."""
        return self.proof != "disputed"

    @property
    def state_since(self) -> datetime:
        """Since when it is in this state."""
        by_state = {"lost": self.until, "disputed": self.disputed_since, "stale": self.stale_since}
        return by_state.get(self.proof) or self.since

    @property
    def remark(self) -> str:
        """What is to be known of a proof that holds and yet is not as it should be; else ""."""
        return remark(self.proof, self.stale_since, self.disputed_since)

    def evidence(self, number: str) -> str:
        """Where its proof is shown, of the member `number`; "" for one that was taken off."""
        return "" if self.removed else f"/members/{number}/channels/{self.id}"


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of one account: those that it holds, and those whose proof it lost."""

    held: tuple[ChannelLine, ...] = ()
    lost: tuple[ChannelLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CardChannel:
    """A proven channel as a list shows it."""

    platform: str
    shown: str
    followers: int | None
    counted_on: date | None
    proof: str = "proven"

    @property
    def platform_name(self) -> str:
        """The platform's name, in the reader's language."""
        return platform_name(self.platform)


@dataclass(frozen=True, slots=True)
class Card:
    """A member in a list, without the words of a language, so that it can be kept for all.

    Nothing is in it that their page does not show; `channels` are in order, largest first.
    """

    serial: int
    number: str
    stage_name: str
    standing: str
    legal_name: str
    biography: str
    topic_keys: tuple[str, ...]
    province: str
    portrait_url: str | None
    channels: tuple[CardChannel, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """The names of the topics, in the reader's language."""
        return tuple(reference.topics[key].name() for key in self.topic_keys)

    @property
    def province_name(self) -> str:
        """Where they live, in the reader's language."""
        return reference.provinces[self.province].name()


_C = Channel.__table__.c
_EVER = (
    select(_C.account_id, *PUBLIC_COLUMNS)
    .where(
        _C.account_id == any_(bindparam("accounts", type_=ARRAY(Uuid))),
        _C.proven_at.is_not(None),
        _C.removed_at.is_(None),
    )
    .order_by(_C.followers.desc().nulls_last(), _C.platform, _C.key)
)


async def channels_of(session: AsyncSession, account_ids: Collection[UUID]) -> dict[UUID, Channels]:
    """The channels that each account has proven, largest first, in one statement."""
    found: dict[UUID, list[ChannelLine]] = {account: [] for account in account_ids}
    for row in await session.execute(_EVER, {"accounts": list(found)}):
        found[row.account_id].append(line(row))
    return {
        account: Channels(
            held=tuple(one for one in lines if not one.until),
            lost=tuple(one for one in lines if one.until),
        )
        for account, lines in found.items()
    }


def line(channel: Row[*tuple[Any, ...]]) -> ChannelLine:
    """A channel that is proven, or was: a row with `PUBLIC_COLUMNS` and the account's id."""
    assert channel.proven_at is not None  # noqa: S101 - the callers ask for no other
    return ChannelLine(
        id=channel.channel_id,
        account_id=channel.account_id,
        platform=channel.platform,
        platform_name=platform_name(channel.platform),
        shown=shown(channel.platform, channel.url, channel.key, channel.handle),
        url=channel.url,
        followers=channel.followers,
        counted_on=channel.followers_as_of,
        source_key=channel.followers_source,
        method=channel.proof_method,
        since=channel.proven_at,
        until=channel.lost_at or channel.removed_at,
        stale_since=channel.stale_since,
        disputed_since=channel.disputed_since,
        removed=channel.removed_at is not None,
    )


def state(until: object, stale_since: object, disputed_since: object) -> str:
    """How a proof stands, in the order of what a reader must know first."""
    if until:
        return "lost"
    if disputed_since:
        return "disputed"
    return "stale" if stale_since else "proven"


def remark(proof: str, stale_since: datetime | None, disputed_since: datetime | None) -> str:
    """What a state that is neither proven nor lost means, in one sentence; "" for those."""
    if proof == "disputed" and disputed_since:
        return _(
            "Whose channel this is has been under examination since %(day)s.",
            day=format_date(disputed_since),
        )
    if proof == "stale" and stale_since:
        return _(
            "The proof has not been found again since %(day)s; the portal keeps looking.",
            day=format_date(stale_since),
        )
    return ""


def state_name(proof: str) -> str:
    """A state of `state` in a word or two."""
    return {
        "proven": _("Proven"),
        "stale": _("Not seen lately"),
        "disputed": _("Being examined"),
        "lost": _("Proof lost"),
    }[proof]


def shown(platform: str, url: str, key: str, handle: str | None) -> str:
    """How the public reads a channel: `@name`, else its address without what all have."""
    if platform == "mastodon":
        return f"@{key}"
    if handle:
        return f"@{handle}"
    return url.removeprefix("https://").removeprefix("www.").rstrip("/")


def source_name(source: FollowersSource | None) -> str:
    """Who counted followers, in words; "" for nobody."""
    if source is None:
        return ""
    return {
        FollowersSource.DECLARED: _("as the owner says"),
        FollowersSource.STAFF: _("counted by staff"),
        FollowersSource.API: _("from the platform"),
    }[source]


def method_how(method: str | None) -> str:
    """How a channel was proven, after the word proven; "" for a way that there is no longer."""
    known = METHODS.get(method or "")
    return str(known.how) if known else ""


def portrait_url(member: MemberView, size: str) -> str | None:
    """The portrait's address; None for who is no member today: their picture is no longer shown."""
    return member.portrait_path(size) if member.present else None
