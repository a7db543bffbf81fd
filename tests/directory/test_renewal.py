"""A database whose files were put back from a copy gets a new life, so that nothing kept is taken for true."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from app import cli
from app.audit.models import AuditEvent
from app.core.config import settings
from app.core.db import Database
from app.directory import jobs
from app.directory.search import feed, keeper, witness
from app.members import service
from tests.directory.following import folders, index_on, joined, names
from tests.directory.settling import settled
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal


async def state_of(database: Database) -> feed.State:
    async with database.read() as session:
        return await feed.state(session)


async def renew(database: Database) -> None:
    async with database.write() as session:
        await service.renew_life(session, OPERATOR)


async def test_each_renewal_is_another_life(database: Database) -> None:
    lives = [(await state_of(database)).life]
    for _time in range(3):
        await renew(database)
        lives.append((await state_of(database)).life)
    assert len(set(lives)) == 4
    assert (await state_of(database)).life == lives[-1]
    async with database.read() as session:
        told = await session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject_id.is_(None))
        )
        assert list(told) == ["members.life_renewed"] * 3


async def test_renewing_changes_no_member(database: Database, tmp_path: Path) -> None:
    one, _two = await joined(database, "An", "Bình")
    async with index_on(database, tmp_path) as index:
        before = await index.version(one.serial)
        await renew(database)
        assert await names(index, database) == ["An", "Bình"]
        assert await index.version(one.serial) == before


async def test_a_base_of_before_is_left_and_another_built(
    database: Database, tmp_path: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    await joined(database, "An")
    base = await asyncio.to_thread(keeper.build, url, tmp_path)
    await renew(database)
    async with database.read() as session:
        assert (await keeper.situation(session, tmp_path)).base is None
    again = await asyncio.to_thread(keeper.build, url, tmp_path)
    assert folders(tmp_path) == [again.name] != [base.name]


@pytest.mark.parametrize(
    "address",
    [
        "/members",
        "/api/v1/members",
        "{page}",
        "/api/v1{page}",
        "{page}/card.vcf",
        "{page}/card.png",
    ],
)
async def test_a_tag_of_before_says_nothing(portal: Portal, address: str) -> None:
    """What is in the answers is other than then, but has the version that was given then."""
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Tên Trước")
    await settled(portal)
    address = address.format(page=f"/members/{member.number}")
    tag = {"If-None-Match": (await portal.get(address)).headers["ETag"]}
    assert (await portal.get(address, headers=tag)).status_code == 304
    async with portal.transaction() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("UPDATE members SET stage_name = 'Tên Sau', sort_key = 'x'"))
    await renew(portal.database)
    await settled(portal)
    answer = await portal.get(address, headers=tag)
    assert answer.status_code == 200
    if not address.endswith(".png"):
        assert "Tên Sau" in answer.text
        assert "Tên Trước" not in answer.text


async def test_whoever_keeps_a_copy_is_told_to_begin_anew(portal: Portal) -> None:
    async with portal.transaction() as session:
        await make_member(session)
    await settled(portal)
    cursor = (await portal.get("/api/v1/changes")).json()["next"]
    assert (await portal.get(f"/api/v1/changes?since={cursor}")).status_code == 200
    await renew(portal.database)
    assert (await portal.get(f"/api/v1/changes?since={cursor}")).status_code == 410
    await settled(portal)
    anew = (await portal.get("/api/v1/changes")).json()
    assert len(anew["changes"]) == 1


async def test_the_worker_notices_that_the_database_went_back(portal: Portal) -> None:
    """The folder of bases remembers how far it was; the server's files come from before that."""
    folder = settings().search_folder
    await jobs.keep_base(0)
    before = await state_of(portal.database)
    await jobs.keep_base(0)
    assert (await state_of(portal.database)).life == before.life
    further = feed.State(before.life, feed.Moment(before.moment.xmax + 1_000_000, ()))
    witness.note(folder, further)
    await jobs.keep_base(0)
    now = await state_of(portal.database)
    assert now.life != before.life
    await jobs.keep_base(0)
    assert (await state_of(portal.database)).life == now.life


@pytest.mark.parametrize("written", ["", "x", "a b c", "0123456789abcdef -", "\x00"])
def test_what_is_remembered_may_be_lost_or_spoilt(tmp_path: Path, written: str) -> None:
    now = feed.State("0123456789abcdef", feed.Moment(7, ()))
    assert not witness.went_back(tmp_path / "nowhere", now)
    (tmp_path / "seen").write_text(written)
    assert not witness.went_back(tmp_path, now)
    witness.note(tmp_path, now)
    assert not witness.went_back(tmp_path, now)
    assert witness.went_back(tmp_path, feed.State(now.life, feed.Moment(6, ())))
    assert not witness.went_back(tmp_path, feed.State("another", feed.Moment(6, ())))


async def test_an_operator_renews_it_by_a_command(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await state_of(portal.database)
    monkeypatch.setenv("DATABASE_URL", portal.url)
    settings.cache_clear()
    try:
        done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["search", "renew"])
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert (done.exit_code, done.output.startswith("renewed")) == (0, True), done.output
    assert (await state_of(portal.database)).life != before.life
