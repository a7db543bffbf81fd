"""What the page and the files of a member's record show."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.viewer import Viewer
from app.directory.queries.lines import channels_of
from app.directory.record import policy, words
from app.directory.record.policy import Reader
from app.directory.record.words import Fact
from app.members import queries as members
from app.members.policy import SANCTIONS
from app.members.queries import MemberView
from app.trustlog.policy.entries import Openings
from app.trustlog.queries import history, tree
from app.trustlog.queries.history import Logged

PAGE = 50  # entries


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `place` is its index in the published log; None while it waits for it."""

    entry: Logged
    place: int | None
    opened: Openings

    @property
    def at(self) -> datetime:
        """When what it tells happened."""
        return self.entry.happened_at

    @property
    def late(self) -> bool:
        """Whether it is older than the log, and was written into it later."""
        return self.entry.happened_at != self.entry.at

    @property
    def words(self) -> str:
        """What it tells, in the reader's language."""
        return words.said(self.entry, self.opened)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What of it is opened."""
        return tuple(words.facts(self.entry, self.opened))


@dataclass(frozen=True, slots=True)
class Record:
    """A member's record. `size` and `signed_at` are of the newest checkpoint; None before any."""

    member: MemberView
    lines: tuple[Line, ...]  # newest first
    size: int | None
    signed_at: datetime | None
    reader: Reader

    @property
    def own(self) -> bool:
        """Whether the member reads it."""
        return self.reader is Reader.OWNER

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-len(self.lines) // PAGE))

    def page(self, number: int) -> tuple[Line, ...]:
        """The lines of one page, from 1; none beyond the last."""
        return self.lines[(number - 1) * PAGE : number * PAGE]

    def at(self, place: int) -> Line | None:
        """The line of that place in the log, if it is the member's and published."""
        return next((line for line in self.lines if line.place == place), None)


async def record(session: AsyncSession, viewer: Viewer, number: str) -> Record | None:
    """The record of a canonical member number, whatever the standing. Four statements.

    Of who was erased no entry is known as theirs any more.
    """
    member = await members.by_number(session, number)
    if member is None:
        return None
    account = member.account_id
    entries = await history.of_account(session, account)
    channels = (await channels_of(session, [account]))[account]
    published = await tree.latest(session)
    profile = policy.shown(
        entries,
        present=member.present,
        reasons=member.standing_because if member.standing in SANCTIONS else "",
        channels=[one.id for one in (*channels.held, *channels.lost)],
    )
    reader = reader_of(viewer, member)
    size = published.size if published else 0
    return Record(
        member=member,
        lines=tuple(
            Line(entry, _place(entry, size), policy.opened(entry, profile, reader))
            for entry in reversed(entries)
        ),
        size=published.size if published else None,
        signed_at=published.signed_at if published else None,
        reader=reader,
    )


def reader_of(viewer: Viewer, member: MemberView) -> Reader:
    """In which part somebody reads a member's record."""
    if viewer.account_id == member.account_id:
        return Reader.OWNER
    return Reader.STAFF if viewer.is_staff else Reader.PUBLIC


def _place(entry: Logged, size: int) -> int | None:
    """An entry has its place a moment before a checkpoint covers it."""
    return entry.index if entry.index is not None and entry.index < size else None
