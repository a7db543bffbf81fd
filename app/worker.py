"""The worker process: jobs of every slice, the clock's own, and the signer of the log."""

import asyncio
import signal
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import structlog
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from psycopg import OperationalError as PsycopgDown
from psycopg_pool import PoolTimeout

from app import tables  # noqa: F401 - all models, before any query
from app.conduct.sealing import watching
from app.core import db, jobs, log
from app.core.config import settings
from app.mail import delivery  # noqa: F401 - its task
from app.trustlog import sequencer
from app.web import ratelimit

logger = structlog.get_logger("worker")

for _found in sorted(Path(__file__).parent.glob("*/jobs.py")):
    if _found.parent.name != "core":
        import_module(f"app.{_found.parent.name}.jobs")


@jobs.queue.periodic(cron="*/1 * * * *")
@jobs.queue.task(name="jobs.rescue", queueing_lock="jobs.rescue")
async def rescue(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Give the jobs of a worker that died back to the queue."""
    await _give_back_stalled()


@jobs.queue.periodic(cron="17 * * * *")
@jobs.queue.task(name="web.forget_counters", queueing_lock="web.forget_counters")
async def forget_counters(timestamp: int) -> None:  # noqa: ARG001
    """Drop rate counters of past windows."""
    await ratelimit.forget_old()


async def work() -> None:
    """Work until told to stop; when the database goes away, wait for it and go on."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    wait = 0.2
    while not stopping.is_set():
        try:
            await _once(stopping)
            wait = 0.2
        except (PsycopgDown, PoolTimeout, ConnectorException, OSError) as away:
            logger.warning("database away; trying again", kind=type(away).__name__, seconds=wait)
            await asyncio.wait([asyncio.ensure_future(stopping.wait())], timeout=wait)
            wait = min(wait * 2, 5)


async def _once(stopping: asyncio.Event) -> None:
    """Work on one set of connections until they break or `stopping` is set."""
    engine = db.make_engine(settings().database_url, pool_size=4)
    db.use_database(db.Database(engine))
    try:
        with jobs.queue.replace_connector(jobs.connector(settings().database_url)):
            async with jobs.queue.open_async():
                await _give_back_stalled()
                await _until(stopping)
    finally:
        db.use_database(None)
        await engine.dispose()


async def _until(stopping: asyncio.Event) -> None:
    running = asyncio.ensure_future(
        jobs.queue.run_worker_async(
            concurrency=4,
            install_signal_handlers=False,
            fetch_job_polling_interval=2,
            update_heartbeat_interval=5,
            stalled_worker_timeout=20,
            delete_jobs="successful",
            shutdown_graceful_timeout=20,
        )
    )
    signing = asyncio.ensure_future(sequencer.run(stopping))  # beside the jobs, whatever they do
    stop = asyncio.ensure_future(stopping.wait())
    await asyncio.wait([running, stop], return_when=asyncio.FIRST_COMPLETED)
    for beside in (stop, signing):
        beside.cancel()
        with suppress(asyncio.CancelledError):
            await beside
    if running.done():
        running.result()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _give_back_stalled() -> None:
    manager = jobs.queue.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=20):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # another of its key waits already, and will do the same
            await manager.finish_job(job, Status.ABORTED, delete_job=True)


def main() -> None:
    """Run the worker process."""
    log.configure()
    watching.tell()
    asyncio.run(work())
