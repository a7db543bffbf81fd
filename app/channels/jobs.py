"""Checks of proofs, and the clock: of codes, of proofs that are kept, of notices."""

import time
from base64 import b64decode
from uuid import UUID

import structlog
from procrastinate import JobContext, RetryStrategy

from app.accounts.providers.base import ProviderDown, ProviderError
from app.channels import looking, service
from app.channels.fetcher import FetchFailed
from app.channels.methods import METHODS, Ask, Finding
from app.channels.methods.oauth.adapters import adapters
from app.channels.methods.reach import reach
from app.channels.service import grants, keeping, notices, sightings, visits
from app.core import jobs
from app.core.db import database, transaction
from app.core.viewer import Viewer

log = structlog.get_logger("channels")

GIVING_BACK = 6  # tries, over about an hour
MOST_SECONDS = 50.0  # of one run; the clock begins the next each minute


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
    except Exception:  # who waits for the outcome is told one
        log.exception("check broke", method=method, platform=ask.platform)
        return Finding("unreadable", {"url": ask.url})


@jobs.queue.task(name=keeping.RECHECK, retry=RetryStrategy(max_attempts=3, exponential_wait=2))
async def recheck_proof(proof_id: str) -> None:
    """Look again at a proof that is kept, because its owner asked. Safe to run twice."""
    await looking.look_now(UUID(proof_id))


@jobs.queue.periodic(cron="* * * * *")
@jobs.queue.task(
    name="channels.keep_proofs", queueing_lock="channels.keep_proofs", lock="channels.keep_proofs"
)
async def keep_proofs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Look again at the proofs that are due, until none is or the next minute takes over."""
    began = time.monotonic()
    while time.monotonic() - began < MOST_SECONDS and await looking.go_round():
        pass


@jobs.queue.periodic(cron="7 * * * *")
@jobs.queue.task(name="channels.keep_notices", queueing_lock="channels.keep_notices")
async def keep_notices(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Tell those who have no proven channel that their thirty days end, or have ended."""
    async with database().read() as session:
        due = await notices.due(session)
    for notice_id in due:
        async with transaction() as session:
            await notices.remind(session, notice_id)


@jobs.queue.periodic(cron="*/15 * * * *")
@jobs.queue.task(name="channels.expire_codes", queueing_lock="channels.expire_codes")
async def expire_codes(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """End the attempts whose code is over, a few in a transaction."""
    ended = 1
    while ended:
        async with transaction() as session:
            ended = await service.expire_codes(session, Viewer.system("clock"))


@jobs.queue.task(
    name=grants.GIVE_BACK,
    pass_context=True,
    retry=RetryStrategy(max_attempts=GIVING_BACK, exponential_wait=5),
)
async def give_back(
    context: JobContext, channel_id: str, platform: str, key_id: str, sealed: str
) -> None:
    """Give a grant that is deleted here back to its platform. Safe to run twice.

    Whatever comes of it, the job ends well in the end, so that what was sealed goes with it.
    """
    grant = grants.opened(UUID(channel_id), key_id, b64decode(sealed))
    adapter = adapters().get(platform)
    if grant is None or adapter is None:
        return
    try:
        await adapter.revoke(grant)
    except ProviderError as failed:
        tries = (context.job.attempts if context.job else 0) + 1
        if isinstance(failed, ProviderDown) and tries < GIVING_BACK:
            raise
        log.warning("not given back", platform=platform, reason=failed.reason)


@jobs.queue.periodic(cron="*/15 * * * *")
@jobs.queue.task(name="channels.forget_visits", queueing_lock="channels.forget_visits")
async def forget_visits(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Forget visits that nobody will finish."""
    async with transaction() as session:
        await visits.forget_old(session)


@jobs.queue.task(name=sightings.FORGET)
async def forget_capture(channel_id: str, name: str) -> None:
    """Delete a capture that was uploaded and that no proof has."""
    await sightings.forget_unused(UUID(channel_id), name)
