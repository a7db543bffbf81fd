"""The index of a process: it shows what is committed, all of it, or nothing."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, event, text, update

from app.channels.models import Channel
from app.core.db import Database
from app.credentials.models import Credential
from app.directory.policy import Query
from app.directory.search import Found, UnknownCursor
from app.directory.search.live import Live
from app.members.models import Member, Standing
from tests import databases
from tests.conftest import statements
from tests.directory.following import asked, index_on, joined, names, rename, until
from tests.factories.conduct import make_code, make_signature
from tests.factories.directory import PROVEN, prove
from tests.factories.members import viewer_of

EVERYBODY = Query(standing=tuple(standing.value for standing in Standing))


async def test_who_joins_changes_and_leaves_is_found_so(index: Live, database: Database) -> None:
    assert await names(index, database) == []
    one, two = await joined(database, "Bình", "An")
    assert await names(index, database) == ["An", "Bình"]
    await rename(database, two, "Cúc")
    assert await names(index, database) == ["Bình", "Cúc"]
    async with database.write() as session:
        await session.execute(
            update(Member).where(Member.id == one.id).values(standing=Standing.LEFT)
        )
    assert await names(index, database) == ["Cúc"]
    assert await names(index, database, standing="left") == ["Bình"]


async def test_a_deleted_member_is_forgotten(index: Live, database: Database) -> None:
    one, two = await joined(database, "Bình", "An")
    assert await index.version(two.serial) is not None
    async with database.write() as session:
        await session.execute(text("ALTER TABLE standing_changes DISABLE TRIGGER USER"))
        await session.execute(
            text("DELETE FROM standing_changes WHERE member_id = :id"), {"id": two.id}
        )
        await session.execute(text("ALTER TABLE standing_changes ENABLE TRIGGER USER"))
        await session.execute(delete(Credential).where(Credential.member_id == two.id))
        await session.execute(delete(Member).where(Member.id == two.id))
    assert await index.version(two.serial) is None
    assert [hit.serial for hit in (await index.found(asked())).hits] == [one.serial]


async def test_channels_proven_lost_and_removed(index: Live, database: Database) -> None:
    (member,) = await joined(database, "An")
    async with database.write() as session:
        channel = await prove(session, member, "https://www.tiktok.com/@bepmai")
    assert await names(index, database, q="bepmai") == ["An"]
    assert await names(index, database, platform="tiktok") == ["An"]
    async with database.write() as session:
        await session.execute(
            update(Channel).where(Channel.id == channel.id).values(lost_at=PROVEN)
        )
    assert await names(index, database, platform="tiktok") == []


async def test_a_signature_gives_another_version(index: Live, database: Database) -> None:
    (member,) = await joined(database, "An")
    before = await index.version(member.serial)
    async with database.write() as session:
        await make_code(session)
        await make_signature(session, viewer_of(member))
    after = await index.version(member.serial)
    assert None not in (before, after)
    assert before != after


async def test_what_commits_late_is_not_missed(index: Live, database: Database) -> None:
    """The older transaction commits after the younger one was seen, and after one more."""
    slow, quick, third = await joined(database, "An", "Bình", "Cúc")
    async with database._sessions() as late:
        change = update(Member).where(Member.id == slow.id)
        await late.execute(change.values(stage_name="Yến", sort_key="Yến"))
        await rename(database, quick, "Xuân")
        assert await names(index, database) == ["An", "Cúc", "Xuân"]
        await rename(database, third, "Zung")
        assert await names(index, database) == ["An", "Xuân", "Zung"]
        await late.commit()
    assert await names(index, database) == ["Xuân", "Yến", "Zung"]


async def test_what_is_rolled_back_is_never_shown(index: Live, database: Database) -> None:
    (member,) = await joined(database, "An")
    before = await index.version(member.serial)
    async with database._sessions() as undone:
        await undone.execute(update(Member).values(stage_name="Khác"))
        assert await index.version(member.serial) == before
        await undone.rollback()
    await joined(database, "Bình")
    assert await names(index, database) == ["An", "Bình"]
    assert await index.version(member.serial) == before


async def test_an_answer_may_be_as_old_as_allowed_and_costs_nothing_then(
    database: Database, tmp_path: Path
) -> None:
    await joined(database, "An")
    async with index_on(database, tmp_path, max_age=3600) as index:
        assert (await index.found(asked())).total == 1
        await joined(database, "Bình")
        with statements(database.engine) as seen:
            assert (await index.found(asked())).total == 1
        assert seen == []


async def test_the_index_is_kept_up_when_nobody_asks(database: Database, tmp_path: Path) -> None:
    async with index_on(database, tmp_path, max_age=3600) as index:
        index.start()
        await joined(database, "An")

        async def shown() -> bool:
            return (await index.found(asked())).total == 1

        await until(shown, "the new member is found")


async def test_those_who_ask_at_once_share_a_look(index: Live, database: Database) -> None:
    await joined(database, "An")
    await index.found(asked())
    with statements(database.engine) as seen:
        found = await asyncio.gather(*(index.found(asked()) for _each in range(50)))
    assert {each.total for each in found} == {1}
    assert len(seen) == 1


async def test_whoever_asks_during_a_look_gets_a_later_one(
    index: Live, database: Database, page_database: tuple[str, Database]
) -> None:
    """A look that began before a commit may have missed it: it is not theirs to share."""
    (member,) = await joined(database, "An")
    await index.found(asked())
    plain = databases._server().set(database=page_database[0])
    asking: list[asyncio.Task[Found]] = []

    def commit_and_ask(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "pg_current_snapshot" in statement and not asking:  # a look has just read
            with psycopg.connect(plain.render_as_string(hide_password=False)) as another:
                another.execute("UPDATE members SET topics = '{music}'")
            asking.append(asyncio.ensure_future(index.found(asked(topic="music"))))

    event.listen(database.engine.sync_engine, "after_cursor_execute", commit_and_ask)
    try:
        await index.found(asked())
    finally:
        event.remove(database.engine.sync_engine, "after_cursor_execute", commit_and_ask)
    assert [hit.serial for hit in (await asking[0]).hits] == [member.serial]


async def test_a_cursor_of_another_question_is_refused(index: Live) -> None:
    with pytest.raises(UnknownCursor):
        await index.found(asked(), after="AAAA")


async def test_members_may_change_while_others_search(index: Live, database: Database) -> None:
    """Each member is found once and as a whole, whatever is taken over meanwhile."""
    people = await joined(database, *(f"Người {each}" for each in range(30)))
    done = asyncio.Event()

    async def move() -> None:
        for turn in range(6):
            new = Standing.LEFT if turn % 2 == 0 else Standing.ACTIVE
            for start in range(0, 30, 10):
                serials = [member.serial for member in people[start : start + 10]]
                async with database.write() as session:
                    await session.execute(
                        update(Member).where(Member.serial.in_(serials)).values(standing=new)
                    )
        done.set()

    moving = asyncio.create_task(move())
    looks = 0
    while not done.is_set():
        found = await index.found(EVERYBODY)
        shown = await index.found(EVERYBODY.on_page(2))
        assert (found.total, shown.total) == (30, 30)
        assert len({hit.serial for hit in found.hits}) == 24
        assert sum(found.counts["standing"].values()) == 30
        looks += 1
    await moving
    assert looks > 0
    assert (await index.found(Query())).total == 30
