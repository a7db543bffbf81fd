"""What happened to members after they joined."""

import random
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.clock import VIETNAM
from app.core.viewer import Viewer
from app.demo.seed.cast import SYSTEM, Actor, Staff
from app.demo.seed.plan import Fate, Story, at_work, by_day
from app.demo.vocabulary import review as words
from app.members import service as members
from app.members.models import Member, Party, Standing


async def move_on(
    session: AsyncSession, story: Story, staff: Staff, member: Member, now: datetime
) -> None:
    """Bring a new member to where their fate has them today."""
    rng, by = story.chance, staff.administrator
    if story.fate is Fate.SUSPENDED:
        since = _working(rng, now, 3, 24)
        until = now + timedelta(days=rng.randint(12, 120))
        await _suspend(session, by, member, rng, term=(since, until))
    elif story.fate is Fate.REINSTATED:
        await _suspended_once(session, by, member, now, rng)
    elif story.fate is Fate.EXPELLED:
        with clock.at(_working(rng, now, 12, 100)):
            reasons = rng.choice(words()["expelled"])
            await members.expel(
                session, by.viewer, member.number, rng.choice((12, 18, 24, 36)), reasons
            )
    elif story.fate is Fate.LEFT:
        with clock.at(by_day(rng, now - timedelta(days=rng.uniform(4, 70)), now)):
            await members.leave(session, Viewer(account_id=member.account_id))
    elif story.fate is Fate.LAPSED:
        await _lapse(session, member, now - timedelta(days=rng.randint(6, 70)))


def _working(rng: random.Random, now: datetime, least: int, most: int) -> datetime:
    return at_work(rng, now - timedelta(days=rng.randint(least, most)), 0, now)


async def _suspend(
    session: AsyncSession,
    by: Actor,
    member: Member,
    rng: random.Random,
    *,
    term: tuple[datetime, datetime],
) -> None:
    with clock.at(term[0]):
        reasons = rng.choice(words()["suspended"])
        last_day = term[1].astimezone(VIETNAM).date()
        await members.suspend(session, by.viewer, member.number, last_day, reasons)


async def _suspended_once(
    session: AsyncSession, by: Actor, member: Member, now: datetime, rng: random.Random
) -> None:
    """A suspension that is over: by its last day, or lifted before."""
    since = _working(rng, now, 60, 100)
    until = since + timedelta(days=rng.choice((14, 30, 45)))
    await _suspend(session, by, member, rng, term=(since, until))
    if rng.random() < 0.5:  # noqa: PLR2004
        with clock.at(at_work(rng, since + timedelta(days=9), 0, now)):
            reasons = rng.choice(words()["reinstated"])
            await members.reinstate(session, by.viewer, member.number, reasons)
        return
    with clock.at(until.astimezone(VIETNAM).replace(hour=0, minute=10) + timedelta(days=1)):
        await members.set_standing(session, member, Standing.ACTIVE, Party.CLOCK, SYSTEM)


async def _lapse(session: AsyncSession, member: Member, when: datetime) -> None:
    """A term that ran out. The history is shorter than a term, so that this one was shorter too."""
    midnight = when.astimezone(VIETNAM).replace(hour=0, minute=10, second=0)
    member.term_ends_on = midnight.date() - timedelta(days=1)
    with clock.at(midnight):
        await members.set_standing(session, member, Standing.LAPSED, Party.CLOCK, SYSTEM)
