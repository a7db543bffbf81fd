"""Writing entries, in the transaction of the change that they tell; and forgetting a person."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.core import clock, locks
from app.core.crypto import uuid7
from app.core.errors import NotAllowed
from app.core.viewer import Viewer
from app.trustlog.models import LogEntry, LogSubject
from app.trustlog.policy import entries
from app.trustlog.policy.entries import Event
from app.trustlog.policy.merkle import leaf_hash
from app.trustlog.queries import known


async def append(session: AsyncSession, event: Event) -> UUID:
    """Write one entry. It waits for nobody; the sequencer gives it its place soon after.

    Returns: the entry's id.
    """
    subject = None
    if event.account_id is not None:
        subject = await subject_of(session, event.account_id)
    entry_id, at = uuid7(), clock.now()
    openings = entries.salted(event.hidden or {})
    body = entries.body(entry_id, at, event, subject, openings)
    session.add(
        LogEntry(
            id=entry_id,
            kind=event.kind,
            at=at,
            subject=subject,
            body=body,
            leaf_hash=leaf_hash(body),
            openings={name: list(opening) for name, opening in openings.items()},
        )
    )
    await session.flush()
    return entry_id


async def append_missing(
    session: AsyncSession, rows: Iterable[tuple[UUID, Event | None]]
) -> tuple[int, UUID | None]:
    """Write what the log lacks of what happened before it.

    Args:
        rows: in order, each with its event; None for one that is told already.

    Returns: how many were written, and the last row, after which to go on; None when none was left.
    """
    count, last = 0, None
    for last, event in rows:  # noqa: B007 - the last one is told
        if event is not None:
            await append(session, event)
            count += 1
    return count, last


async def subject_of(session: AsyncSession, account_id: UUID) -> str:
    """The opaque name of an account in the log, made when first needed.

    Until the transaction ends `forget` waits, so that it closes what is written under the name.
    """
    theirs = (
        select(LogSubject.subject)
        .where(LogSubject.account_id == account_id)
        .with_for_update(read=True, key_share=True)
    )
    found = await session.scalar(theirs)
    if found is None:
        found = await session.scalar(
            insert(LogSubject)
            .values(account_id=account_id, subject=entries.opaque())
            .on_conflict_do_nothing(index_elements=["account_id"])
            .returning(LogSubject.subject)
        )
    if found is None:
        found = await session.scalar(theirs)
    assert found is not None  # noqa: S101 - written above, by us or by somebody just before
    return found


async def forget(session: AsyncSession, by: Viewer, account_id: UUID) -> int:
    """Delete the salts and values behind a person's entries, and whose they were.

    The entries stay as they are, and so does the tree (design §2 "The trust log"). The audit knows
    from now on that nothing is to be told of them again, even where the log knew nothing yet.

    Returns: how many entries say nothing of anybody now.

    Raises:
        NotAllowed: `by` is neither that person nor the portal itself.
    """
    if not (by.is_system or by.account_id == account_id):
        raise NotAllowed("forget: somebody else's entries")
    await locks.hold(session, known.CATCHING_UP)
    subject = await session.scalar(
        delete(LogSubject).where(LogSubject.account_id == account_id).returning(LogSubject.subject)
    )
    await audit.record(session, known.FORGOTTEN, account_id, by)
    if subject is None:
        return 0
    forgotten = await session.scalars(
        update(LogEntry)
        .where(LogEntry.subject == subject, LogEntry.openings.is_not(None))
        .values(openings=None)
        .returning(LogEntry.id)
    )
    return len(forgotten.all())
