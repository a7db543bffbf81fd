"""The clock's jobs of the directory."""

import asyncio
import sys
from contextlib import suppress

import structlog

from app.core import jobs
from app.core.config import ROOT, settings
from app.core.db import transaction
from app.core.viewer import Viewer
from app.directory.search import feed, keeper, witness
from app.members import service as members

log = structlog.get_logger("directory.jobs")
PORTAL = Viewer.system("portal")


@jobs.queue.periodic(cron="*/1 * * * *")
@jobs.queue.task(name="directory.keep_base", queueing_lock="directory.keep_base")
async def keep_base(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """See to it that the base of the search is new enough."""
    folder = settings().search_folder
    async with transaction() as session:
        renewed = await members.renew_versions(session)
        back = witness.went_back(folder, await feed.state(session))
        if back:
            await members.renew_life(session, PORTAL)
        state = await feed.state(session)
        now = await keeper.situation(session, folder)
    if renewed:
        log.warning("the database comes from another cluster", members=renewed)
    if back:
        log.warning("the database was put back from a copy; its life is renewed")
    with suppress(OSError):  # no room: a builder says so
        witness.note(folder, state)
    if now.due:
        await _build()


async def _build() -> None:
    """Build in a process of its own: it takes a minute of computing, and memory for it."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", "search", "build", cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        failed = await child.wait()
    except asyncio.CancelledError:
        child.terminate()
        await child.wait()
        raise
    if failed:
        log.error("the base of the search was not built", code=failed)
