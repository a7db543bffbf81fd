"""What the database notes of members that change, and how those who ask again miss nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels.models import Channel
from app.core.db import Database
from app.members import queries
from app.members.models import Member, MemberChange
from tests import databases
from tests.factories.conduct import make_code, make_signature
from tests.factories.directory import channel_row, prove
from tests.factories.members import make_member, viewer_of

LATER = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
async def chosen(page_database: tuple[str, Database]) -> AsyncIterator[Database]:
    """A database in which things are committed, emptied afterwards."""
    name, found = page_database
    yield found
    databases.empty(name)


async def xid(session: AsyncSession) -> int:
    found = await session.scalar(text("SELECT pg_current_xact_id()::text::bigint"))
    assert found is not None
    return int(found)


async def joined(chosen: Database, **given: Any) -> Member:
    async with chosen.write() as session:
        return await make_member(session, **given)


async def noted(chosen: Database, serial: int) -> int | None:
    async with chosen.read() as session:
        return await queries.version(session, serial)


async def test_who_joins_has_the_transaction_as_version(chosen: Database) -> None:
    async with chosen.write() as session:
        member = await make_member(session)
        expected = await xid(session)
    assert await noted(chosen, member.serial) == expected


@pytest.mark.parametrize(
    "values",
    [
        {"stage_name": "Đen Vâu"},
        {"standing_because": "Vì thế."},
        {"topics": ["music"]},
        {"portrait": "portraits/1"},
        {"legal_name_public": True},
    ],
)
async def test_what_the_public_sees_changes_the_version(
    chosen: Database, values: dict[str, Any]
) -> None:
    member = await joined(chosen)
    async with chosen.write() as session:
        await session.execute(update(Member).values(values))
        expected = await xid(session)
    assert await noted(chosen, member.serial) == expected


@pytest.mark.parametrize(
    "values", [{"legal_name": "Trần Ẩn"}, {"name_words": " a"}, {"stage_name": Member.stage_name}]
)
async def test_what_the_public_does_not_see_changes_no_version(
    chosen: Database, values: dict[str, Any]
) -> None:
    member = await joined(chosen)
    before = await noted(chosen, member.serial)
    async with chosen.write() as session:
        await session.execute(update(Member).values(values))
    assert await noted(chosen, member.serial) == before


@pytest.mark.parametrize(
    "values",
    [{"lost_at": LATER}, {"removed_at": LATER}, {"handle": "khac"}, {"platform": "youtube"}],
)
async def test_a_proven_channel_changes_the_version_of_its_owner_alone(
    chosen: Database, values: dict[str, Any]
) -> None:
    member, other = await joined(chosen), await joined(chosen)
    async with chosen.write() as session:
        channel = await prove(session, member, "https://www.tiktok.com/@mot")
        await prove(session, other, "https://www.tiktok.com/@hai")
    before = await noted(chosen, other.serial)
    async with chosen.write() as session:
        await session.execute(update(Channel).where(Channel.id == channel.id).values(values))
        expected = await xid(session)
    assert [await noted(chosen, m.serial) for m in (member, other)] == [expected, before]


async def test_a_channel_that_is_looked_at_again_or_not_proven_changes_nothing(
    chosen: Database,
) -> None:
    member = await joined(chosen)
    async with chosen.write() as session:
        await prove(session, member, "https://www.tiktok.com/@mot")
    before = await noted(chosen, member.serial)
    async with chosen.write() as session:
        await session.execute(update(Channel).values(changed_at=LATER, version=9))
        unproven: dict[str, Any] = {"proven_at": None, "proof_method": None}
        await prove(session, member, "https://www.tiktok.com/@hai", **unproven)
    assert await noted(chosen, member.serial) == before


async def test_a_channel_that_moves_to_another_account_changes_both(chosen: Database) -> None:
    one, two = await joined(chosen), await joined(chosen)
    async with chosen.write() as session:
        await prove(session, one, "https://www.tiktok.com/@mot")
    async with chosen.write() as session:
        await session.execute(update(Channel).values(account_id=two.account_id))
        expected = await xid(session)
    assert [await noted(chosen, m.serial) for m in (one, two)] == [expected, expected]


async def test_a_channel_that_is_deleted_and_a_signature_change_the_version(
    chosen: Database,
) -> None:
    member = await joined(chosen)
    async with chosen.write() as session:
        await prove(session, member, "https://www.tiktok.com/@mot")
    versions = []
    async with chosen.write() as session:
        await session.execute(delete(Channel))
        versions.append(await xid(session))
    assert [await noted(chosen, member.serial)] == versions
    async with chosen.write() as session:
        await make_code(session)
        await make_signature(session, viewer_of(member))
        expected = await xid(session)
    assert await noted(chosen, member.serial) == expected


async def test_a_deleted_member_leaves_the_row(chosen: Database) -> None:
    member = await joined(chosen)
    async with chosen.write() as session:
        await session.execute(text("ALTER TABLE standing_changes DISABLE TRIGGER USER"))
        await session.execute(text("DELETE FROM standing_changes"))
        await session.execute(text("ALTER TABLE standing_changes ENABLE TRIGGER USER"))
        await session.execute(text("DELETE FROM credentials"))
        await session.execute(delete(Member))
        expected = await xid(session)
    assert await noted(chosen, member.serial) == expected


async def test_what_is_rolled_back_is_not_noted(chosen: Database) -> None:
    member = await joined(chosen)
    before = await noted(chosen, member.serial)
    async with chosen._sessions() as session:
        await session.execute(update(Member).values(stage_name="Khác"))
        await session.rollback()
    assert await noted(chosen, member.serial) == before


async def account(chosen: Database) -> UUID:
    async with chosen.write() as session:
        found = Account(display_name="Sương", email="suong@example.vn", locale="vi")
        session.add(found)
        await session.flush()
        return found.id


async def test_who_is_no_member_is_no_member_changed(chosen: Database) -> None:
    owner = await account(chosen)
    async with chosen.write() as session:
        session.add(Channel(**channel_row(owner, "https://www.tiktok.com/@mot", 5)))
    async with chosen.read() as session:
        assert await queries.changes(session) == ()
        assert (await session.scalars(select(MemberChange.serial))).all() == [None]


async def test_a_proof_committed_after_the_admission_it_overtook_changes_the_member(
    chosen: Database,
) -> None:
    """Neither transaction sees the other's rows: the row of the account makes the second wait."""
    owner = await account(chosen)
    async with chosen._sessions() as admitting:
        member = await make_member(admitting, account_id=owner)
        async with chosen._sessions() as proving:
            await proving.execute(text("SET LOCAL lock_timeout = '50ms'"))
            proving.add(Channel(**channel_row(owner, "https://www.tiktok.com/@mot", 5)))
            with pytest.raises(Exception, match="lock timeout"):
                await proving.flush()
        await admitting.commit()
    async with chosen.write() as session:
        session.add(Channel(**channel_row(owner, "https://www.tiktok.com/@mot", 5)))
        expected = await xid(session)
    assert await noted(chosen, member.serial) == expected


async def test_changes_are_told_page_by_page_and_each_member_once(chosen: Database) -> None:
    members = [await joined(chosen) for _each in range(3)]
    async with chosen.write() as session:
        rename = update(Member).where(Member.id == members[0].id)
        await session.execute(rename.values(stage_name="Khác"))
    await databases.settled(chosen)
    told: list[int] = []
    after = (0, 0)
    async with chosen.read() as session:
        while page := await queries.changes(session, after, most=1):
            told += [change.serial for change in page]
            after = (page[-1].version, page[-1].serial)
    assert told == [members[1].serial, members[2].serial, members[0].serial]


async def test_a_change_is_told_only_when_no_older_one_can_follow(chosen: Database) -> None:
    member, late = await joined(chosen), await joined(chosen)
    await databases.settled(chosen)
    async with chosen.read() as session:
        known = (await queries.changes(session))[-1]
    after = (known.version, known.serial)
    async with chosen._sessions() as slow:
        await slow.execute(update(Member).where(Member.id == late.id).values(stage_name="Chậm"))
        async with chosen.write() as session:
            rename = update(Member).where(Member.id == member.id)
            await session.execute(rename.values(stage_name="Nhanh"))
        async with chosen.read() as session:
            assert await queries.changes(session, after) == ()
        await slow.commit()
    await databases.settled(chosen)
    async with chosen.read() as session:
        found = [change.serial for change in await queries.changes(session, after)]
    assert found == [late.serial, member.serial]
