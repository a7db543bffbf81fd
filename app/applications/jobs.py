"""The clock of applications."""

from app.applications.service import keeping, portraits
from app.core import jobs
from app.core.db import transaction
from app.core.viewer import Viewer


@jobs.queue.periodic(cron="*/10 * * * *")
@jobs.queue.task(name="applications.keep_deadlines", queueing_lock="applications.keep_deadlines")
async def keep_deadlines(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """Let drafts and unanswered questions run out, and remind before they do."""
    async with transaction() as session:
        await keeping.keep_deadlines(session, Viewer.system("clock"))


@jobs.queue.task(name=portraits.FORGET)
async def forget_portrait(portrait: str) -> None:
    """Delete a portrait that was replaced, or uploaded and never saved."""
    await portraits.forget_unused(portrait)
