"""Keeping the issuer's document what the configuration says."""

from app.core import jobs
from app.core.db import transaction
from app.core.viewer import Viewer
from app.credentials import issuer


@jobs.queue.periodic(cron="*/1 * * * *")
@jobs.queue.task(name="credentials.publish", queueing_lock="credentials.publish")
async def publish(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Publish the issuer's document when a key came or went."""
    async with transaction() as session:
        await issuer.publish(session, Viewer.system("clock"))
