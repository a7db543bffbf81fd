"""Letters about a channel's proof, to its owner, in their language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.channels.methods import FAILURES
from app.channels.models import Channel, ChannelProof, ProofNotice, ProofStatus
from app.channels.policy.disputes import End, Side
from app.channels.policy.keeping import LEAST_TIME
from app.channels.policy.links import shown
from app.channels.policy.notices import Letter
from app.channels.policy.platforms import platform_name
from app.channels.policy.proofs import Party
from app.core.crypto import uuid7
from app.mail import service as mail

_LETTERS: Mapping[Party, Mapping[ProofStatus, str]] = {
    Party.REVIEWER: {
        ProofStatus.PROVEN: "channels/proven",
        ProofStatus.FAILED: "channels/refused",
        ProofStatus.LOST: "channels/taken_away",
    },
    Party.PORTAL: {ProofStatus.STALE: "channels/not_seen", ProofStatus.LOST: "channels/lost"},
}


async def tell_moved(
    session: AsyncSession,
    channel: Channel,
    proof: ChannelProof,
    party: Party,
    notice: ProofNotice | None = None,
) -> None:
    """Tell the owner of a move that somebody else made.

    What they did themselves, what a check that they asked for found and that a code ran out is
    said on the channel's page, where they look for it. So is that a proof was seen again: the
    letter that it was not said that no further one comes then.

    Args:
        notice: given because of this move; told in the same letter.
    """
    letter = _LETTERS.get(party, {}).get(proof.status)
    if proof.failure == "settled":
        return
    if letter is None:
        if notice is not None:
            await tell_notice(session, notice, Letter.BEGAN)
        return
    key = f"channels.moved:{proof.id}:{proof.status.value}"
    if proof.status is ProofStatus.STALE and proof.failing_since:  # it may be so again, years later
        key += f":{proof.failing_since.isoformat()}"
    await _send(
        session,
        channel,
        letter,
        key,
        because=proof.because,
        failure=FAILURES.get(proof.failure or "", ""),
        seen_at=proof.seen_at or proof.proven_at,
        lost_on=proof.failing_since and proof.failing_since + LEAST_TIME,
        notice_until=notice and notice.ends_at,
    )


async def tell_notice(session: AsyncSession, notice: ProofNotice, letter: Letter) -> None:
    """Tell somebody without a proven channel of their notice; each letter goes once."""
    channel = await session.get_one(Channel, notice.channel_id)
    await _send(
        session,
        channel,
        f"channels/notice_{letter.value}",
        f"channels.notice:{notice.id}:{letter.value}",
        ends_at=notice.ends_at,
    )


async def _send(
    session: AsyncSession, channel: Channel, letter: str, key: str, **context: Any
) -> None:
    person = await accounts.person(session, channel.account_id)
    if person is None:
        return
    await mail.send(
        session,
        letter,
        to=person.email,
        locale=person.locale,
        key=key,
        account_id=person.id,
        name=person.name,
        platform=platform_name(channel.platform),
        channel=shown(channel.platform, channel.url, channel.handle),
        **{"path": f"/apply/channels/{channel.id}", **context},
    )


async def tell_disputed(
    session: AsyncSession, channel: Channel, side: Side, case_id: UUID, until: datetime
) -> None:
    """Tell one side that the channel is disputed. Both have the same letter, at the same time."""
    await _send(
        session,
        channel,
        "channels/dispute_opened",
        f"channels.dispute_opened:{case_id}",
        path=_dispute_path(channel),
        holds=side is Side.HOLDER,
        until=until,
    )


async def tell_dispute_message(session: AsyncSession, channel: Channel, words: str) -> None:
    """Tell one side what staff asked or said."""
    await _send(
        session,
        channel,
        "channels/dispute_message",
        f"channels.dispute_message:{uuid7()}",
        path=_dispute_path(channel),
        words=words,
    )


async def tell_dispute_ended(
    session: AsyncSession, channel: Channel, ended: End, case_id: UUID, because: str
) -> None:
    """Tell one side how the dispute ended for it.

    Args:
        because: staff's reason; "" when nobody had to decide.
    """
    await _send(
        session,
        channel,
        "channels/dispute_ended",
        f"channels.dispute_ended:{case_id}",
        path=_dispute_path(channel),
        ended=ended.value,
        held=channel.proven_at is not None and channel.lost_at is None,
        because=because,
    )


def _dispute_path(channel: Channel) -> str:
    return f"/apply/channels/{channel.id}/dispute"
