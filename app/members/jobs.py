"""The clock of memberships."""

from app.core import jobs
from app.core.db import transaction
from app.core.viewer import Viewer
from app.members import service


@jobs.queue.periodic(cron="*/10 * * * *")
@jobs.queue.task(name="members.keep_terms", queueing_lock="members.keep_terms")
async def keep_terms(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """End suspensions and terms whose day has passed, and remind of terms that end soon."""
    async with transaction() as session:
        await service.keep_terms(session, Viewer.system("clock"))
