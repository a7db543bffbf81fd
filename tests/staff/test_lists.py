"""Roles and members: what administrators see and change."""

import html
import shlex

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from typer.main import get_group

from app import cli
from app.accounts.models import Role, StaffRole
from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.viewer import Viewer
from app.members import service as members_service
from app.members.models import Standing
from app.members.policy import parse_number
from app.staff import queries
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.members import OPERATOR, make_member
from tests.factories.reviews import make_colleague
from tests.portal import Portal


async def administrator(portal: Portal) -> Viewer:
    async with portal.transaction() as session:
        found = await make_colleague(session, "Quản Trị", "administrator")
    assert found.account_id is not None
    await portal.sign_in(found.account_id)
    return found


async def held(portal: Portal, role: Role) -> list[object]:
    async with portal.transaction() as session:
        rows = await session.scalars(
            select(StaffRole.account_id).where(
                StaffRole.role == role, StaffRole.revoked_at.is_(None)
            )
        )
        return list(rows)


async def test_a_role_is_given_and_taken_away(portal: Portal) -> None:
    admin = await administrator(portal)
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Lê Văn Mới", email="moi@example.vn")
    found = (await portal.get("/staff/roles?q=moi@")).text
    assert str(account.id) in found
    given = {"account_id": str(account.id), "role": "reviewer", "q": "moi@"}

    answer = await portal.post("/staff/roles/grant", given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/roles")
    assert await held(portal, Role.REVIEWER) == [account.id]
    assert "Lê Văn Mới now has the role “Reviewer”." in (await portal.get("/staff/roles")).text

    await portal.post("/staff/roles/revoke", given)
    assert await held(portal, Role.REVIEWER) == []
    async with portal.transaction() as session:
        rows = await session.execute(
            select(AuditEvent.action, AuditEvent.actor_id)
            .where(AuditEvent.subject_id == account.id, AuditEvent.action.startswith("role."))
            .order_by(AuditEvent.id)
        )
    assert rows.all() == [
        ("role.granted", admin.account_id),
        ("role.revoked", admin.account_id),
    ]


async def test_nobody_takes_the_last_key_from_themself(portal: Portal) -> None:
    admin = await administrator(portal)
    given = {"account_id": str(admin.account_id), "role": "administrator"}
    assert (await portal.post("/staff/roles/revoke", given)).status_code == 422
    assert await held(portal, Role.ADMINISTRATOR) == [admin.account_id]


@pytest.mark.parametrize("part", ["grant", "revoke"])
async def test_only_administrators_change_roles(portal: Portal, part: str) -> None:
    async with portal.transaction() as session:
        account = await make_account(session)
    given = {"account_id": str(account.id), "role": "administrator"}
    for role in ("reviewer", "officer", "board", "auditor"):
        async with portal.transaction() as session:
            by = await make_colleague(session, "Người Khác", role)
        assert by.account_id is not None
        await portal.sign_in(by.account_id)
        assert (await portal.post(f"/staff/roles/{part}", given)).status_code == 403
    assert await held(portal, Role.ADMINISTRATOR) == []


@pytest.mark.parametrize("given", [{}, {"role": "king"}, {"account_id": "x", "role": "board"}])
async def test_a_form_that_means_nothing_is_shown_again(
    portal: Portal, given: dict[str, str]
) -> None:
    await administrator(portal)
    assert (await portal.post("/staff/roles/grant", given)).status_code == 422


async def make_some(session: AsyncSession) -> list[str]:
    """Three members, the second one expelled; their numbers."""
    found = [
        await make_member(session, stage_name=name)
        for name in ("Bếp Nhà Sương", "Ẩm Thực Đường Phố", "Đen Trắng")
    ]
    await members_service.expel(session, OPERATOR, found[1].number, 12, "Lừa dối người xem.")
    return [member.number for member in found]


async def test_members_are_found_by_name_and_number_in_every_standing(
    session: AsyncSession,
) -> None:
    numbers = await make_some(session)

    async def found(words: str, standing: Standing | None = None) -> list[str]:
        return [row.stage_name for row in (await queries.members(session, words, standing)).rows]

    assert await found("") == ["Ẩm Thực Đường Phố", "Bếp Nhà Sương", "Đen Trắng"]
    assert await found("am thuc duong") == ["Ẩm Thực Đường Phố"]
    assert await found("Đường") == ["Ẩm Thực Đường Phố"]
    assert await found(numbers[2].lower().replace("-", "")) == ["Đen Trắng"]
    assert await found("DTA-26-00001-0"[:-1] + "9") == []
    assert await found("món quê") == []  # of the biography, not of the name
    assert await found("%") == []
    assert await found("", Standing.EXPELLED) == ["Ẩm Thực Đường Phố"]
    assert await found("den", Standing.EXPELLED) == []


async def test_counts_are_of_what_the_words_find(session: AsyncSession) -> None:
    await make_some(session)
    page = await queries.members(session, "", Standing.EXPELLED)
    assert page.counts == {Standing.ACTIVE: 2, Standing.EXPELLED: 1}
    assert (page.total, page.pages) == (1, 1)


async def test_the_list_takes_two_statements(
    session: AsyncSession, shared_database: Database
) -> None:
    for n in (1, 2):
        for _ in range(n):
            await make_member(session)
        with statements(shared_database.engine) as seen:
            assert len((await queries.members(session)).rows) == 2 * n - 1
        assert len(seen) == 2


async def test_the_page_of_members_says_how_a_standing_is_changed(portal: Portal) -> None:
    await administrator(portal)
    async with portal.transaction() as session:
        numbers = await make_some(session)
    text = (await portal.get("/staff/members?standing=expelled")).text
    assert [number in text for number in numbers] == [False, True, False]
    shown = [
        shlex.split(html.unescape(line.split("</code>")[0]))
        for line in text.split("<code>portal member ")[1:]
    ]
    assert [words[0] for words in shown] == ["suspend", "reinstate", "expel"]
    commands = get_group(cli.member_group).commands
    for name, *words in shown:
        given = commands[name].make_context(name, words).params  # raises if the command differs
        assert parse_number(given["number"]) == given["number"]
