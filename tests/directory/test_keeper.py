"""The keeper of bases: when one is due, and that a builder that fails harms nothing."""

import asyncio
import fcntl
import os
import resource
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from procrastinate.tasks import Task
from sqlalchemy import text

from app.core import clock
from app.core.config import ROOT, settings
from app.core.db import Database, use_database
from app.directory import jobs
from app.directory.search import bases, feed, keeper
from app.directory.search.keeper import Situation
from app.members import service
from app.members.models import MemberChange
from tests.directory.following import asked, folders, index_on, joined, rename, until

SOME = feed.State("0" * 16, feed.Moment(10, ()))


def situation(members: int, changed: int, *, days: float = 0, many: bool = True) -> Situation:
    base = bases.Base(Path("x"), SOME, clock.now() - timedelta(days=days), members)
    return Situation(base, changed, many)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (Situation(None, 0, many=False), False),
        (Situation(None, 0, many=True), True),
        (situation(30_000, 5_000), False),
        (situation(30_000, 5_001), True),
        (situation(1_000_000, 10_000), False),
        (situation(1_000_000, 10_001), True),
        (situation(30_000, 0, days=9), False),
        (situation(30_000, 1, days=0.99), False),
        (situation(30_000, 1, days=1.01), True),
    ],
)
def test_a_base_is_due_when_there_is_none_or_too_much_changed(now: Situation, *, due: bool) -> None:
    assert now.due is due


def url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


async def build(database: Database, folder: Path) -> bases.Base:
    return await asyncio.to_thread(keeper.build, url(database), folder)


async def test_a_base_holds_everybody_and_the_old_one_goes(
    database: Database, tmp_path: Path
) -> None:
    one, _two = await joined(database, "An", "Bình")
    first = await build(database, tmp_path)
    async with index_on(database, tmp_path, small=0) as index:
        assert (await index.found(asked())).total == 2
        await rename(database, one, "Yến")
        second = await build(database, tmp_path)
        assert folders(tmp_path) == [second.name]
        assert first.name < second.name
        assert (await index.found(asked())).total == 2  # the old one is still open here
    async with database.read() as session:
        now = await keeper.situation(session, tmp_path)
    assert (now.base, now.changed, now.due) == (second, 0, False)


async def test_what_changed_since_a_base_is_counted(database: Database, tmp_path: Path) -> None:
    one, _two = await joined(database, "An", "Bình")
    await build(database, tmp_path)
    await rename(database, one, "Yến")
    await rename(database, one, "Xuân")
    await joined(database, "Cúc")
    async with database.read() as session:
        assert (await keeper.situation(session, tmp_path)).changed == 2


async def test_one_builds_at_a_time(database: Database, tmp_path: Path) -> None:
    with (tmp_path / "lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(keeper.BusyError):
            await build(database, tmp_path)
    assert (await build(database, tmp_path)).members == 0


async def started(database: Database, folder: Path, most: int = -1) -> asyncio.subprocess.Process:
    """`portal search build`; `most` is how many bytes a file of its may have."""

    def limit() -> None:
        if most >= 0:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    environment = {**os.environ, "DATABASE_URL": url(database), "PORTAL_DATA_DIR": str(folder)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", "search", "build", cwd=ROOT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, preexec_fn=limit,
    )  # fmt: skip


async def test_a_builder_killed_half_way_leaves_the_last_base(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "search"
    (one,) = await joined(database, "An")
    last = await build(database, folder)
    await rename(database, one, "Bình")
    async with database._sessions() as blocking:
        await blocking.execute(text("LOCK TABLE members IN ACCESS EXCLUSIVE MODE"))
        builder = await started(database, tmp_path)

        async def half() -> bool:
            return len(folders(folder)) == 2

        await until(half, "the builder has begun")
        builder.send_signal(signal.SIGKILL)
        await builder.wait()
    async with database.read() as session:
        assert (await keeper.situation(session, folder)).base == last
    builder = await started(database, tmp_path)
    assert await builder.wait() == 0
    async with database.read() as session:
        now = await keeper.situation(session, folder)
    assert now.base is not None
    assert folders(folder) == [now.base.name] != [last.name]


async def test_a_full_disk_leaves_the_last_base_and_says_so(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "search"
    (one,) = await joined(database, "An")
    last = await build(database, folder)
    await rename(database, one, "Bình")
    builder = await started(database, tmp_path, most=16)
    _out, told = await builder.communicate()
    assert (builder.returncode, told.decode().splitlines()[0][:10]) == (1, "Not built:")
    assert folders(folder) == [last.name]


async def test_the_clock_builds_what_is_due_and_nothing_else(
    database: Database, tmp_path: Path
) -> None:
    """Few members do without a base: the job looks, and goes."""
    await joined(database, "An")
    use_database(database)
    try:
        assert isinstance(jobs.keep_base, Task)
        await jobs.keep_base(timestamp=0)
    finally:
        use_database(None)
    assert not settings().search_folder.exists() or folders(settings().search_folder) == []


async def test_versions_of_another_cluster_are_renewed(database: Database) -> None:
    """A dump brings numbers of transactions that are still to come here."""
    one, two = await joined(database, "An", "Bình")
    async with database.write() as session:
        row = await session.get_one(MemberChange, one.account_id)
        kept = (await session.get_one(MemberChange, two.account_id)).xid
        row.xid += 1_000_000_000
    async with database.write() as session:
        assert await service.renew_versions(session) == 1
        own = await session.scalar(text("SELECT pg_current_xact_id()::text::bigint"))
    async with database.write() as session:
        assert await service.renew_versions(session) == 0
        found = [(await session.get_one(MemberChange, m.account_id)).xid for m in (one, two)]
    assert found == [own, kept]
