"""What pages ask about members."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Row,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    exists,
    func,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.i18n import format_date
from app.core.i18n import gettext as _
from app.members.models import Member, MemberChange, Party, Standing, StandingChange


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as pages show them; `legal_name` is empty unless they made it public."""

    id: UUID
    serial: int
    account_id: UUID
    number: str
    standing: Standing
    standing_since: datetime
    standing_until: date | None
    standing_because: str
    bar_until: date | None
    joined_at: datetime
    term_ends_on: date
    stage_name: str
    legal_name: str
    biography: str
    province: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    portrait: str | None

    @property
    def present(self) -> bool:
        """Whether they are a member today, suspended or not."""
        return self.standing in (Standing.ACTIVE, Standing.SUSPENDED)

    @property
    def meaning(self) -> str:
        """What the standing means for whoever looks, in one sentence."""
        since = format_date(self.standing_since)
        match self.standing:
            case Standing.ACTIVE:
                return _("A member in good standing since %(day)s.", day=since)
            case Standing.SUSPENDED:
                assert self.standing_until is not None  # noqa: S101 - the database holds it to that
                return _(
                    "A member, but suspended since %(since)s and until the end of %(until)s.",
                    since=since,
                    until=format_date(self.standing_until),
                )
            case Standing.EXPELLED:
                return _("No longer a member: expelled on %(day)s.", day=since)
            case Standing.LAPSED:
                return _(
                    "No longer a member: the term ended on %(day)s and was not renewed.",
                    day=format_date(self.term_ends_on),
                )
            case Standing.LEFT:
                return _("No longer a member: left the alliance on %(day)s.", day=since)

    def portrait_path(self, size: str) -> str | None:
        """The address of the portrait in a size of `core.pictures`: "card" or "profile"."""
        return portrait_path(self.portrait, size)


def portrait_path(portrait: str | None, size: str) -> str | None:
    """The address of the portrait with the key `portrait`; None without one."""
    if portrait is None:
        return None
    return f"/portraits/{portrait.removeprefix('portraits/')}/{size}.webp"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a history."""

    at: datetime
    old: Standing | None
    new: Standing
    party: Party
    until: date | None
    because: str

    @property
    def words(self) -> str:
        """What happened, in plain words."""
        if self.old is None:
            return _("Became a member")
        if self.new is Standing.ACTIVE:
            return self._came_back()
        until = format_date(self.until) if self.until else ""
        return {
            Standing.SUSPENDED: _("Suspended until the end of %(day)s", day=until),
            Standing.EXPELLED: _(
                "Expelled; may not apply again before the end of %(day)s", day=until
            ),
            Standing.LAPSED: _("The term of twelve months ended"),
            Standing.LEFT: _("Left the alliance"),
        }[self.new]

    def _came_back(self) -> str:
        if self.party is Party.REVIEWER:
            return _("Became a member again, after a new application")
        if self.party is Party.CLOCK:
            return _("The suspension ended")
        if self.old is Standing.SUSPENDED:
            return _("The suspension was lifted")
        if self.old is Standing.EXPELLED:
            return _("The expulsion was lifted")
        return _("Back in good standing")


@dataclass(frozen=True, slots=True)
class Changed:
    """A member of whom the public sees something else than before, or no longer anything.

    `version` is another one after every change of the member; it does not always grow.
    """

    serial: int
    version: int
    at: datetime


# Columns, not entities: whoever only shows a member needs nothing that keeps track of changes.
_M = Member.__table__.c
COLUMNS = (  # what `view` reads
    _M.id, _M.serial, _M.account_id, _M.number, _M.standing, _M.standing_since, _M.standing_until,
    _M.standing_because, _M.bar_until, _M.joined_at, _M.term_ends_on, _M.stage_name, _M.legal_name,
    _M.legal_name_public, _M.biography, _M.province, _M.topics, _M.languages, _M.portrait,
)  # fmt: skip
_VIEW = select(*COLUMNS)
_OF_ACCOUNTS = _VIEW.where(_M.account_id == any_(bindparam("accounts", type_=ARRAY(Uuid))))
_OF_NUMBER = _VIEW.where(_M.number == bindparam("number"))
_CHANGES = MemberChange.__table__
_WITH_CHANGE = _OF_NUMBER.add_columns(_CHANGES.c.at.label("changed_at")).outerjoin_from(
    Member.__table__, _CHANGES, _CHANGES.c.serial == _M.serial
)
_OF_SERIALS = _VIEW.where(_M.serial == any_(bindparam("serials", type_=ARRAY(BigInteger))))


def view(member: Member | Row[*tuple[Any, ...]]) -> MemberView:
    """A member as pages may have them: from an entity, or a row with columns of its names."""
    return MemberView(
        id=member.id,
        serial=member.serial,
        account_id=member.account_id,
        number=member.number,
        standing=member.standing,
        standing_since=member.standing_since,
        standing_until=member.standing_until,
        standing_because=member.standing_because,
        bar_until=member.bar_until,
        joined_at=member.joined_at,
        term_ends_on=member.term_ends_on,
        stage_name=member.stage_name,
        legal_name=member.legal_name if member.legal_name_public else "",
        biography=member.biography,
        province=member.province,
        topics=tuple(member.topics),
        languages=tuple(member.languages),
        portrait=member.portrait,
    )


async def member_of(session: AsyncSession, account_id: UUID) -> MemberView | None:
    """The membership of an account, whatever its standing."""
    return (await members_of(session, [account_id])).get(account_id)


async def by_number(session: AsyncSession, number: str) -> MemberView | None:
    """The member of a canonical number, whatever their standing."""
    found = (await session.execute(_OF_NUMBER, {"number": number})).first()
    return view(found) if found else None


async def with_change(session: AsyncSession, number: str) -> tuple[MemberView, datetime] | None:
    """The member of a canonical number, and when what the public sees of them changed last.

    One statement.
    """
    found = (await session.execute(_WITH_CHANGE, {"number": number})).first()
    return (view(found), found.changed_at or found.standing_since) if found else None


async def members_of(
    session: AsyncSession, account_ids: Collection[UUID]
) -> dict[UUID, MemberView]:
    """The memberships of several accounts, by account, in one statement."""
    found = await session.execute(_OF_ACCOUNTS, {"accounts": list(account_ids)})
    return {row.account_id: view(row) for row in found}


async def by_serials(session: AsyncSession, serials: Collection[int]) -> dict[int, MemberView]:
    """Several members by serial, in one statement."""
    found = await session.execute(_OF_SERIALS, {"serials": list(serials)})
    return {row.serial: view(row) for row in found}


_S = StandingChange.__table__.c
_HISTORY = (
    select(_S.at, _S.old, _S.new, _S.party, _S.until, _S.because)
    .where(_S.member_id == bindparam("member"))
    .order_by(_S.at.desc(), _S.id.desc())
)


async def history(session: AsyncSession, member_id: UUID) -> tuple[Change, ...]:
    """Every move of a member's standing, newest first."""
    rows = await session.execute(_HISTORY, {"member": member_id})
    return tuple(Change(*row) for row in rows)


async def shows_portrait(session: AsyncSession, key: str) -> bool:
    """Whether a member, of whatever standing, shows the portrait `key`: only then it is public."""
    return bool(await session.scalar(select(exists().where(Member.portrait == key))))


async def barred(session: AsyncSession, account_id: UUID) -> date | None:
    """The last day on which an account may not apply again; None when nothing bars it today."""
    until = await session.scalar(select(Member.bar_until).where(Member.account_id == account_id))
    return until if until is not None and until >= clock.today() else None


async def changes(
    session: AsyncSession, after: tuple[int, int] = (0, 0), most: int = 100
) -> tuple[Changed, ...]:
    """Members that changed, each once, in an order in which nothing is ever put in between.

    A change is told when no transaction older than its own runs any more: whoever asks again with
    (version, serial) of the last one told misses nothing. One statement.

    Args:
        after: version and serial of the last change that the asker knows.
        most: how many at most.
    """
    oldest = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
    rows = await session.execute(
        select(MemberChange.serial, MemberChange.xid, MemberChange.at)
        .where(
            MemberChange.serial.is_not(None),
            MemberChange.xid < oldest,
            tuple_(MemberChange.xid, MemberChange.serial) > tuple_(*after),
        )
        .order_by(MemberChange.xid, MemberChange.serial)
        .limit(most)
    )
    return tuple(Changed(serial, xid, at) for serial, xid, at in rows if serial is not None)


async def version(session: AsyncSession, serial: int) -> int | None:
    """The version of what the public sees of a member; None for a serial that nobody has."""
    return await session.scalar(select(MemberChange.xid).where(MemberChange.serial == serial))
