"""Checks of proofs, and the clock of codes."""

from uuid import UUID

import structlog
from procrastinate import RetryStrategy

from app.channels import service
from app.channels.fetcher import FetchFailed
from app.channels.methods import METHODS, Ask, Finding
from app.channels.methods.reach import reach
from app.core import jobs
from app.core.db import database, transaction
from app.core.viewer import Viewer

log = structlog.get_logger("channels")


@jobs.queue.task(name=service.CHECK, retry=RetryStrategy(max_attempts=5, exponential_wait=2))
async def check_proof(proof_id: str) -> None:
    """Look whether a proof is there, and write down what was seen.

    The database is let go before the page is opened: a slow site holds no connection. Safe to run
    twice; an attempt that was settled meanwhile stays as it is.
    """
    async with database().read() as session:
        asked = await service.ask_of(session, UUID(proof_id))
    if asked is None:
        return
    ask, proof = asked
    finding = await look(proof.method, ask)
    log.info("checked", method=proof.method, platform=ask.platform, failure=finding.failure)
    async with transaction() as session:
        await service.record(session, UUID(proof_id), finding)


async def look(method: str, ask: Ask) -> Finding:
    """What `method` sees at the page that is asked about; a page that cannot be read is one too."""
    try:
        return await METHODS[method].check(ask, reach())
    except FetchFailed as failed:
        return Finding(failed.key, {"url": ask.url, "detail": failed.detail})


@jobs.queue.periodic(cron="*/15 * * * *")
@jobs.queue.task(name="channels.expire_codes", queueing_lock="channels.expire_codes")
async def expire_codes(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """End the attempts whose code is over."""
    async with transaction() as session:
        await service.expire_codes(session, Viewer.system("clock"))
