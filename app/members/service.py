"""Joining, and the one door through which a standing moves."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, cast, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.channels.policy.lookalikes import skeleton
from app.channels.service import notices
from app.core import clock
from app.core.db import or_conflict
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.text import vietnamese_sort_key
from app.core.viewer import Viewer
from app.members import mails, policy, record
from app.members.models import NOBODY, Member, MemberChange, Party, Standing, StandingChange
from app.members.policy import Profile
from app.trustlog import service as log

Follows = Callable[[AsyncSession, Member, StandingChange, Viewer], Awaitable[None]]
_follows: list[Follows] = []


def following(what: Follows) -> Follows:
    """Let `what` be done with every change of a standing, in its transaction.

    Handed down by the slices above; `app.tables` reads them in, so that it is done in each process.
    """
    _follows.append(what)
    return what


async def admit(
    session: AsyncSession, by: Viewer, account_id: UUID, application_id: UUID, profile: Profile
) -> Member:
    """Make the person of an approved application a member, for a term of twelve months.

    Somebody who was a member before keeps their number. Whether the application may be approved
    is its own slice's to check.

    Raises:
        Conflict: they are a member today.
        Refused: the bar of an expulsion still runs.
    """
    member = await session.scalar(
        select(Member).where(Member.account_id == account_id).with_for_update()
    )
    if member is None:
        return await _join(session, by, account_id, application_id, profile)
    if member.standing in policy.PRESENT:
        raise Conflict(_("This person is a member already."))
    if member.bar_until is not None and member.bar_until >= clock.today():
        raise Refused(_("This person may not become a member again yet."))
    member.application_id = application_id
    member.joined_at = clock.now()
    member.term_ends_on = policy.term_ends(clock.today())
    _show(member, profile)
    await set_standing(session, member, Standing.ACTIVE, Party.REVIEWER, by)
    return member


@notices.concerning
async def needs_proven_channel(session: AsyncSession, account_id: UUID) -> bool:
    """Whether somebody is a member today: members have one proven channel at least."""
    found = await session.scalar(
        select(exists().where(Member.account_id == account_id, Member.standing.in_(policy.PRESENT)))
    )
    return bool(found)


async def _join(
    session: AsyncSession, by: Viewer, account_id: UUID, application_id: UUID, profile: Profile
) -> Member:
    serial = await session.scalar(select(func.nextval(_SERIALS)))
    assert serial is not None  # noqa: S101 - nextval always answers
    member = Member(
        account_id=account_id,
        application_id=application_id,
        serial=serial,
        number=policy.number(clock.today().year, serial),
        standing=Standing.ACTIVE,
        standing_since=clock.now(),
        joined_at=clock.now(),
        term_ends_on=policy.term_ends(clock.today()),
    )
    _show(member, profile)
    async with or_conflict(session, _("This person is a member already.")):
        session.add(member)
    await _write_down(session, member, None, Party.REVIEWER, by, because="", until=None)
    return member


_SERIALS = func.pg_get_serial_sequence("members", "serial")


def _show(member: Member, profile: Profile) -> None:
    member.stage_name = profile.stage_name
    member.sort_key = vietnamese_sort_key(profile.stage_name)
    member.skeleton = skeleton(profile.stage_name)
    member.legal_name = profile.legal_name
    member.legal_name_public = profile.legal_name_public
    member.biography = profile.biography
    member.province = profile.province
    member.topics = list(profile.topics)
    member.languages = list(profile.languages)
    member.portrait = profile.portrait
    member.name_words = policy.name_words(profile.stage_name)


async def set_standing(
    session: AsyncSession,
    member: Member,
    new: Standing,
    party: Party,
    by: Viewer,
    *,
    because: str = "",
    until: date | None = None,
) -> None:
    """Make one move of design §2 "Members and standing": checked, written down, told.

    Args:
        member: its row, locked by `take` or the caller.
        party: the part in which `by` acts; the table of moves says what it may do.
        because: the reasons; published while the member is suspended or expelled.
        until: last day of a suspension, or of the bar of an expulsion.

    Raises:
        Conflict: no such move, or not by this party.
    """
    old = member.standing
    policy.check_move(old, new, party)
    if new is Standing.LEFT and old is Standing.SUSPENDED:
        member.bar_until = member.standing_until  # leaving does not end a suspension early
    elif new is Standing.EXPELLED:
        member.bar_until = until
    elif new is Standing.ACTIVE:
        member.bar_until = None
    member.standing = new
    member.standing_since = clock.now()
    member.standing_until = until if new is Standing.SUSPENDED else None
    member.standing_because = because if new in policy.SANCTIONS else ""
    await session.flush()
    await _write_down(session, member, old, party, by, because=because, until=until)


async def _write_down(
    session: AsyncSession,
    member: Member,
    old: Standing | None,
    party: Party,
    by: Viewer,
    *,
    because: str,
    until: date | None,
) -> None:
    change = StandingChange(
        member_id=member.id,
        at=clock.now(),
        old=old,
        new=member.standing,
        party=party,
        until=until,
        because=because,
    )
    session.add(change)
    facts: dict[str, Any] = {"number": member.number, "party": party.value}
    if until is not None:
        facts["until"] = until.isoformat()
    await audit.record(
        session,
        "member.moved" if old else "member.joined",
        member.id,
        by,
        before=old.value if old else None,
        after=member.standing.value,
        because=because,
        **facts,
    )
    await mails.tell_moved(session, member, change)
    await log.append(session, record.event(member, change))
    for follows in _follows:
        await follows(session, member, change, by)


async def take(session: AsyncSession, number: str) -> Member:
    """The member of `number`, as people may type it, locked until the transaction ends.

    Raises:
        Missing: there is none.
    """
    canonical = policy.parse_number(number)
    if canonical is None:
        raise Missing(_("“%(number)s” is not a member number.", number=number))
    member = await session.scalar(
        select(Member).where(Member.number == canonical).with_for_update()
    )
    if member is None:
        raise Missing(_("There is no member %(number)s.", number=canonical))
    return member


def _may_decide(by: Viewer, member: Member) -> None:
    if not (by.is_system or by.has("administrator")):
        raise NotAllowed("standing: not an administrator")
    if by.account_id == member.account_id:
        raise NotAllowed("standing: party to the case")


async def suspend(
    session: AsyncSession, by: Viewer, number: str, until: date, because: str
) -> Member:
    """Suspend a member to the end of `until`, a date in Vietnam.

    Raises:
        NotAllowed: `by` is no administrator, or is the member.
        Missing, Conflict: as `take` and `set_standing` say.
        Refused: no reasons, or a length that the ladder does not know.
    """
    member = await take(session, number)
    _may_decide(by, member)
    policy.check_suspension(clock.today(), until)
    await set_standing(
        session, member, Standing.SUSPENDED, Party.ADMINISTRATOR, by,
        because=policy.check_reasons(because), until=until,
    )  # fmt: skip
    return member


async def expel(
    session: AsyncSession, by: Viewer, number: str, bar_months: int, because: str
) -> Member:
    """Expel a member, who may not apply again for `bar_months` months.

    Raises: as `suspend`.
    """
    member = await take(session, number)
    _may_decide(by, member)
    policy.check_bar(bar_months)
    await set_standing(
        session, member, Standing.EXPELLED, Party.ADMINISTRATOR, by,
        because=policy.check_reasons(because),
        until=policy.months_after(clock.today(), bar_months),
    )  # fmt: skip
    return member


async def reinstate(session: AsyncSession, by: Viewer, number: str, because: str) -> Member:
    """Put a member back into good standing: a sanction is lifted, or a lapse was a mistake.

    Raises:
        Refused: no reasons, or the term is over: then only a new application leads back.
        NotAllowed, Missing, Conflict: as `suspend`.
    """
    member = await take(session, number)
    _may_decide(by, member)
    if member.term_ends_on < clock.today():
        raise Refused(_("The term of this membership is over: they need to apply again."))
    await set_standing(
        session, member, Standing.ACTIVE, Party.ADMINISTRATOR, by,
        because=policy.check_reasons(because),
    )  # fmt: skip
    return member


async def leave(session: AsyncSession, by: Viewer) -> Member:
    """Let a member end their own membership.

    Raises:
        Missing: `by` has no membership.
        Conflict: it has ended already.
    """
    member = await session.scalar(
        select(Member).where(Member.account_id == by.account_id).with_for_update()
    )
    if member is None:
        raise Missing
    await set_standing(session, member, Standing.LEFT, Party.MEMBER, by)
    return member


async def keep_terms(session: AsyncSession, by: Viewer) -> int:
    """Do what the calendar asks today: end suspensions, end terms, remind of those that end soon.

    Safe to run again and at the same time elsewhere. Returns: how many members moved.
    """
    today = clock.today()
    locked = select(Member).with_for_update(skip_locked=True).order_by(Member.id)
    over = (Member.standing == Standing.SUSPENDED) & (Member.standing_until < today)
    moved = 0
    for member in await session.scalars(locked.where(over)):
        await set_standing(session, member, Standing.ACTIVE, Party.CLOCK, by)
        moved += 1
    ended = (Member.standing == Standing.ACTIVE) & (Member.term_ends_on < today)
    for member in await session.scalars(locked.where(ended)):
        await set_standing(session, member, Standing.LAPSED, Party.CLOCK, by)
        moved += 1
    soon = Member.standing.in_(policy.PRESENT) & Member.term_ends_on.between(
        today, date.fromordinal(today.toordinal() + max(policy.REMINDERS))
    )
    for member in await session.scalars(locked.where(soon)):
        days = policy.reminder_due(today, member.term_ends_on)
        if days is not None:
            await mails.remind(session, member, days)
    return moved


async def renew_versions(session: AsyncSession) -> int:
    """Give members whose version comes from another cluster one of this cluster's.

    After a dump was read in, numbers of transactions begin again; a version that is still to come
    here would be given twice. Returns: how many there were, mostly none.
    """
    to_come = cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), BigInteger)
    own = cast(cast(func.pg_current_xact_id(), Text), BigInteger)
    renewed = await session.scalars(
        update(MemberChange)
        .where(MemberChange.xid >= to_come)
        .values(xid=own)
        .returning(MemberChange.account_id)
    )
    return len(renewed.all())


async def renew_life(session: AsyncSession, by: Viewer) -> None:
    """Let nothing that was kept of members be taken for what is true now (decision 0020).

    After the server's files were put back from a copy, the versions that were given since are given
    again, for something else. From now on bases, tags and cursors of before are of another life.
    """
    own = cast(cast(func.pg_current_xact_id(), Text), BigInteger)
    at = func.clock_timestamp()
    await session.execute(
        insert(MemberChange)
        .values(account_id=NOBODY, serial=None, xid=own, at=at)
        .on_conflict_do_update(index_elements=["account_id"], set_={"xid": own, "at": at})
    )
    await audit.record(session, "members.life_renewed", None, by)
