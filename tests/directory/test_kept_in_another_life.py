"""What is kept of members must not outlive the database that it was read from."""

import pytest
from sqlalchemy import text

from tests.directory.settling import settled
from tests.factories.members import make_member
from tests.portal import Portal


async def put_back(portal: Portal, name: str) -> None:
    """As after a restore: another name under the same serial and version, noted by no trigger."""
    async with portal.transaction() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("CREATE TEMP TABLE kept AS TABLE member_changes"))
        await session.execute(text("TRUNCATE member_changes"))
        await session.execute(text("INSERT INTO member_changes TABLE kept"))
        await session.execute(text("DROP TABLE kept"))
        await session.execute(text("UPDATE members SET stage_name = :name"), {"name": name})


@pytest.mark.parametrize("address", ["/members", "/api/v1/members", "{page}", "/api/v1{page}"])
async def test_nothing_kept_is_shown_after_a_restore(portal: Portal, address: str) -> None:
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Tên Trước")
    await settled(portal)
    address = address.format(page=f"/members/{member.number}")
    before = await portal.get(address)
    assert "Tên Trước" in before.text
    same = await portal.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert same.status_code == 304

    await put_back(portal, "Tên Sau")
    after = await portal.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Tên Sau" in after.text
    assert "Tên Trước" not in after.text
