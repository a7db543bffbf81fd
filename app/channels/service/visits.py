"""An owner's visit to a platform: what is remembered meanwhile, and what follows from it.

Its state is good once, for ten minutes, in one browser. Its verifier is forgotten as it is used.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.providers.base import RoundTrip
from app.accounts.sign_in import new_verifier
from app.channels.methods import METHODS, Ask, Finding
from app.channels.methods.base import Grant
from app.channels.models import Channel, ChannelProof, OAuthTrip, ProofStatus
from app.channels.policy.proofs import VISIT_LIFE
from app.channels.service import grants, keeping
from app.channels.service.checks import record
from app.channels.service.proofs import begin
from app.channels.service.taking import pending, take, take_alone
from app.core import clock
from app.core.config import settings
from app.core.crypto import digest, token
from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

METHOD = METHODS["oauth"]


@dataclass(frozen=True, slots=True)
class Returned:
    """A visit whose owner came back in time, in the same browser, for the first time."""

    trip: RoundTrip
    account_id: UUID
    channel_id: UUID
    keep: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A return that leads nowhere.

    `unknown`: never begun here, or in another browser, or at another platform. `expired` and
    `used` are this browser's own, so that its channel is still known.
    """

    reason: Literal["unknown", "expired", "used"]
    account_id: UUID | None = None
    channel_id: UUID | None = None


def redirect_uri(platform: str) -> str:
    """The address that is registered with the platform."""
    return f"{settings().base_url}/channels/oauth/{platform}/callback"


async def depart(
    session: AsyncSession, by: Viewer, channel_id: UUID, *, browser: str, keep: bool
) -> tuple[str, RoundTrip]:
    """Remember a visit that begins now, and begin the proof that it is for.

    Args:
        browser: the secret in this browser's cookie: nobody else's browser may come back.
        keep: whether the owner lets their count be kept fresh. Only so may a channel that is
            proven already be visited, unless it was not seen lately: nothing else would come of it.

    Returns: the platform, and the visit.

    Raises:
        NotAllowed, Missing: as `take` says.
        Refused: the platform has no such visit, or the count cannot be kept.
        Conflict: the channel is proven already.
    """
    channel = await take(session, channel_id, owner=by.own_id)
    if keep and not grants.offered(channel.platform):
        raise Refused(_("The count of this channel cannot be kept fresh."))
    if not (_holds(channel) and (keep or channel.stale_since)):
        await begin(session, by, channel_id, METHOD.key)
    elif not METHOD.works_for(channel.platform):
        raise Refused(_("A channel of this platform cannot be proven in this way."))
    at = clock.now()
    trip = RoundTrip(redirect_uri(channel.platform), token(), "", new_verifier(), at)
    await forget_old(session)
    session.add(
        OAuthTrip(
            state_hash=digest(trip.state),
            browser_hash=digest(browser),
            account_id=by.own_id,
            channel_id=channel.id,
            platform=channel.platform,
            verifier=trip.verifier,
            keep_counts=keep,
            began_at=at,
            expires_at=at + VISIT_LIFE,
            used_at=None,
        )
    )
    await session.flush()
    return channel.platform, trip


async def forget_old(session: AsyncSession) -> None:
    """Forget visits that nobody will finish, a while after they could be."""
    await session.execute(
        delete(OAuthTrip).where(OAuthTrip.expires_at < clock.now() - 6 * VISIT_LIFE)
    )


async def come_back(
    session: AsyncSession, platform: str, browser: str, state: str
) -> Returned | Lost:
    """Use up the visit of this state, if it is there to be used."""
    row = await session.scalar(
        select(OAuthTrip)
        .where(
            OAuthTrip.state_hash == digest(state),
            OAuthTrip.browser_hash == digest(browser),
            OAuthTrip.platform == platform,
        )
        .with_for_update()
    )
    if row is None:
        return Lost("unknown")
    if row.used_at is not None:
        return Lost("used", row.account_id, row.channel_id)
    verifier, row.verifier, row.used_at = row.verifier, "", clock.now()
    await session.flush()
    if row.expires_at <= row.used_at:
        return Lost("expired", row.account_id, row.channel_id)
    trip = RoundTrip(redirect_uri(platform), state, "", verifier, row.began_at)
    return Returned(trip, row.account_id, row.channel_id, row.keep_counts)


async def ask_of(session: AsyncSession, by: Viewer, channel_id: UUID) -> Ask:
    """What the visit is to show. Changes nothing.

    Raises:
        NotAllowed, Missing: as `take` says.
    """
    channel = await take(session, channel_id, owner=by.own_id)
    return Ask(
        platform=channel.platform,
        url=channel.url,
        key=channel.key,
        handle=channel.handle,
        stable_id=channel.stable_id,
    )


async def arrive(
    session: AsyncSession,
    by: Viewer,
    channel_id: UUID,
    finding: Finding,
    grant: Grant | None = None,
) -> str | None:
    """Write down what a visit came to.

    Args:
        grant: what the owner gave, when they let their count be kept fresh; kept only when the
            channel is theirs by now.

    Returns: why the channel is not proven, a key of `methods.FAILURES`; None when it is.

    Raises:
        NotAllowed, Missing: as `take` says.
        Conflict: as `begin` says.
    """
    channel = await take_alone(session, channel_id, owner=by.own_id)
    if _holds(channel):
        failure = finding.failure or await _seen_again(session, channel, finding)
    else:
        failure = await _prove(session, by, channel, finding)
    if grant is not None and failure is None:
        await grants.keep(session, by, channel, grant)
    return failure


async def _seen_again(session: AsyncSession, channel: Channel, finding: Finding) -> str | None:
    """Let what the platform told of a channel that is proven count as a look at its proof."""
    proof = await keeping.held(session, channel)
    if proof is None:
        return None
    await keeping.note(session, proof.id, finding, asked_for=True)
    await session.refresh(proof)
    return proof.failure


async def _prove(
    session: AsyncSession, by: Viewer, channel: Channel, finding: Finding
) -> str | None:
    proof = await _attempt(session, channel) or await begin(session, by, channel.id, METHOD.key)
    await record(session, proof.id, finding)
    await session.refresh(proof)
    await session.refresh(channel)
    return None if proof.status is ProofStatus.PROVEN else proof.failure


async def _attempt(session: AsyncSession, channel: Channel) -> ChannelProof | None:
    """The attempt under way, if it is by a visit: another way may have been chosen meanwhile."""
    return next((p for p in await pending(session, channel) if p.method == METHOD.key), None)


def _holds(channel: Channel) -> bool:
    return channel.proven_at is not None and channel.lost_at is None
