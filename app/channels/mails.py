"""Letters about a channel's proof, to its owner, in their language."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.channels.models import Channel, ChannelProof, ProofStatus
from app.channels.policy.links import shown
from app.channels.policy.platforms import platform_name
from app.channels.policy.proofs import Party
from app.mail import service as mail

_LETTERS = {
    ProofStatus.PROVEN: "channels/proven",
    ProofStatus.FAILED: "channels/refused",
    ProofStatus.LOST: "channels/taken_away",
}


async def tell_moved(
    session: AsyncSession, channel: Channel, proof: ChannelProof, party: Party
) -> None:
    """Tell the owner of a move that somebody else made.

    What they did themselves, what a check that they asked for found and that a code ran out is
    said on the channel's page, where they look for it.
    """
    if party is not Party.REVIEWER or proof.failure == "settled":
        return
    person = await accounts.person(session, channel.account_id)
    if person is None:
        return
    await mail.send(
        session,
        _LETTERS[proof.status],
        to=person.email,
        locale=person.locale,
        key=f"channels.moved:{proof.id}:{proof.status.value}",
        account_id=person.id,
        name=person.name,
        platform=platform_name(channel.platform),
        channel=shown(channel.platform, channel.url, channel.handle),
        path=f"/apply/channels/{channel.id}",
        because=proof.because,
    )
