"""Jobs of a worker that died are done by the next one."""

import pytest
from sqlalchemy import text

from app import worker
from app.core import jobs
from tests.portal import Portal

DIED = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '10 days')"
JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)
SELECT 'default', 'channels.keep_proofs', 'channels.keep_proofs', 'channels.keep_proofs',
    '{"timestamp": 0}', CAST(:status AS procrastinate_job_status),
    (SELECT max(id) FROM procrastinate_workers WHERE :status = 'doing')
"""


@pytest.mark.parametrize("jobs_there", [("doing",), ("doing", "todo")])
async def test_what_a_dead_worker_was_at_is_done_also_when_the_clock_asked_for_it_anew(
    portal: Portal, jobs_there: tuple[str, ...]
) -> None:
    async with portal.transaction() as session:
        await session.execute(text(DIED))
        for status in jobs_there:
            await session.execute(text(JOB), {"status": status})
    with jobs.queue.replace_connector(jobs.connector(portal.url)):
        async with jobs.queue.open_async():
            await worker.rescue(0)
    async with portal.transaction() as session:
        waiting = await session.execute(text("SELECT status::text FROM procrastinate_jobs"))
        assert waiting.all() == [("todo",)]

    await portal.work()

    async with portal.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
