"""Proven channels and members in the words of public pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel, FollowersSource, MethodKey
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


async def held_by(
    session: AsyncSession, account_ids: Collection[UUID]
) -> dict[UUID, tuple[ChannelLine, ...]]:
    """The channels that each account has proven and holds, largest first, in one statement."""
    rows = await session.scalars(
        select(Channel)
        .where(Channel.account_id.in_(account_ids), *PROVEN)
        .order_by(Channel.followers.desc().nulls_last(), Channel.platform, Channel.key)
    )
    found: dict[UUID, list[ChannelLine]] = {account: [] for account in account_ids}
    for channel in rows:
        found[channel.account_id].append(line(channel))
    return {account: tuple(lines) for account, lines in found.items()}


def line(channel: Channel) -> ChannelLine:
    """A channel that is proven, or was."""
    assert channel.proven_at is not None  # noqa: S101 - the callers ask for no other
    return ChannelLine(
        account_id=channel.account_id,
        platform=channel.platform,
        platform_name=platform_name(channel.platform),
        shown=_shown(channel),
        url=channel.url,
        followers=channel.followers,
        counted_on=channel.followers_as_of,
        source=_source(channel.followers_source),
        how=_how(channel.proof_method),
        since=channel.proven_at,
        until=channel.lost_at or channel.removed_at,
    )


def _shown(channel: Channel) -> str:
    if channel.platform == "mastodon":
        return f"@{channel.key}"
    if channel.handle:
        return f"@{channel.handle}"
    return channel.url.removeprefix("https://").removeprefix("www.").rstrip("/")


def _source(source: FollowersSource | None) -> str:
    if source is None:
        return ""
    return {
        FollowersSource.DECLARED: _("as the owner says"),
        FollowersSource.STAFF: _("counted by staff"),
        FollowersSource.API: _("from the platform"),
    }[source]


def _how(method: MethodKey | None) -> str:
    if method is None:
        return ""
    return {
        MethodKey.PAGE_CODE: _("by a code on the page"),
        MethodKey.REL_ME: _("by a link on the page"),
        MethodKey.STAFF: _("looked at by staff"),
    }[method]


def card(member: MemberView, channels: tuple[ChannelLine, ...]) -> Card:
    """A member with their proven channels, as a list shows them; of who is none today less."""
    return Card(
        serial=member.serial,
        number=member.number,
        stage_name=member.stage_name,
        standing=member.standing.value,
        legal_name=member.legal_name,
        biography=member.biography if member.present else "",
        topic_keys=member.topics if member.present else (),
        province=member.province,
        portrait_url=portrait_url(member, "card"),
        channels=tuple(
            CardChannel(c.platform, c.shown, c.followers, c.counted_on) for c in channels
        ),
    )


def portrait_url(member: MemberView, size: str) -> str | None:
    """The portrait's address; None for who is no member today: their picture is no longer shown."""
    return member.portrait_path(size) if member.present else None
