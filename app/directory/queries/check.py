"""The check: is this link, handle or number a member's, and in good standing?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.policy.differences import Difference
from app.channels.policy.links import Link, clean
from app.channels.policy.lookalikes import Likeness, is_a_name, named_by
from app.channels.policy.platforms import platform_name
from app.directory import recognition
from app.directory.queries import holders
from app.directory.queries.holders import Found, Key
from app.directory.queries.lines import ChannelLine, line, portrait_url
from app.directory.recognition import Meant
from app.members import lookalikes
from app.members.lookalikes import Asked, Known, LookAlike
from app.members.models import Standing
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
    """A member with those of their channels that the answer is about.

    `seen_at` is when the proof of these was last looked at; None where there is none.
    """

    member: MemberView
    channels: tuple[ChannelLine, ...]
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """A member whom the account or name looks like. `by_name`: their name, not a channel."""

    held: Held
    likeness: Likeness
    difference: Difference
    by_name: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the check found.

    `people` has one member, those of `SEVERAL`, or those of `likes`, the closest first. `bare`
    says that a handle was asked for without its platform, so that the same handle elsewhere may be
    anybody's. `asked` is what was asked in one form; `short` a short link that may be opened.
    """

    verdict: Verdict
    people: tuple[Held, ...] = ()
    by_number: bool = False
    bare: bool = False
    shown: str = ""
    words: str = ""
    reason: str = ""
    likes: tuple[Like, ...] = ()
    asked: str = ""
    short: str = ""

    @property
    def member(self) -> MemberView:
        """The one member that the answer is about."""
        return self.people[0].member

    @property
    def channels(self) -> tuple[ChannelLine, ...]:
        """The channels of `member` that were asked for."""
        return self.people[0].channels

    @property
    def seen_at(self) -> datetime | None:
        """When the proof of `channels` was last looked at."""
        return self.people[0].seen_at

    @property
    def disputed(self) -> bool:
        """Whether the alliance examines whose the account asked for is."""
        return (
            self.verdict in (Verdict.GOOD, Verdict.SUSPENDED)
            and not self.by_number
            and any(channel.proof == "disputed" for channel in self.channels)
        )

    @property
    def portrait_url(self) -> str | None:
        """The portrait of `member`, where it is still shown."""
        return portrait_url(self.member, "card")

    @property
    def address(self) -> str:
        """The one address of this answer, without a language."""
        return _address(self.asked)


def address_of(link: Link) -> str:
    """The address of the answer about a channel, without a language."""
    return _address(_written(link))


def _address(asked: str) -> str:
    return f"/check?q={quote(asked, safe='/@:')}"


async def check(session: AsyncSession, given: str, known: Known | None = None) -> Answer:
    """What is true at this moment of what somebody pasted.

    One statement; one more where it may look like a member's, as `known` says (`lookalikes.find`).
    """
    return (await check_many(session, [given], known))[0]


async def check_many(
    session: AsyncSession, lines: Sequence[str], known: Known | None = None
) -> list[Answer]:
    """What `check` says of each line, in their order. Three statements at most, however many."""
    meant = {given: recognition.read(given) for given in dict.fromkeys(lines)}
    numbers = {one.number for one in meant.values() if one.number}
    keys = {_key(link) for one in meant.values() for link in one.links}
    of_numbers = await holders.of_numbers(session, numbers)
    of_keys = await holders.of_keys(session, keys)
    answers = {
        given: _answer(given, one, of_numbers.get(one.number, ()), _holding(one, of_keys))
        for given, one in meant.items()
    }
    open_ones = {given: _asked(given, meant[given], answers[given]) for given in answers}
    asked = {given: one for given, one in open_ones.items() if one is not None}
    likes = await lookalikes.find(session, dict.fromkeys(asked.values()), known=known)
    for given, one in asked.items():
        answers[given] = _alike(answers[given], likes[one])
    return [answers[given] for given in lines]


def _key(link: Link) -> Key:
    return (link.platform, link.key)


def _holding(meant: Meant, of_keys: dict[Key, list[Found]]) -> list[Found]:
    """Who has or had what was meant: those of today first, of others who had it last."""
    found = [one for link in meant.links for one in of_keys.get(_key(link), ())]
    return sorted(found, key=holders.order)


def _answer(given: str, meant: Meant, numbered: Sequence[Found], holding: list[Found]) -> Answer:
    """The answer, look-alikes aside."""
    text = clean(given)[: recognition.LONGEST]
    if meant.mistyped:
        return Answer(Verdict.MISTYPED, by_number=True, asked=text)
    if meant.number:
        people = _people(numbered)
        verdict = _verdict(people[0].member) if people else Verdict.UNKNOWN
        return Answer(verdict, people, by_number=True, shown=meant.number, asked=meant.number)
    if meant.links:
        return _of_links(text, meant, holding)
    if meant.name:
        return Answer(Verdict.NAME, words=text, asked=text)
    return Answer(Verdict.UNREADABLE, reason=meant.reason, asked=text, short=meant.short)


def _of_links(text: str, meant: Meant, holding: list[Found]) -> Answer:
    now = [one for one in holding if one.until is None]
    people = _people(now or holding[:1])  # of proofs that are over, the one that ended last
    if not people:
        verdict = Verdict.UNKNOWN
    elif not now:
        verdict = Verdict.LOST
    else:
        verdict = Verdict.SEVERAL if len(people) > 1 else _verdict(people[0].member)
    bare, link = meant.bare, meant.links[0]
    return Answer(
        verdict,
        people,
        bare=bare,
        shown=text if bare else _shown(link),
        words="" if people else _words(link),
        asked=text if bare else _written(link),
    )


def _people(found: Iterable[Found]) -> tuple[Held, ...]:
    """Members, each with all that was found of theirs, in the order in which they come."""
    by_member: dict[str, list[Found]] = {}
    for one in found:
        by_member.setdefault(one.member.number, []).append(one)
    return tuple(
        Held(
            member=rows[0].member,
            channels=tuple(line(row.channel) for row in rows if row.channel is not None),
            seen_at=max((row.seen_at for row in rows if row.seen_at), default=None),
        )
        for rows in by_member.values()
    )


def _verdict(member: MemberView) -> Verdict:
    return {Standing.ACTIVE: Verdict.GOOD, Standing.SUSPENDED: Verdict.SUSPENDED}.get(
        member.standing, Verdict.FORMER
    )


def _shown(link: Link) -> str:
    return f"{platform_name(link.platform)}, {link.url.removeprefix('https://')}"


def _written(link: Link) -> str:
    """The link in the shortest form that is read as this link again."""
    if link.platform == "mastodon":
        return f"@{link.key}"
    return link.url if link.platform == "website" else link.url.removeprefix("https://")


def _words(link: Link) -> str:
    """What the directory may be asked for instead: the handle as words."""
    return words((link.handle or "").replace("_", " ").replace(".", " "))


def _asked(given: str, meant: Meant, answer: Answer) -> Asked | None:
    """What to look for look-alikes of; None where the answer is whole without."""
    if answer.verdict is Verdict.NAME:
        return Asked(answer.words, is_name=True)
    if meant.handle:
        return Asked(meant.handle)
    if answer.verdict is not Verdict.UNKNOWN or not meant.links:
        return None
    if meant.bare:
        return Asked(clean(given).removeprefix("@"))
    name = named_by(meant.links[0])
    return Asked(name, meant.links[0].platform) if name else None


def _alike(answer: Answer, found: tuple[LookAlike, ...]) -> Answer:
    """`answer` with the members whom it looks like."""
    if not found:
        return answer
    likes = tuple(map(_like, found))
    verdict = answer.verdict
    if verdict is not Verdict.NAME:
        true_ones = [like for like in likes if not like.by_name]
        if any(like.likeness is Likeness.SAME for like in true_ones):
            verdict = Verdict.ELSEWHERE
        elif true_ones or any(not is_a_name(like.held.member.stage_name) for like in likes):
            verdict = Verdict.LOOKALIKE
    return replace(answer, verdict=verdict, likes=likes, people=tuple(one.held for one in likes))


def _like(found: LookAlike) -> Like:
    channels = () if found.channel is None else (line(found.channel),)
    return Like(
        held=Held(found.member, channels),
        likeness=found.likeness,
        difference=found.difference,
        by_name=found.channel is None,
    )
