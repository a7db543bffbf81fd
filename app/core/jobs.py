"""Jobs: procrastinate on the portal's own database, enqueued in the caller's transaction.

A job is enqueued with the change that asks for it, so neither exists without the other
(design §3). The worker runs it at least once; every job is safe to run twice.
"""

from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())


async def defer(
    session: AsyncSession,
    task: Task[Any, Any, Any] | str,
    key: str | None = None,
    *,
    after: timedelta | None = None,
    **args: Any,
) -> bool:
    """Enqueue `task` as part of `session`'s transaction.

    Args:
        task: the task, or its name: a service stands below its slice's jobs and cannot import them.
        key: at most one job of this key waits at a time; None lets any number wait.
        after: how long it is not to begin yet; None for at once.
        args: what the job is given; JSON values only.

    Returns: False when a job of the same key waits already.
    """
    try:
        async with session.begin_nested():  # a refused INSERT must not spoil the caller's work
            connection = await session.connection()  # inside: this is what emits the SAVEPOINT
            raw = (await connection.get_raw_connection()).driver_connection
            name = task if isinstance(task, str) else task.name
            wait = {"seconds": int(after.total_seconds())} if after else None
            job = queue.configure_task(name, connection=raw, queueing_lock=key, schedule_in=wait)
            await job.defer_async(**args)
    except AlreadyEnqueued:
        return False
    return True


def connector(url: str) -> procrastinate.PsycopgConnector:
    """The worker's own connection pool to the database at SQLAlchemy's `url`."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return procrastinate.PsycopgConnector(conninfo=plain, min_size=1, max_size=8)
