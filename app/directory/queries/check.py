"""The check: is this link, handle or number a member's, and in good standing?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel
from app.channels.policy.links import Link, clean
from app.channels.policy.platforms import platform_name
from app.directory import recognition
from app.directory.queries.lines import ChannelLine, held_by, line, portrait_url
from app.members import queries as members
from app.members.models import Member, Standing
from app.members.policy import words
from app.members.queries import MemberView


class Verdict(StrEnum):
    """What the check says, from the best to "we cannot tell"."""

    GOOD = "good"
    SUSPENDED = "suspended"
    FORMER = "former"  # expelled, lapsed or left
    SEVERAL = "several"  # a handle that several members have
    LOST = "lost"  # was proven by a member, and is no longer
    LOOKALIKE = "lookalike"  # nobody's, and looks like a member's
    ELSEWHERE = "elsewhere"  # nobody's, while a member has the same handle on another platform
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"  # a member number whose check digit is wrong
    NAME = "name"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Held:
    """A member with those of their channels that were asked for."""

    member: MemberView
    channels: tuple[ChannelLine, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the check found.

    `people` has one member, or those of `SEVERAL`. `bare` says that a handle was asked for without
    its platform, so that the same handle elsewhere may be anybody's.
    """

    verdict: Verdict
    people: tuple[Held, ...] = ()
    by_number: bool = False
    bare: bool = False
    shown: str = ""
    words: str = ""
    reason: str = ""

    @property
    def member(self) -> MemberView:
        """The one member that the answer is about."""
        return self.people[0].member

    @property
    def channels(self) -> tuple[ChannelLine, ...]:
        """The channels of `member` that were asked for."""
        return self.people[0].channels

    @property
    def portrait_url(self) -> str | None:
        """The portrait of `member`, where it is still shown."""
        return portrait_url(self.member, "card")


async def check(session: AsyncSession, given: str) -> Answer:
    """What is true at this moment of what somebody pasted. Three statements at most."""
    meant = recognition.read(given)
    if meant.mistyped:
        return Answer(Verdict.MISTYPED, by_number=True)
    if meant.number:
        return await _of_number(session, meant.number)
    if meant.links:
        return await _of_links(session, given, meant.links)
    if meant.name:
        return Answer(Verdict.NAME, words=clean(given))
    return Answer(Verdict.UNREADABLE, reason=meant.reason)


async def check_many(session: AsyncSession, lines: Sequence[str]) -> list[Answer]:
    """What `check` says of each line, in their order. The statements do not grow with the lines."""
    return [await check(session, given) for given in lines]


async def _of_number(session: AsyncSession, number: str) -> Answer:
    member = await members.by_number(session, number)
    if member is None:
        return Answer(Verdict.UNKNOWN, by_number=True, shown=number)
    held = await held_by(session, [member.account_id])
    people = (Held(member, held[member.account_id]),)
    return Answer(_verdict(member), people, by_number=True, shown=number)


async def _of_links(session: AsyncSession, given: str, links: tuple[Link, ...]) -> Answer:
    bare = len(links) > 1
    shown = clean(given) if bare else _shown(links[0])
    lines = await _proven(session, links)
    now = [line for line in lines if line.until is None]
    asked = now or lines[:1]  # of proofs that are over, the one that ended last
    if not asked:
        return Answer(Verdict.UNKNOWN, bare=bare, shown=shown, words=_words(links))
    accounts = list(dict.fromkeys(line.account_id for line in asked))
    found = await members.members_of(session, accounts)
    people = tuple(
        Held(found[account], tuple(line for line in asked if line.account_id == account))
        for account in accounts
    )
    if not now:
        verdict = Verdict.LOST
    else:
        verdict = Verdict.SEVERAL if len(people) > 1 else _verdict(people[0].member)
    return Answer(verdict, people, bare=bare, shown=shown)


def _verdict(member: MemberView) -> Verdict:
    return {Standing.ACTIVE: Verdict.GOOD, Standing.SUSPENDED: Verdict.SUSPENDED}.get(
        member.standing, Verdict.FORMER
    )


def _shown(link: Link) -> str:
    return f"{platform_name(link.platform)}, {link.url.removeprefix('https://')}"


def _words(links: tuple[Link, ...]) -> str:
    """What the directory may be asked for instead: the handle as words."""
    return words((links[0].handle or "").replace("_", " ").replace(".", " "))


async def _proven(session: AsyncSession, links: tuple[Link, ...]) -> list[ChannelLine]:
    """What members have or had a proof of among `links`; proofs that are over last, latest first.

    Who has proven a channel and is no member is nobody here: an application is not public.
    """
    asked = [(link.platform, link.key) for link in links]
    rows = await session.scalars(
        select(Channel)
        .join(Member, Member.account_id == Channel.account_id)
        .where(tuple_(Channel.platform, Channel.key).in_(asked), Channel.proven_at.is_not(None))
        .order_by(
            func.coalesce(Channel.lost_at, Channel.removed_at).desc().nulls_first(),
            Channel.followers.desc().nulls_last(),
            Channel.platform,
        )
    )
    return list(map(line, rows))
