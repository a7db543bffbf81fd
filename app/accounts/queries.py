"""Who an account is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import policy
from app.accounts.models import Account, Identity, Role, StaffRole
from app.core import clock
from app.core.text import fold
from app.core.viewer import Viewer
from app.web import sessions
from app.web.models import WebSession

ROLES = func.array_agg(StaffRole.role, type_=ARRAY(Text))


@dataclass(frozen=True, slots=True)
class Person:
    """An account as letters and pages name it."""

    id: UUID
    name: str
    email: str
    locale: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person of staff with all hats."""

    id: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser that is signed in, as its owner sees it."""

    id: UUID
    provider: str
    signed_in_at: datetime
    last_seen_at: datetime
    address: str
    browser: str  # "" when not known; so is `system`
    system: str
    current: bool


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """One way in, as its owner sees it."""

    id: UUID
    provider: str
    name: str
    email: str
    created_at: datetime
    last_used_at: datetime


async def viewer_of_session(session: AsyncSession, row: WebSession) -> Viewer | None:
    """The person behind a web session, with the staff hats in force. One statement."""
    found = (
        await session.execute(
            select(Account, ROLES)
            .outerjoin(
                StaffRole,
                (StaffRole.account_id == Account.id) & StaffRole.revoked_at.is_(None),
            )
            .where(Account.id == row.account_id)
            .group_by(Account.id)
        )
    ).first()
    if found is None:
        return None
    account, roles = found
    return Viewer(
        account_id=account.id,
        roles=frozenset(role for role in roles if role is not None),
        name=account.display_name,
        email=account.email,
        session_id=row.id,
        signed_in_at=row.signed_in_at,
        provider=row.provider,
        issuer=row.issuer,
    )


async def person(session: AsyncSession, account_id: UUID) -> Person | None:
    """One account."""
    return (await people(session, [account_id])).get(account_id)


async def people(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Several accounts by id, in one statement."""
    rows = await session.execute(
        select(Account.id, Account.display_name, Account.email, Account.locale).where(
            Account.id.in_(ids)
        )
    )
    return {row[0]: Person(*row) for row in rows}


async def identities(session: AsyncSession, account_id: UUID) -> tuple[LinkedIdentity, ...]:
    """The ways into an account, oldest first."""
    rows = await session.execute(
        select(
            Identity.id,
            Identity.provider,
            Identity.name,
            Identity.email,
            Identity.created_at,
            Identity.last_used_at,
        )
        .where(Identity.account_id == account_id)
        .order_by(Identity.created_at)
    )
    return tuple(LinkedIdentity(*row) for row in rows)


async def addresses(session: AsyncSession, account_id: UUID) -> tuple[str, ...]:
    """The e-mail addresses that the account's sign-ins vouch for, in alphabetical order."""
    rows = await session.scalars(
        select(Identity.email)
        .where(Identity.account_id == account_id, Identity.email != "")
        .distinct()
        .order_by(Identity.email)
    )
    return tuple(rows)


async def sessions_of(session: AsyncSession, viewer: Viewer) -> tuple[OpenSession, ...]:
    """The browsers in which `viewer` is signed in now: this one first, then the last used."""
    if viewer.account_id is None:
        return ()
    at = clock.now()
    found = (
        OpenSession(
            row.id,
            row.provider,
            row.signed_in_at,
            row.last_seen_at,
            row.address,
            *policy.device(row.user_agent),
            current=row.id == viewer.session_id,
        )
        for row in await sessions.open_sessions(session, viewer.account_id)
        if sessions.alive(row, staff=viewer.is_staff, at=at)
    )
    return tuple(sorted(found, key=lambda one: not one.current))


async def staff(session: AsyncSession) -> tuple[StaffMember, ...]:
    """Everybody with a staff hat in force, by name."""
    rows = await session.execute(
        select(
            Account.id,
            Account.display_name,
            Account.email,
            ROLES,
            func.min(StaffRole.created_at),
        )
        .join(StaffRole, StaffRole.account_id == Account.id)
        .where(StaffRole.revoked_at.is_(None))
        .group_by(Account.id)
        .order_by(Account.display_name, Account.id)
    )
    order = [role.value for role in Role]
    return tuple(
        StaffMember(r[0], r[1], r[2], tuple(sorted(r[3], key=order.index)), r[4]) for r in rows
    )


async def accounts_named(session: AsyncSession, words: str) -> tuple[Person, ...]:
    """Up to twenty accounts to grant a role to one, by name or by address.

    A name holds every word, with accents or without; an address holds `words` as they are.
    """
    name = func.lower(func.unaccent(Account.display_name))
    in_name = [name.contains(word, autoescape=True) for word in fold(words).split()]
    rows = await session.execute(
        select(Account.id, Account.display_name, Account.email, Account.locale)
        .where(
            or_(
                and_(*in_name) if in_name else false(),
                Account.email.icontains(words, autoescape=True),
            )
        )
        .order_by(Account.display_name, Account.id)
        .limit(20)
    )
    return tuple(Person(*row) for row in rows)
