"""Who acts in the demonstration's history: accounts made as a first sign-in makes them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import service as accounts
from app.accounts.models import Account, Identity, Role
from app.accounts.providers.base import Claims
from app.core import clock, i18n
from app.core.viewer import Viewer
from app.demo.people import PEOPLE, STAFF_ROLES, DemoPerson
from app.demo.provider import NAME

SYSTEM = Viewer.system("demonstration")
BROWSERS = (
    "Mozilla/5.0 (Linux; Android 15; Mobile) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with an account; `viewer` is them, signed in at this moment."""

    account_id: UUID
    name: str
    email: str
    issuer: str
    roles: frozenset[str] = frozenset()
    address: str = "192.0.2.10"  # RFC 5737: addresses for examples
    browser: str = BROWSERS[2]

    @property
    def viewer(self) -> Viewer:
        """Signed in just before the clock's moment."""
        return Viewer(
            account_id=self.account_id,
            roles=self.roles,
            name=self.name,
            email=self.email,
            address=self.address,
            user_agent=self.browser,
            signed_in_at=clock.now() - timedelta(minutes=2),
            provider=NAME,
            issuer=self.issuer,
        )


@dataclass(frozen=True, slots=True)
class Staff:
    """The alliance's own people, by role."""

    reviewers: tuple[Actor, ...]
    administrator: Actor

    @property
    def ids(self) -> tuple[UUID, ...]:
        """Their accounts."""
        return (*(actor.account_id for actor in self.reviewers), self.administrator.account_id)

    def reviewer_for(self, subject: str, locale: str) -> Actor:
        """Who takes a case: the last works in English and French, the first holds the most."""
        if locale != "vi":
            return self.reviewers[-1]
        rng = random.Random(f"reviewer:{subject}")  # noqa: S311 - nothing secret
        return rng.choices(self.reviewers, (5, 4, 2))[0]


async def enter(session: AsyncSession, claims: Claims) -> Account:
    """The account of somebody who signs in, new at the first time, in the language spoken now."""
    return await accounts.enter(session, Viewer(provider=NAME, issuer=claims.issuer), NAME, claims)


async def staff(session: AsyncSession, issuer: str, since: datetime) -> Staff:
    """The alliance's people and the businesses; made and given their roles when they are not yet.

    Args:
        since: when they began to work.
    """
    found: dict[str, Actor] = {}
    known = await subjects(session, issuer)
    with clock.at(since), i18n.use_locale("vi"):
        for person in PEOPLE:
            if person.role == "kol":
                continue
            claims = Claims(issuer, person.sub, person.name, person.email)
            account = await enter(session, claims)
            if person.role in STAFF_ROLES:
                if person.sub not in known:
                    await accounts.grant(session, SYSTEM, account.id, Role(person.role))
                found[person.sub] = actor_of(person, account, issuer)
    return Staff(
        tuple(actor for actor in found.values() if "reviewer" in actor.roles),
        next(actor for actor in found.values() if "administrator" in actor.roles),
    )


def actor_of(person: DemoPerson, account: Account, issuer: str) -> Actor:
    """A person of staff with their role."""
    return Actor(account.id, account.display_name, account.email, issuer, frozenset({person.role}))


async def other_issuer(session: AsyncSession, issuer: str) -> str | None:
    """The issuer at which the demonstration's people have their accounts, if it is not `issuer`."""
    return await session.scalar(
        select(Identity.issuer)
        .where(Identity.issuer != issuer, Identity.subject.in_([person.sub for person in PEOPLE]))
        .limit(1)
    )


async def subjects(session: AsyncSession, issuer: str) -> Mapping[str, UUID]:
    """The accounts that people of `issuer` have already, by subject."""
    rows = await session.execute(
        select(Identity.subject, Identity.account_id).where(Identity.issuer == issuer)
    )
    return {row[0]: row[1] for row in rows}
