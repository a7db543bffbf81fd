"""Opening a case and speaking in it. Who may is the flow's to decide, before it calls."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.cases.models import Audience, Author, Case, Message
from app.core import clock
from app.core.viewer import Viewer


async def open_case(session: AsyncSession, kind: str, subject_id: UUID) -> UUID:
    """Open a thread about `subject_id`. Returns: the case's id."""
    case = Case(kind=kind, subject_id=subject_id)
    session.add(case)
    await session.flush()
    return case.id


async def close(session: AsyncSession, case_id: UUID) -> None:
    """Write down that a thread is over. One that is over stays as it was."""
    case = await session.get_one(Case, case_id)
    case.closed_at = case.closed_at or clock.now()
    await session.flush()


async def say(
    session: AsyncSession,
    case_id: UUID,
    by: Viewer,
    words: str,
    *,
    author: Author,
    audience: Audience = Audience.EVERYONE,
    **facts: Any,
) -> None:
    """Add what somebody says, as they wrote it.

    Args:
        author: the part in which `by` speaks: a member of staff may also be an applicant.
        facts: what belongs to the message, such as the sections to change; JSON values only.
    """
    session.add(
        Message(
            case_id=case_id,
            at=clock.now(),
            author=author,
            author_id=by.account_id,
            audience=audience,
            words=words,
            facts=facts,
        )
    )
    await session.flush()


async def tell(
    session: AsyncSession,
    case_id: UUID,
    event: str,
    by: Viewer | None = None,
    *,
    audience: Audience = Audience.EVERYONE,
    **facts: Any,
) -> None:
    """Add that something happened; each reader sees it in their own language.

    Args:
        event: a key such as "application.submitted"; the flow's template has its sentence.
        facts: what the sentence needs; JSON values only.
    """
    session.add(
        Message(
            case_id=case_id,
            at=clock.now(),
            author=Author.SYSTEM,
            author_id=by.account_id if by else None,
            audience=audience,
            event=event,
            facts=facts,
        )
    )
    await session.flush()
