"""The trip to a provider and back: what is remembered meanwhile, and used once."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Purpose, SignInAttempt
from app.accounts.policy import ATTEMPT_LIFE
from app.accounts.providers.base import RoundTrip
from app.core import clock
from app.core.config import settings
from app.core.crypto import digest, token


@dataclass(frozen=True, slots=True)
class Returned:
    """An attempt whose person came back in time, in the same browser, for the first time."""

    trip: RoundTrip
    purpose: Purpose
    account_id: UUID | None
    next_path: str


def redirect_uri(provider: str) -> str:
    """The address that is registered with the provider."""
    return f"{settings().base_url}/sign-in/{provider}/callback"


async def depart(
    session: AsyncSession,
    provider: str,
    browser: str,
    next_path: str,
    *,
    purpose: Purpose = Purpose.SIGN_IN,
    account_id: UUID | None = None,
) -> RoundTrip:
    """Remember a trip that begins now.

    Args:
        browser: the secret in this browser's cookie: nobody else's browser may finish the trip.
        next_path: where to go afterwards; already known to stay on the portal.
    """
    trip = RoundTrip(
        redirect_uri(provider), token(), token(), token(48), fresh=purpose is Purpose.CONFIRM
    )
    await session.execute(
        delete(SignInAttempt).where(SignInAttempt.created_at < clock.now() - 6 * ATTEMPT_LIFE)
    )
    session.add(
        SignInAttempt(
            state_hash=digest(trip.state),
            browser_hash=digest(browser),
            provider=provider,
            purpose=purpose,
            account_id=account_id,
            nonce=trip.nonce,
            verifier=trip.verifier,
            next_path=next_path,
            used_at=None,
        )
    )
    await session.flush()
    return trip


async def come_back(
    session: AsyncSession, provider: str, browser: str, state: str
) -> Returned | None:
    """Use up the attempt of this state.

    Returns: None when there is no such attempt to use: never begun, begun in another browser or
    with another provider, too old, or used before.
    """
    row = (
        await session.execute(
            update(SignInAttempt)
            .where(
                SignInAttempt.state_hash == digest(state),
                SignInAttempt.browser_hash == digest(browser),
                SignInAttempt.provider == provider,
                SignInAttempt.used_at.is_(None),
                SignInAttempt.created_at > clock.now() - ATTEMPT_LIFE,
            )
            .values(used_at=clock.now())
            .returning(SignInAttempt)
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    trip = RoundTrip(redirect_uri(provider), state, row.nonce, row.verifier)
    return Returned(trip, row.purpose, row.account_id, row.next_path)
