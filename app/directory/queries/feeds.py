"""What the feeds tell: who joined, whose standing changed, who answers a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.i18n import gettext as _
from app.core.reference import reference
from app.core.text import tidy
from app.members.models import Member, MemberChange, Standing, StandingChange
from app.members.policy import standing_name
from app.members.queries import Change, MemberView, view

LENGTH = 50  # entries of a feed; older ones are behind the link "next" (RFC 5005, section 3)
NOTHING_YET = datetime(2025, 8, 17, 17, 0, tzinfo=UTC)  # the programme's first day, in Vietnam


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `key` names it for ever among all feeds; `categories` has (term, label)."""

    key: str
    title: str
    path: str  # of the page that it leads to, without a language
    published: datetime
    updated: datetime
    summary: str
    categories: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A part of a feed, newest first; `after` asks for the part behind it, "" if there is none."""

    entries: tuple[Entry, ...]
    after: str


async def newcomers(session: AsyncSession, before: str = "") -> Entries:
    """Members in good standing, who joined last first. One statement, two with `before`.

    Args:
        before: the canonical number of the member behind whom to go on.
    """
    wanted = (
        select(Member, MemberChange.at)
        .join(MemberChange, MemberChange.serial == Member.serial)
        .where(Member.standing == Standing.ACTIVE)
        .order_by(Member.joined_at.desc(), Member.serial.desc())
        .limit(LENGTH + 1)
    )
    if before:
        last = (
            await session.execute(
                select(Member.joined_at, Member.serial).where(Member.number == before)
            )
        ).first()
        if last is None:
            return Entries((), "")
        joined_at, serial = last
        wanted = wanted.where(
            Member.joined_at <= joined_at,
            (Member.joined_at < joined_at) | (Member.serial < serial),
        )
    rows = [(view(member), at) for member, at in await session.execute(wanted)]
    shown = rows[:LENGTH]
    after = shown[-1][0].number if len(rows) > LENGTH else ""
    return Entries(tuple(_member(member, at) for member, at in shown), after)


async def moves(session: AsyncSession, before: UUID | None = None) -> Entries:
    """Changes of standing other than joining for the first time, newest first. One statement.

    In the order of their ids, which are of the time at which they were made.

    Args:
        before: the id of the change behind which to go on.
    """
    wanted = (
        select(
            StandingChange.id,
            Member.number,
            Member.stage_name,
            StandingChange.at,
            StandingChange.old,
            StandingChange.new,
            StandingChange.party,
            StandingChange.until,
        )
        .join(Member, Member.id == StandingChange.member_id)
        .where(StandingChange.old.is_not(None))
        .order_by(StandingChange.id.desc())
        .limit(LENGTH + 1)
    )
    if before:
        wanted = wanted.where(StandingChange.id < before)
    rows = [
        (id_, number, name, Change(at, old, new, party, until, ""))
        for id_, number, name, at, old, new, party, until in await session.execute(wanted)
    ]
    after = str(rows[LENGTH - 1][0]) if len(rows) > LENGTH else ""
    return Entries(tuple(_move(*row) for row in rows[:LENGTH]), after)


async def those(session: AsyncSession, serials: Sequence[int]) -> tuple[Entry, ...]:
    """The members of `serials` in that order; who is gone meanwhile is left out. One statement."""
    rows = await session.execute(
        select(Member, MemberChange.at)
        .join(MemberChange, MemberChange.serial == Member.serial)
        .where(Member.serial.in_(serials))
    )
    found = {member.serial: _member(view(member), at) for member, at in rows}
    return tuple(found[serial] for serial in serials if serial in found)


def _member(member: MemberView, changed_at: datetime) -> Entry:
    """A member as a feed tells of them: less than their page, since readers keep it for long."""
    topics = tuple((key, reference.topics[key].name()) for key in member.topics)
    facts = [member.meaning, _("Member number: %(number)s.", number=member.number)]
    if member.present:
        about = [*(label for _key, label in topics), reference.provinces[member.province].name()]
        facts.append(" · ".join(about))
    return Entry(
        key=f"members/{member.number}",
        title=tidy(member.stage_name),
        path=f"/members/{member.number}",
        published=member.joined_at,
        updated=changed_at,
        summary=" ".join(facts),
        categories=topics if member.present else (),
    )


def _move(id_: UUID, number: str, name: str, change: Change) -> Entry:
    """A change of standing without its reasons: those are on the page while the standing lasts."""
    return Entry(
        key=f"standings/{id_}",
        title=_("%(name)s: %(what)s", name=tidy(name), what=change.words),
        path=f"/members/{number}",
        published=change.at,
        updated=change.at,
        summary=_("%(what)s. Member number: %(number)s.", what=change.words, number=number),
        categories=((change.new.value, standing_name(change.new)),),
    )
