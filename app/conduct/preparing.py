"""How far one person is on the way to signing: what was read, the tries at the test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct import policy, queries
from app.conduct.bank import Question, bank
from app.conduct.models import Attempt, CodeVersion, Reading
from app.conduct.policy import Drawn
from app.conduct.queries import Code, SignatureView
from app.core import clock


@dataclass(frozen=True, slots=True)
class Try:
    """One try at the test."""

    id: UUID
    account_id: UUID
    version_id: UUID
    number: int
    drawn: tuple[Drawn, ...]
    given: tuple[int, ...]
    correct: int | None
    passed: bool | None
    finished_at: datetime | None

    @property
    def is_whole(self) -> bool:
        """Whether the bank still has every question that was drawn."""
        return all(asked.question in bank() for asked in self.drawn)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the person sees it, and, once they answered, what was right."""

    position: int  # from 1
    duty: str
    ask: str
    answers: tuple[str, ...]  # in the order shown
    chosen: int | None
    right: int
    because: str

    @property
    def is_right(self) -> bool:
        """Whether the right answer was chosen."""
        return self.chosen == self.right


@dataclass(frozen=True, slots=True)
class Preparation:
    """One person before the version in force."""

    code: Code
    read: int  # the first so many duties
    tries: tuple[Try, ...]  # newest first
    signature: SignatureView | None

    @property
    def duties(self) -> int:
        """How many duties there are to read."""
        return len(self.code.content.duties)

    @property
    def has_read(self) -> bool:
        """Whether every duty was read."""
        return self.read >= self.duties

    @property
    def open_try(self) -> Try | None:
        """The try that waits for its answers."""
        newest = self.tries[0] if self.tries else None
        return newest if newest and newest.finished_at is None and newest.is_whole else None

    @property
    def passed(self) -> Try | None:
        """A try that was passed."""
        return next((t for t in self.tries if t.passed), None)

    @property
    def failed_at(self) -> datetime | None:
        """When the last try ended, if it failed."""
        done = next((t for t in self.tries if t.finished_at is not None), None)
        return done.finished_at if done and not done.passed else None

    @property
    def next_try(self) -> datetime | None:
        """From when the test may be tried again after a failure."""
        return policy.next_try(self.failed_at, self.code.content.test)

    def pausing(self, at: datetime) -> bool:
        """Whether the pause after a failure still runs at `at`."""
        return policy.pausing(self.failed_at, self.code.content.test, at)


def _try(row: Any) -> Try:
    return Try(
        row.id,
        row.account_id,
        row.version_id,
        row.number,
        tuple(Drawn.of(stored) for stored in row.drawn),
        tuple(row.given or ()),
        row.correct,
        row.passed,
        row.finished_at,
    )


async def preparation(session: AsyncSession, account_id: UUID) -> Preparation | None:
    """How far `account_id` is with the version in force; None without one. Five statements."""
    code = await queries.in_force(session)
    if code is None:
        return None
    read = await session.scalar(
        select(Reading.duties).where(
            Reading.account_id == account_id, Reading.version_id == code.id
        )
    )
    tries = await session.scalars(
        select(Attempt)
        .where(Attempt.account_id == account_id, Attempt.version_id == code.id)
        .order_by(Attempt.number.desc())
    )
    return Preparation(
        code,
        min(read or 0, len(code.content.duties)),
        tuple(_try(row) for row in tries),
        await queries.signature_of(session, account_id, code.id),
    )


async def how_far(session: AsyncSession, account_id: UUID) -> tuple[UUID, int, int] | None:
    """The version in force, how many duties it has, how many were read. One statement."""
    row = (
        await session.execute(
            select(
                CodeVersion.id,
                func.jsonb_array_length(CodeVersion.content["duties"]),
                func.coalesce(Reading.duties, 0),
            )
            .outerjoin(
                Reading,
                (Reading.version_id == CodeVersion.id) & (Reading.account_id == account_id),
            )
            .where(CodeVersion.effective_from <= clock.today())
            .order_by(CodeVersion.effective_from.desc())
            .limit(1)
        )
    ).first()
    return (row[0], row[1], row[2]) if row is not None else None


async def one_try(session: AsyncSession, account_id: UUID, try_id: UUID) -> Try | None:
    """A try of one's own. One statement."""
    row = await session.scalar(
        select(Attempt).where(Attempt.id == try_id, Attempt.account_id == account_id)
    )
    return _try(row) if row is not None else None


def asked(
    one: Try, questions: Mapping[str, Question] | None = None, given: Sequence[int] = ()
) -> tuple[Asked, ...]:
    """The questions of a try in the reader's language; those that left the bank are left out."""
    known = questions if questions is not None else bank()
    chosen = given or one.given
    found = []
    for position, drawn in enumerate(one.drawn, start=1):
        question = known.get(drawn.question)
        if question is None:
            continue
        wording = question.said()
        found.append(
            Asked(
                position,
                question.duty,
                wording.ask,
                tuple(wording.answers[n] for n in drawn.order),
                chosen[position - 1] if chosen else None,
                drawn.right,
                wording.because,
            )
        )
    return tuple(found)
