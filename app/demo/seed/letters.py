"""Letters of the past: written by the services, and marked as delivered when they would have been.

Without this the worker would hand a thousand letters over in the first minute, each dated months
after its cause. Their jobs are taken back in the transaction that made them, so that no worker
ever sees them (decision 0016).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_DELIVERED = text("""
    WITH old AS (
        UPDATE mails
        SET state = 'sent', tries = 1, sent_at = created_at + interval '4 seconds'
        WHERE state = 'queued' AND account_id = ANY(:accounts) AND created_at < :before
        RETURNING 'mail:' || id AS lock
    )
    DELETE FROM procrastinate_jobs
    WHERE status = 'todo' AND queueing_lock IN (SELECT lock FROM old)
""")


async def deliver_past(session: AsyncSession, accounts: Collection[UUID], before: datetime) -> None:
    """Mark the letters to `accounts` that were written before a moment as delivered then."""
    await session.execute(_DELIVERED, {"accounts": list(accounts), "before": before})
