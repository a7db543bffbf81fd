"""A member's public page."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct import queries as conduct
from app.conduct.queries import SignatureView
from app.core.clock import VIETNAM
from app.core.reference import reference
from app.core.viewer import Viewer
from app.directory.policy import Query
from app.directory.queries.lines import ChannelLine, channels_of, portrait_url
from app.members import queries as members
from app.members.models import Standing
from app.members.queries import Change, MemberView

LONGEST_SUMMARY = 200  # characters of a description


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to an address."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """Everything that the page of a member shows.

    Of somebody who is no member today only what others need to know is left: who they were to the
    alliance, which channels were theirs, their history. Portrait, biography, topics and languages
    are theirs to show, and no longer ours.
    """

    member: MemberView
    portrait_url: str | None
    biography: tuple[str, ...]
    topics: tuple[Link, ...]
    province: Link
    languages: tuple[str, ...]
    channels: tuple[ChannelLine, ...]
    lost: tuple[ChannelLine, ...]  # were proven, and are no longer; of a member of today alone
    history: tuple[Change, ...]
    signature: SignatureView | None
    ended_on: date | None  # when the membership ended; None while it lasts
    changed_at: datetime  # when what the page shows changed last
    summary: str
    own: bool  # whether the member looks at their own page


@dataclass(frozen=True, slots=True)
class Handed:
    """What of a member is handed on: by card, code and picture."""

    member: MemberView
    channels: tuple[ChannelLine, ...]
    changed_at: datetime  # as in `ProfilePage`


async def handed(session: AsyncSession, number: str) -> Handed | None:
    """What is handed on of a canonical member number, whatever the standing. Two statements."""
    found = await members.with_change(session, number)
    if found is None:
        return None
    member, changed_at = found
    account = member.account_id
    return Handed(member, (await channels_of(session, [account]))[account].held, changed_at)


async def profile(session: AsyncSession, viewer: Viewer, number: str) -> ProfilePage | None:
    """The page of a canonical member number, whatever the standing. Four statements."""
    found = await members.with_change(session, number)
    if found is None:
        return None
    member, changed_at = found
    account = member.account_id
    present = member.present
    channels = (await channels_of(session, [account]))[account]
    return ProfilePage(
        member=member,
        portrait_url=portrait_url(member, "profile"),
        biography=_paragraphs(member.biography) if present else (),
        topics=tuple(map(_topic, member.topics)) if present else (),
        province=_province(member.province),
        languages=tuple(reference.languages[key].name() for key in member.languages)
        if present
        else (),
        channels=channels.held,
        lost=channels.lost if present else (),
        history=await members.history(session, member.id),
        signature=(await conduct.latest_signatures(session, [account])).get(account),
        ended_on=None if present else _ended_on(member),
        changed_at=changed_at,
        summary=_summary(member) if present else "",
        own=viewer.account_id == account,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.splitlines() if part.strip())


def _topic(key: str) -> Link:
    return Link(reference.topics[key].name(), Query(topic=(key,)).address())


def _province(key: str) -> Link:
    province = reference.provinces[key]
    return Link(province.name(), Query(province=(province.slug,)).address())


def _ended_on(member: MemberView) -> date:
    if member.standing is Standing.LAPSED:
        return member.term_ends_on
    return member.standing_since.astimezone(VIETNAM).date()


def _summary(member: MemberView) -> str:
    """The biography in one line, cut between words."""
    text = " ".join(member.biography.split())
    if len(text) <= LONGEST_SUMMARY:
        return text
    return text[:LONGEST_SUMMARY].rsplit(" ", 1)[0] + "…"
