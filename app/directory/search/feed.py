"""What the index is made of, read from the tables: documents, and which members changed since.

A change belongs to the transaction that made it (`member_changes.xid`), and a reader knows which
transactions its last look could see: so the next look asks for exactly the others (decision 0020).
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    Text,
    and_,
    any_,
    case,
    cast,
    column,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel
from app.channels.queries import PROVEN
from app.core.db import Database
from app.directory.search.documents import Document, Handle
from app.members.models import NOBODY, Member, MemberChange
from app.members.policy import PRESENT

BATCH = 5_000  # documents read in one statement
_STATE = (  # cluster, timeline, database, table as it is filled, renewal; every role may ask
    text(
        "SELECT system_identifier || '/' ||"
        " CASE WHEN pg_is_in_recovery() THEN 'standby'"
        " ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END"
        " || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())"
        " || '/' || pg_relation_filenode('member_changes') || '/' ||"
        " coalesce((SELECT extract(epoch FROM at) FROM member_changes"
        " WHERE account_id = :nobody), 0) AS life,"
        " pg_current_snapshot()::text AS snapshot FROM pg_control_system()"
    )
    .bindparams(nobody=NOBODY)
    .columns(column("life", Text), column("snapshot", Text))
    .subquery("state")
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Which transactions a look at the database could see: those that were over by then."""

    xmax: int  # the first that had not begun
    running: tuple[int, ...]  # older ones that were not over

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read what PostgreSQL writes of a snapshot: "xmin:xmax:running,…".

        Raises:
            ValueError: it is something else.
        """
        _xmin, xmax, running = written.split(":")
        return cls(int(xmax), tuple(map(int, filter(None, running.split(",")))))

    def __str__(self) -> str:
        xmin = min(self.running, default=self.xmax)
        return f"{xmin}:{self.xmax}:{','.join(map(str, self.running))}"


@dataclass(frozen=True, slots=True)
class State:
    """Where the database is.

    `life` is another one for another cluster, timeline or database, after a dump was read in, and
    when it was renewed: what changed since an earlier moment cannot be told then.
    """

    life: str
    moment: Moment

    def continues(self, life: str, moment: Moment) -> bool:
        """Whether this is the same database, no earlier than when `moment` was."""
        return self.life == life and self.moment.xmax >= moment.xmax


@dataclass(frozen=True, slots=True)
class Changes:
    """The members that changed since a moment, with their versions, and the moment now."""

    state: State
    versions: dict[int, int]


async def state(session: AsyncSession) -> State:
    """Where the database is now. One statement."""
    return _state(*(await session.execute(select(_STATE))).one())


def state_now(connection: Connection) -> State:
    """As `state`, for a process without an event loop."""
    return _state(*connection.execute(select(_STATE)).one())


def _state(life: str, snapshot: str) -> State:
    return State(blake2b(life.encode(), digest_size=8).hexdigest(), Moment.parse(snapshot))


def _since(moment: Moment) -> ColumnElement[bool]:
    """What holds of a row that a look at `moment` could not see, and that one now can.

    Rows of transactions that have not begun come from another life: see decision 0020.
    """
    now = cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), BigInteger)
    late = MemberChange.xid == any_(cast(list(moment.running), ARRAY(BigInteger)))
    return and_(
        MemberChange.serial.is_not(None),
        or_(MemberChange.xid >= moment.xmax, late),
        MemberChange.xid < now,
    )


async def changes(session: AsyncSession, since: Moment) -> Changes:
    """Which members changed since, and the state from which to ask the next time. One statement."""
    rows = (
        await session.execute(
            select(*_STATE.c, MemberChange.serial, MemberChange.xid).outerjoin_from(
                _STATE, MemberChange, _since(since)
            )
        )
    ).all()
    now = _state(rows[0].life, rows[0].snapshot)
    return Changes(now, {row.serial: row.xid for row in rows if row.serial is not None})


async def how_many_changed(session: AsyncSession, since: Moment) -> int:
    """How many members changed since. One statement."""
    found = await session.scalar(
        select(func.count()).select_from(MemberChange).where(_since(since))
    )
    return found or 0


async def documents(session: AsyncSession, serials: Sequence[int]) -> list[Document]:
    """The documents of several members, without those who are gone. One statement."""
    asked = any_(cast(list(serials), ARRAY(BigInteger)))
    rows = await session.execute(_documents().where(Member.serial == asked))
    return [_document(*row) for row in rows]


async def everybody(database: Database) -> AsyncIterator[Document]:
    """All members by serial, a batch at a time.

    Each batch is a transaction of its own, so that none keeps PostgreSQL from tidying up for as
    long as an index is built. Who takes the `state` first and the changes since it afterwards has
    missed nothing.
    """
    serial = 0
    while True:
        async with database.read() as session:
            rows = (await session.execute(_batch(serial))).all()
        if not rows:
            return
        for row in rows:
            yield _document(*row)
        serial = rows[-1][0]


def everybody_now(connection: Connection) -> Iterator[Document]:
    """As `everybody`, for a process without an event loop."""
    serial = 0
    while True:
        with connection.begin():
            rows = connection.execute(_batch(serial)).all()
        if not rows:
            return
        for row in rows:
            yield _document(*row)
        serial = rows[-1][0]


async def more_than(session: AsyncSession, members: int) -> bool:
    """Whether there are more members than so many. One statement."""
    some = select(Member.serial).limit(members + 1).subquery()
    return (await session.scalar(select(func.count()).select_from(some)) or 0) > members


def _batch(serial: int) -> Select[Any]:
    return _documents().where(Member.serial > serial).order_by(Member.serial).limit(BATCH)


def _documents() -> Select[Any]:
    present = cast(Member.standing, String).in_([standing.value for standing in PRESENT])
    nobody: Any = cast([], ARRAY(Text))
    held = _held()
    return (
        select(
            Member.serial,
            MemberChange.xid,
            Member.number,
            Member.stage_name,
            Member.sort_key,
            case((Member.legal_name_public, Member.legal_name), else_=""),
            case((present, Member.biography), else_=""),
            case((present, Member.topics), else_=nobody),
            case((present, Member.languages), else_=nobody),
            Member.province,
            cast(Member.standing, String),
            Member.joined_at,
            Member.skeleton,
            *held.c,
        )
        .join(MemberChange, MemberChange.account_id == Member.account_id)
        .outerjoin(held, true())
    )


def _held() -> Any:
    """The channels of the member's that are proven today, largest first, as parallel lists."""
    order = (Channel.followers.desc().nulls_last(), Channel.platform, Channel.key)
    shown = func.coalesce(Channel.handle, Channel.key)
    columns = (
        Channel.skeleton, Channel.platform, shown, Channel.followers,
        cast(Channel.proof_method, String),
    )  # fmt: skip
    return (
        select(*(func.array_agg(aggregate_order_by(column, *order)) for column in columns))
        .where(Channel.account_id == Member.account_id, *PROVEN)
        .lateral("held")
    )


def _document(  # noqa: PLR0917 - the columns of `_documents`
    serial: int, version: int, number: str, name: str, sort_key: str, legal_name: str,
    biography: str, topics: list[str], languages: list[str], province: str, standing: str,
    joined_at: Any, skeleton: str | None, skeletons: list[str | None] | None, *held: list[Any],
) -> Document:  # fmt: skip
    return Document(
        serial, version, number, name, sort_key, legal_name, biography, tuple(topics),
        tuple(languages), province, standing, joined_at,
        tuple(map(Handle, *held)) if skeletons else (),
        frozenset(filter(None, (skeleton, *(skeletons or ())))),
    )  # fmt: skip
