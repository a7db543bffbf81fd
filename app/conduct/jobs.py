"""Sealing the documents of signatures, and looking after those that are sealed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from procrastinate import RetryStrategy
from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct import service
from app.conduct.sealing import keeping, queries, watching
from app.core import clock, jobs
from app.core.config import settings
from app.core.db import transaction

AT_ONCE = 500  # jobs that one transaction enqueues
STAMP_AGAIN = "conduct.stamp_again"
AHEAD = timedelta(days=90)  # before the last time stamp of a document ends
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=3)  # over about three hours


@jobs.queue.task(name=service.SEAL, retry=PATIENT)
async def seal(signature_id: str) -> None:
    """Seal the document of a signature. Safe to run twice, and at once.

    While no certificate holds it does nothing: `seal_missing` takes the document up again.
    """
    if watching.tell():
        await keeping.seal(UUID(signature_id))


@jobs.queue.task(name=STAMP_AGAIN, retry=PATIENT)
async def stamp_again(signature_id: str) -> None:
    """Put a further time stamp on a document that is sealed for long. Safe to run twice."""
    await keeping.stamp_again(UUID(signature_id), clock.now() + AHEAD)


@jobs.queue.periodic(cron="41 * * * *")
@jobs.queue.task(name="conduct.seal_missing", queueing_lock="conduct.seal_missing")
async def seal_missing(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Take up signatures whose document is not sealed: no authority answered for long."""
    if watching.tell():
        await _each(queries.unsealed, service.SEAL)


@jobs.queue.periodic(cron="23 4 * * *")
@jobs.queue.task(name="conduct.stamp_ending", queueing_lock="conduct.stamp_ending")
async def stamp_ending(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Take up documents whose last time stamp ends soon."""
    before = clock.now() + AHEAD

    async def ending(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[UUID]:
        return await queries.ending(session, before, after, limit)

    seal = settings().seal
    if seal and seal.long_term:
        await _each(ending, STAMP_AGAIN)


async def _each(
    found: Callable[[AsyncSession, UUID | None, int], Awaitable[Sequence[UUID]]], task: str
) -> None:
    """Enqueue `task` for each signature that `found` gives, page by page."""
    last: UUID | None = None
    while True:
        async with transaction() as session:
            page = await found(session, last, AT_ONCE)
            for one in page:
                await jobs.defer(session, task, f"{task}:{one}", signature_id=str(one))
        if not page:
            return
        last = page[-1]
