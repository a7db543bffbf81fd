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
from app.channels.queries import PROVEN
from app.core.i18n import gettext as _
from app.core.reference import reference
from app.members.queries import MemberView


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel as the public sees it; `until` says when a proof that is over ended."""

    account_id: UUID
    platform: str
    platform_name: str
    shown: str
    url: str
    followers: int | None
    counted_on: date | None
    source: str
    how: str
    since: datetime
    until: datetime | None

    @property
    def proof(self) -> str:
        """Its state, as the macros of templates know it."""
        return "lost" if self.until else "proven"


@dataclass(frozen=True, slots=True)
class CardChannel:
    """A proven channel as a list shows it."""

    platform: str
    shown: str
    followers: int | None
    counted_on: date | None

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


_CHANNELS = Channel.__table__.c
_HELD = (
    select(
        _CHANNELS.account_id, _CHANNELS.platform, _CHANNELS.url, _CHANNELS.key, _CHANNELS.handle,
        _CHANNELS.followers, _CHANNELS.followers_as_of, _CHANNELS.followers_source,
        _CHANNELS.proven_at, _CHANNELS.proof_method, _CHANNELS.lost_at, _CHANNELS.removed_at,
    )
    .where(_CHANNELS.account_id == any_(bindparam("accounts", type_=ARRAY(Uuid))), *PROVEN)
    .order_by(_CHANNELS.followers.desc().nulls_last(), _CHANNELS.platform, _CHANNELS.key)
)  # fmt: skip


async def held_by(
    session: AsyncSession, account_ids: Collection[UUID]
) -> dict[UUID, tuple[ChannelLine, ...]]:
    """The channels that each account has proven and holds, largest first, in one statement."""
    found: dict[UUID, list[ChannelLine]] = {account: [] for account in account_ids}
    for row in await session.execute(_HELD, {"accounts": list(found)}):
        found[row.account_id].append(line(row))
    return {account: tuple(lines) for account, lines in found.items()}


def line(channel: Channel | Row[*tuple[Any, ...]]) -> ChannelLine:
    """A channel that is proven, or was: as an entity, or as a row with columns of its names."""
    assert channel.proven_at is not None  # noqa: S101 - the callers ask for no other
    return ChannelLine(
        account_id=channel.account_id,
        platform=channel.platform,
        platform_name=platform_name(channel.platform),
        shown=shown(channel.platform, channel.url, channel.key, channel.handle),
        url=channel.url,
        followers=channel.followers,
        counted_on=channel.followers_as_of,
        source=_source(channel.followers_source),
        how=_how(channel.proof_method),
        since=channel.proven_at,
        until=channel.lost_at or channel.removed_at,
    )


def shown(platform: str, url: str, key: str, handle: str | None) -> str:
    """How the public reads a channel: `@name`, else its address without what all have."""
    if platform == "mastodon":
        return f"@{key}"
    if handle:
        return f"@{handle}"
    return url.removeprefix("https://").removeprefix("www.").rstrip("/")


def _source(source: FollowersSource | None) -> str:
    if source is None:
        return ""
    return {
        FollowersSource.DECLARED: _("as the owner says"),
        FollowersSource.STAFF: _("counted by staff"),
        FollowersSource.API: _("from the platform"),
    }[source]


def _how(method: str | None) -> str:
    if method is None:
        return ""
    return str(METHODS[method].how)


def portrait_url(member: MemberView, size: str) -> str | None:
    """The portrait's address; None for who is no member today: their picture is no longer shown."""
    return member.portrait_path(size) if member.present else None
