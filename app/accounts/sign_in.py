"""The trip to a provider and back: what is remembered meanwhile, and used once."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import policy
from app.accounts.models import Purpose, SignInAttempt
from app.accounts.policy import ATTEMPT_LIFE
from app.accounts.providers.base import RoundTrip
from app.core import clock
from app.core.config import settings
from app.core.crypto import digest, token
from app.core.errors import NotAllowed
from app.core.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Returned:
    """An attempt whose person came back in time, in the same browser, for the first time."""

    trip: RoundTrip
    purpose: Purpose
    account_id: UUID | None
    next_path: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A return that leads nowhere.

    `unknown`: never begun here, or in another browser, or with another provider. `expired` and
    `used` are this browser's own, so that its `purpose` and `next_path` are still known.
    """

    reason: Literal["unknown", "expired", "used"]
    purpose: Purpose = Purpose.SIGN_IN
    next_path: str = ""


def redirect_uri(provider: str) -> str:
    """The address that is registered with the provider."""
    return f"{settings().base_url}/sign-in/{provider}/callback"


def new_trip(provider: str, purpose: Purpose) -> RoundTrip:
    """Fresh secrets for one trip; nothing is remembered before `depart`."""
    return RoundTrip(
        redirect_uri=redirect_uri(provider),
        state=token(),
        nonce=token(),
        verifier=new_verifier(),
        began_at=clock.now(),
        fresh=purpose is Purpose.CONFIRM,
    )


def new_verifier() -> str:
    """43 characters with a small letter, a capital and a digit among them, as Zalo demands."""
    found = token(32)
    kinds = (str.islower, str.isupper, str.isdigit)
    return found if all(any(map(kind, found)) for kind in kinds) else new_verifier()


async def depart(
    session: AsyncSession,
    by: Viewer,
    provider: str,
    trip: RoundTrip,
    *,
    browser: str,
    next_path: str,
    purpose: Purpose = Purpose.SIGN_IN,
) -> None:
    """Remember a trip that begins now.

    Args:
        browser: the secret in this browser's cookie: nobody else's browser may finish the trip.
        next_path: where to go afterwards; already known to stay on the portal.

    Raises:
        NotAllowed: `by` is nobody and would link or confirm, or would link on an old sign-in.
    """
    if purpose is not Purpose.SIGN_IN and by.account_id is None:
        raise NotAllowed(f"{purpose.value}: nobody signed in")
    if purpose is Purpose.LINK and not policy.recent(by):
        raise NotAllowed("link: the sign-in is too old")
    await session.execute(
        delete(SignInAttempt).where(SignInAttempt.created_at < clock.now() - 6 * ATTEMPT_LIFE)
    )
    session.add(
        SignInAttempt(
            created_at=trip.began_at,
            state_hash=digest(trip.state),
            browser_hash=digest(browser),
            provider=provider,
            purpose=purpose,
            account_id=by.account_id if purpose is not Purpose.SIGN_IN else None,
            nonce=trip.nonce,
            verifier=trip.verifier,
            next_path=next_path,
            used_at=None,
        )
    )
    await session.flush()


async def come_back(
    session: AsyncSession, provider: str, browser: str, state: str
) -> Returned | Lost:
    """Use up the attempt of this state, if it is there to be used."""
    mine = (
        SignInAttempt.state_hash == digest(state),
        SignInAttempt.browser_hash == digest(browser),
        SignInAttempt.provider == provider,
    )
    row = (
        await session.execute(
            update(SignInAttempt)
            .where(
                *mine,
                SignInAttempt.used_at.is_(None),
                SignInAttempt.created_at > clock.now() - ATTEMPT_LIFE,
            )
            .values(used_at=clock.now())
            .returning(SignInAttempt)
        )
    ).scalar_one_or_none()
    if row is None:
        return _lost(await session.scalar(select(SignInAttempt).where(*mine)))
    trip = RoundTrip(
        redirect_uri=redirect_uri(provider),
        state=state,
        nonce=row.nonce,
        verifier=row.verifier,
        began_at=row.created_at,
        fresh=row.purpose is Purpose.CONFIRM,
    )
    return Returned(trip, row.purpose, row.account_id, row.next_path)


def _lost(row: SignInAttempt | None) -> Lost:
    if row is None:
        return Lost("unknown")
    return Lost("used" if row.used_at else "expired", row.purpose, row.next_path)
