"""Accounts of people who have signed in, and those people as they act."""

import itertools
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Role, StaffRole
from app.core import clock
from app.core.viewer import Viewer

_count = itertools.count(1)


async def make_account(
    session: AsyncSession, *, roles: tuple[str, ...] = (), **given: Any
) -> Account:
    """An account with the staff hats named."""
    usual = {
        "display_name": "Nguyễn Khánh Linh",
        "email": f"person{next(_count)}@example.vn",
        "locale": "vi",
    }
    account = Account(**{**usual, **given})
    session.add(account)
    await session.flush()
    for role in roles:
        session.add(
            StaffRole(account_id=account.id, role=Role(role), granted_by=None, revoked_at=None)
        )
    await session.flush()
    return account


def viewer_of(account: Account, *roles: str, **given: Any) -> Viewer:
    """The person of `account`, signed in just now, wearing `roles`."""
    usual: dict[str, Any] = {
        "account_id": account.id,
        "name": account.display_name,
        "email": account.email,
        "roles": frozenset(roles),
        "signed_in_at": clock.now(),
        "provider": "test",
        "issuer": "https://issuer.example",
        "address": "127.0.0.1",
        "user_agent": "test",
    }
    return Viewer(**{**usual, **given})
