"""Accounts: entered by (issuer, subject) alone, linked on purpose, never left without a way in."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries, service
from app.accounts.models import Account, Identity, Role, StaffRole
from app.accounts.providers.base import Claims
from app.audit import queries as audit
from app.core import clock, i18n
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.viewer import Viewer
from app.mail.models import Mail
from app.web.models import WebSession
from tests.factories.accounts import make_account, viewer_of
from tests.portal import Portal

LINH = Claims("https://issuer.example", "linh", "Nguyễn Khánh Linh", "linh@example.vn")
ELSEWHERE = Claims("https://other.example", "linh", "Nguyễn Khánh Linh", "linh@example.vn")
VISITOR = Viewer(address="203.0.113.7", user_agent="test")
OPERATOR = Viewer.system("command line (test)")


async def actions(session: AsyncSession, subject: UUID) -> list[tuple[str, UUID | None]]:
    return [(event.action, event.actor_id) for event in await audit.history(session, subject)]


async def letters(session: AsyncSession, account_id: UUID) -> list[tuple[str, str, str]]:
    rows = await session.execute(
        select(Mail.to_address, Mail.locale, Mail.subject)
        .where(Mail.account_id == account_id)
        .order_by(Mail.created_at)
    )
    return [(to, locale, subject) for to, locale, subject in rows]


# Entering


async def test_a_first_sign_in_makes_an_account_in_the_language_being_read(
    session: AsyncSession,
) -> None:
    with i18n.use_locale("fr"):
        account = await service.enter(session, VISITOR, "test", LINH)

    assert (account.display_name, account.email, account.locale) == (
        "Nguyễn Khánh Linh",
        "linh@example.vn",
        "fr",
    )
    assert await actions(session, account.id) == [("account.created", account.id)]


async def test_the_second_sign_in_finds_the_same_account_and_keeps_its_own_name(
    session: AsyncSession,
) -> None:
    first = await service.enter(session, VISITOR, "test", LINH)
    first.display_name = "Linh"

    renamed = Claims(LINH.issuer, LINH.subject, "Linh Nguyễn", "new@example.vn")
    second = await service.enter(session, VISITOR, "test", renamed)

    assert second.id == first.id
    assert (second.display_name, second.email) == ("Linh", "linh@example.vn")
    [identity] = await queries.identities(session, first.id)
    assert (identity.name, identity.email) == ("Linh Nguyễn", "new@example.vn")


async def test_a_provider_that_falls_silent_leaves_what_it_once_said(session: AsyncSession) -> None:
    account = await service.enter(session, VISITOR, "test", LINH)

    await service.enter(session, VISITOR, "test", Claims(LINH.issuer, LINH.subject))

    [identity] = await queries.identities(session, account.id)
    assert (identity.name, identity.email) == ("Nguyễn Khánh Linh", "linh@example.vn")


async def test_an_equal_address_and_subject_at_another_issuer_is_another_person(
    session: AsyncSession,
) -> None:
    one = await service.enter(session, VISITOR, "test", LINH)
    two = await service.enter(session, VISITOR, "other", ELSEWHERE)

    assert one.id != two.id


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (Claims("i", "1", "  Đen \u200b Vâu ", ""), "Đen Vâu"),
        (Claims("i", "1", "", "denvau@example.vn"), "denvau"),
        (Claims("i", "1"), "New member"),
        (Claims("i", "1", "x" * 500), "x" * 100),
    ],
)
async def test_an_account_has_a_name_whatever_the_provider_says(
    session: AsyncSession, claims: Claims, expected: str
) -> None:
    account = await service.enter(session, VISITOR, "test", claims)

    assert account.display_name == expected


async def test_two_first_sign_ins_at_once_make_one_account(portal: Portal) -> None:
    async def enter() -> UUID:
        async with portal.transaction() as session:
            return (await service.enter(session, VISITOR, "test", LINH)).id

    assert len(set(await asyncio.gather(*(enter() for _ in range(4))))) == 1
    async with portal.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Account)) == 1


# Linking


async def test_a_linked_sign_in_opens_the_same_account_and_its_owner_is_told(
    session: AsyncSession,
) -> None:
    account = await make_account(session, email="linh@example.vn", locale="en")

    await service.link(session, viewer_of(account), "zalo", Claims("z", "7", "Khánh Linh"))

    assert (await service.enter(session, VISITOR, "zalo", Claims("z", "7"))).id == account.id
    assert await actions(session, account.id) == [("identity.linked", account.id)]
    assert await letters(session, account.id) == [
        ("linh@example.vn", "en", "Zalo now opens your account")
    ]


async def test_linking_brings_an_address_to_an_account_that_had_none(session: AsyncSession) -> None:
    account = await make_account(session, email="")

    await service.link(session, viewer_of(account), "test", LINH)

    assert account.email == "linh@example.vn"


async def test_linking_twice_changes_nothing(session: AsyncSession) -> None:
    account = await make_account(session)
    for _ in range(2):
        await service.link(session, viewer_of(account), "test", LINH)

    assert len(await queries.identities(session, account.id)) == 1
    assert await actions(session, account.id) == [("identity.linked", account.id)]


async def test_a_sign_in_that_opens_another_account_cannot_be_linked(session: AsyncSession) -> None:
    other = await service.enter(session, VISITOR, "test", LINH)
    account = await make_account(session)

    with pytest.raises(Conflict):
        await service.link(session, viewer_of(account), "test", LINH)

    assert await queries.identities(session, account.id) == ()
    assert len(await queries.identities(session, other.id)) == 1


async def test_nobody_links_without_being_signed_in(session: AsyncSession) -> None:
    with pytest.raises(NotAllowed):
        await service.link(session, VISITOR, "test", LINH)


# Unlinking


async def linked_twice(session: AsyncSession) -> tuple[Account, UUID, UUID]:
    account = await service.enter(session, VISITOR, "test", LINH)
    await service.link(session, viewer_of(account), "other", ELSEWHERE)
    first, second = await queries.identities(session, account.id)
    return account, first.id, second.id


def web_session(account: Account, issuer: str) -> WebSession:
    at = clock.now()
    return WebSession(
        id=uuid4(),
        token_hash=str(uuid4()),
        account_id=account.id,
        provider="p",
        issuer=issuer,
        signed_in_at=at,
        last_seen_at=at,
        address="",
        user_agent="",
    )


async def test_unlinking_ends_the_sessions_begun_with_it_but_not_this_one(
    session: AsyncSession,
) -> None:
    account, _, second = await linked_twice(session)
    stranger = await make_account(session)
    here, there = (web_session(account, ELSEWHERE.issuer) for _ in range(2))
    with_first = web_session(account, LINH.issuer)
    anothers = web_session(stranger, ELSEWHERE.issuer)
    session.add_all([here, there, with_first, anothers])
    await session.flush()

    await service.unlink(session, viewer_of(account, session_id=here.id), second)

    for row in (here, there, with_first, anothers):
        await session.refresh(row)
    assert [row.ended_at is None for row in (here, there, with_first, anothers)] == [
        True,
        False,
        True,
        True,
    ]
    assert [one.issuer for one in (await session.scalars(select(Identity))).all()] == [LINH.issuer]
    assert [action for action, _ in await actions(session, account.id)] == [
        "account.created",
        "identity.linked",
        "identity.unlinked",
    ]
    assert [subject for _, _, subject in await letters(session, account.id)] == [
        "Other now opens your account",
        "Other no longer opens your account",
    ]


async def test_the_only_way_in_cannot_be_unlinked(session: AsyncSession) -> None:
    account = await service.enter(session, VISITOR, "test", LINH)
    [identity] = await queries.identities(session, account.id)

    with pytest.raises(Refused):
        await service.unlink(session, viewer_of(account), identity.id)

    assert len(await queries.identities(session, account.id)) == 1


async def test_unlinking_both_at_once_leaves_one(portal: Portal) -> None:
    async with portal.transaction() as session:
        account, first, second = await linked_twice(session)

    async def unlink(identity_id: UUID) -> Any:
        async with portal.transaction() as session:
            return await service.unlink(session, viewer_of(account), identity_id)

    found = await asyncio.gather(unlink(first), unlink(second), return_exceptions=True)

    assert sorted(type(one).__name__ for one in found) == ["Identity", "Refused"]
    async with portal.transaction() as session:
        assert len(await queries.identities(session, account.id)) == 1


async def test_somebody_elses_sign_in_is_not_there(session: AsyncSession) -> None:
    account, first, _ = await linked_twice(session)
    stranger = await make_account(session)

    with pytest.raises(Missing):
        await service.unlink(session, viewer_of(stranger), first)

    assert len(await queries.identities(session, account.id)) == 2


async def test_unlinking_needs_a_recent_sign_in(session: AsyncSession) -> None:
    account, first, _ = await linked_twice(session)
    old = viewer_of(account, signed_in_at=clock.now() - timedelta(minutes=16))

    with pytest.raises(NotAllowed):
        await service.unlink(session, old, first)


# Confirming


async def test_confirming_takes_any_sign_in_of_the_account(session: AsyncSession) -> None:
    account, _, _ = await linked_twice(session)

    await service.confirm(session, account.id, LINH)
    await service.confirm(session, account.id, ELSEWHERE)


@pytest.mark.parametrize("known", [True, False], ids=["another's", "nobody's"])
async def test_confirming_takes_no_other(session: AsyncSession, *, known: bool) -> None:
    account = await make_account(session)
    if known:
        await service.enter(session, VISITOR, "test", LINH)

    with pytest.raises(Conflict):
        await service.confirm(session, account.id, LINH)


# Name, address, language


async def test_letters_go_only_to_an_address_that_a_sign_in_vouches_for(
    session: AsyncSession,
) -> None:
    account, _, _ = await linked_twice(session)
    await service.link(session, viewer_of(account), "g", Claims("g", "1", "L", "second@example.vn"))
    victim = await make_account(session, email="victim@example.vn")

    await service.rename(session, viewer_of(account), "Linh", "second@example.vn")
    assert (account.display_name, account.email) == ("Linh", "second@example.vn")

    with pytest.raises(Refused):
        await service.rename(session, viewer_of(account), "Linh", victim.email)
    assert account.email == "second@example.vn"


async def test_a_language_is_kept_when_it_is_one_of_ours(session: AsyncSession) -> None:
    account = await make_account(session, locale="vi")

    await service.speak(session, viewer_of(account), "fr")
    await service.speak(session, viewer_of(account), "de")

    assert account.locale == "fr"


# Roles


async def roles_of(session: AsyncSession, account: Account) -> list[str]:
    rows = await session.scalars(
        select(StaffRole.role)
        .where(StaffRole.account_id == account.id, StaffRole.revoked_at.is_(None))
        .order_by(StaffRole.role)
    )
    return [role.value for role in rows]


async def test_a_role_is_given_once_taken_once_and_written_down(session: AsyncSession) -> None:
    boss = await make_account(session, roles=("administrator",))
    by, account = viewer_of(boss, "administrator"), await make_account(session)

    for _ in range(2):
        await service.grant(session, by, account.id, Role.REVIEWER)
    assert await roles_of(session, account) == ["reviewer"]
    for _ in range(2):
        await service.revoke(session, by, account.id, Role.REVIEWER)

    assert await roles_of(session, account) == []
    assert [
        (event.action, event.actor_id, event.before, event.after)
        for event in await audit.history(session, account.id)
    ] == [
        ("role.granted", boss.id, None, "reviewer"),
        ("role.revoked", boss.id, "reviewer", None),
    ]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_no_other_staff_gives_or_takes_roles(session: AsyncSession, role: Role) -> None:
    account = await make_account(session, roles=(role.value,))
    by = viewer_of(account, role.value)

    with pytest.raises(NotAllowed):
        await service.grant(session, by, account.id, Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        await service.revoke(session, by, account.id, role)
    assert await roles_of(session, account) == [role.value]


async def test_administrators_keep_their_own_role_until_another_takes_it(
    session: AsyncSession,
) -> None:
    one, two = [await make_account(session, roles=("administrator",)) for _ in range(2)]

    with pytest.raises(Refused):
        await service.revoke(session, viewer_of(one, "administrator"), one.id, Role.ADMINISTRATOR)
    await service.revoke(session, viewer_of(two, "administrator"), one.id, Role.ADMINISTRATOR)

    assert await roles_of(session, one) == []
    assert await roles_of(session, two) == ["administrator"]


async def test_two_administrators_who_take_each_others_role_leave_one(portal: Portal) -> None:
    async with portal.transaction() as session:
        one, two = [await make_account(session, roles=("administrator",)) for _ in range(2)]

    async def take(by: Account, of: Account) -> None:
        async with portal.transaction() as session:
            await service.revoke(session, viewer_of(by, "administrator"), of.id, Role.ADMINISTRATOR)

    found = await asyncio.gather(take(one, two), take(two, one), return_exceptions=True)

    assert sorted(type(x).__name__ for x in found) == ["NoneType", "NotAllowed"]
    async with portal.transaction() as session:
        left = [*await roles_of(session, one), *await roles_of(session, two)]
    assert left == ["administrator"]


async def test_the_command_line_gives_the_first_role_and_takes_the_last(
    session: AsyncSession,
) -> None:
    account = await make_account(session)

    await service.grant(session, OPERATOR, account.id, Role.ADMINISTRATOR)
    assert await roles_of(session, account) == ["administrator"]
    await service.revoke(session, OPERATOR, account.id, Role.ADMINISTRATOR)
    assert await roles_of(session, account) == []


async def test_a_role_needs_an_account(session: AsyncSession) -> None:
    with pytest.raises(Missing):
        await service.grant(session, OPERATOR, uuid4(), Role.REVIEWER)


# Finding somebody for a command


async def test_somebody_is_found_by_id_and_by_address_whatever_its_case(
    session: AsyncSession,
) -> None:
    account = await make_account(session, email="Linh@Example.vn")
    await make_account(session, email="bich@example.vn")

    assert (await service.find(session, str(account.id))).id == account.id
    assert (await service.find(session, "linh@example.VN")).id == account.id


async def test_an_address_that_two_share_names_nobody(session: AsyncSession) -> None:
    for _ in range(2):
        await make_account(session, email="same@example.vn")

    with pytest.raises(Refused):
        await service.find(session, "same@example.vn")
    with pytest.raises(Missing):
        await service.find(session, "nobody@example.vn")
