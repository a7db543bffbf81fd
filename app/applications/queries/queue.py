"""The reviewers' queue: which applications wait, for whom, and for how long still."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, case, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.applications.models import Application, Status
from app.applications.policy import deadlines
from app.core import clock
from app.core.text import fold

PER_PAGE = 30
WAITING = (Status.SUBMITTED, Status.IN_REVIEW)  # for the alliance; these run against a promise
HOLDERS = ("mine", "nobody")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed down to; an empty field asks nothing."""

    statuses: tuple[Status, ...] = ()
    holder: str = ""  # one of HOLDERS
    overdue: bool = False
    topic: str = ""
    province: str = ""
    words: str = ""
    page: int = 1


def days_left(promised_by: datetime) -> int:
    """Working days from today until a promise falls due; negative once that day has passed."""
    promised = promised_by.astimezone(clock.VIETNAM).date()
    return deadlines.working_days_between(clock.today(), promised)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application in the list."""

    id: UUID
    stage_name: str
    legal_name: str
    status: Status
    status_since: datetime
    submitted_at: datetime
    promised_by: datetime
    reviewer_id: UUID | None
    reviewer_name: str
    topics: list[str]
    province: str

    @property
    def waiting(self) -> bool:
        """Whether it waits for the alliance."""
        return self.status in WAITING

    @property
    def days_left(self) -> int:
        """Working days until the promise falls due; negative once it is broken."""
        return days_left(self.promised_by)

    @property
    def overdue(self) -> bool:
        """Whether the promise is broken."""
        return self.waiting and self.promised_by < clock.now()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a list, with counts for its filters."""

    rows: tuple[QueueRow, ...]
    total: int  # over all pages
    by_status: Mapping[Status, int]  # with every filter but the status
    mine: int  # these three with every filter but that of their own
    nobody: int
    overdue: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return max(1, -(-self.total // PER_PAGE))


def _overdue() -> ColumnElement[bool]:
    return Application.status.in_(WAITING) & (Application.promised_by < clock.now())


def _found_by(words: str) -> ColumnElement[bool]:
    """Each word in one of the names, or all of it the e-mail address."""
    if not words:
        return true()
    # Unaccented first: a server of locale C lowers nothing but ASCII.
    names = func.lower(func.unaccent(Application.stage_name + " " + Application.legal_name))
    in_names = [names.contains(word, autoescape=True) for word in fold(words).split()]
    return or_(and_(*in_names), Application.contact_email == words.lower())


def _holder(name: str, viewer_id: UUID | None) -> ColumnElement[bool]:
    return {
        "mine": Application.reviewer_id == viewer_id,
        "nobody": Application.reviewer_id.is_(None) & (Application.status == Status.SUBMITTED),
    }.get(name, true())


async def queue(
    session: AsyncSession, viewer_id: UUID | None, asked: Filter, *, waiting_first: bool
) -> QueuePage:
    """Submitted applications that staff may see, those of the viewer's own left out.

    Two statements, however many rows.

    Args:
        viewer_id: whose "mine" is meant.
        waiting_first: oldest promise first; else what moved last comes first.
    """
    status = Application.status.in_(asked.statuses) if asked.statuses else true()
    holder = _holder(asked.holder, viewer_id)
    overdue = _overdue() if asked.overdue else true()
    base = and_(
        Application.submitted_at.is_not(None),
        Application.account_id != viewer_id if viewer_id else false(),
        literal(asked.topic) == any_(Application.topics) if asked.topic else true(),
        Application.province == asked.province if asked.province else true(),
        _found_by(asked.words),
    )
    counts = await _counts(session, viewer_id, base, status=status, holder=holder, overdue=overdue)
    reviewer = aliased(Account)
    order: tuple[Any, ...] = (Application.status_since.desc(), Application.id.desc())
    if waiting_first:
        paused = case((Application.status.in_(WAITING), 0), else_=1)
        order = (paused, Application.promised_by, Application.id)
    columns: tuple[Any, ...] = (
        Application.id,
        Application.stage_name,
        Application.legal_name,
        Application.status,
        Application.status_since,
        Application.submitted_at,
        Application.promised_by,
        Application.reviewer_id,
        func.coalesce(reviewer.display_name, ""),
        Application.topics,
        Application.province,
    )
    rows = await session.execute(
        select(*columns)
        .outerjoin(reviewer, reviewer.id == Application.reviewer_id)
        .where(base, status, holder, overdue)
        .order_by(*order)
        .limit(PER_PAGE)
        .offset((asked.page - 1) * PER_PAGE)
    )
    found = tuple(QueueRow(*row) for row in rows)
    return QueuePage(found, page=asked.page, **counts)


async def _counts(
    session: AsyncSession,
    viewer_id: UUID | None,
    base: ColumnElement[bool],
    *,
    status: ColumnElement[bool],
    holder: ColumnElement[bool],
    overdue: ColumnElement[bool],
) -> dict[str, Any]:
    """How many each filter would leave, given the others. One statement."""

    def counted(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(and_(*where))

    shown = [s for s in Status if s is not Status.DRAFT]
    row = (
        await session.execute(
            select(
                counted(status, holder, overdue),
                counted(status, _holder("mine", viewer_id), overdue),
                counted(status, _holder("nobody", viewer_id), overdue),
                counted(status, holder, _overdue()),
                *(counted(Application.status == s, holder, overdue) for s in shown),
            )
            .select_from(Application)
            .where(base)
        )
    ).one()
    total, mine, nobody, late, *by_status = row
    return {
        "total": total,
        "mine": mine,
        "nobody": nobody,
        "overdue": late,
        "by_status": dict(zip(shown, by_status, strict=True)),
    }
