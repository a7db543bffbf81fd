"""Reading a thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.cases.models import Audience, Author, Message
from app.core.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread. `author` is person, staff or system; `event` only for system."""

    id: UUID
    at: datetime
    author: str
    author_name: str
    audience: str
    words: str
    event: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a conversation, as `components/cases.html` shows it."""

    kind: Literal["message", "event"]
    text: str
    at: datetime
    author: str = ""
    mine: bool = False
    staff: bool = False
    internal: bool = False


def conversation(
    thread: Sequence[Said], tell: Callable[[Said], str], *, staff: bool
) -> tuple[Entry, ...]:
    """A thread as one of its readers has it.

    Args:
        tell: puts an event into the reader's words; "" for one that does not concern them.
        staff: whether staff read; else the person concerned, whose own words are marked.
    """
    found = []
    for said in thread:
        if said.event is not None:
            if sentence := tell(said):
                found.append(Entry("event", sentence, said.at))
            continue
        found.append(
            Entry(
                "message",
                said.words,
                said.at,
                said.author_name,
                mine=not staff and said.author == Author.PERSON,
                staff=said.author == Author.STAFF,
                internal=said.audience == Audience.STAFF,
            )
        )
    return tuple(found)


async def thread(session: AsyncSession, case_id: UUID, *, staff: bool) -> tuple[Said, ...]:
    """The messages that this reader may see, oldest first. One statement.

    Args:
        staff: also what staff said among themselves.
    """
    statement = (
        select(
            Message.id,
            Message.at,
            Message.author,
            Account.display_name,
            Message.audience,
            Message.words,
            Message.event,
            Message.facts,
        )
        .outerjoin(Account, Account.id == Message.author_id)
        .where(Message.case_id == case_id)
        .order_by(Message.at, Message.id)
    )
    if not staff:
        statement = statement.where(Message.audience == Audience.EVERYONE)
    rows = await session.execute(statement)
    return tuple(
        Said(r[0], r[1], r[2].value, r[3] or "", r[4].value, r[5], r[6], r[7]) for r in rows
    )


async def has_said(session: AsyncSession, case_id: UUID, by: Viewer, words: str) -> bool:
    """Whether `by` has said just these words in the thread before. One statement."""
    found = await session.scalar(
        select(
            exists().where(
                Message.case_id == case_id,
                Message.author_id == by.account_id,
                Message.words == words,
            )
        )
    )
    return bool(found)
