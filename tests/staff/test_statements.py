"""Each of the staff's lists asks the database as often for three rows as for one."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.applications import make_submitted
from tests.factories.channels import make_channel, make_proof
from tests.factories.members import make_member
from tests.factories.reviews import make_colleague
from tests.portal import Portal

NAME = "Người Thứ Mấy"


async def submitted(session: AsyncSession) -> object:
    return await make_submitted(session, stage_name=NAME)


async def member(session: AsyncSession) -> object:
    return await make_member(session, stage_name=NAME)


async def colleague(session: AsyncSession) -> object:
    return await make_colleague(session, NAME)


async def channel(session: AsyncSession) -> object:
    owner = await make_account(session, display_name=NAME)
    return await make_proof(session, await make_channel(session, account=owner), "staff")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "make", "wanted"),
    [
        ("/staff", submitted, 8),
        ("/staff/applications", submitted, 4),
        ("/staff/members", member, 4),
        ("/staff/roles", colleague, 3),
        ("/staff/channels", channel, 7),
    ],
)
async def test_a_list_asks_the_same_however_long(
    portal: Portal,
    path: str,
    make: Callable[[AsyncSession], Awaitable[Any]],
    wanted: int,
    rows: int,
) -> None:
    async with portal.transaction() as session:
        for _ in range(rows):
            await make(session)
        reader = await make_account(session, roles=("reviewer", "administrator"))
    await portal.sign_in(reader.id)

    with statements(portal.database.engine) as seen:
        page = await portal.get(path)

    assert page.text.count(f">{NAME}") == rows
    assert len(seen) == wanted, seen
