"""What each side of a dispute and staff say to each other; the sides never to one another."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.audit import service as audit
from app.cases import service as cases
from app.cases.models import Audience, Author
from app.channels import mails, queries
from app.channels.models import Channel, ChannelDispute
from app.channels.policy import disputes as policy
from app.channels.policy.links import shown
from app.channels.policy.proofs import MOST_WORDS
from app.channels.service.disputes.sides import alone, check_staff, open_claims
from app.channels.service.taking import take
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer


async def say(session: AsyncSession, by: Viewer, channel_id: UUID, words: str) -> None:
    """Say to staff what speaks for oneself in the dispute about one's own channel.

    Moves nothing that the other side could see.

    Raises:
        NotAllowed, Missing: as `take` says.
        Conflict: the channel is not disputed any more.
        Refused: no words.
    """
    channel = await take(session, channel_id, owner=by.own_id)
    case_id = await _open_case(session, channel.id)
    if not words.strip():
        raise Refused(_("Write what you want to say."))
    await cases.say(
        session, case_id, by, words.strip()[: policy.MOST_OF_A_SIDE], author=Author.PERSON
    )


async def say_as_staff(
    session: AsyncSession,
    by: Viewer,
    dispute_id: UUID,
    channel_id: UUID,
    words: str,
    *,
    internal: bool = False,
) -> None:
    """Ask or tell one side something; or note something about it for colleagues alone.

    Args:
        channel_id: of the side that is spoken to.
        internal: for staff only; may name the other side.

    Raises:
        NotAllowed: `by` is no reviewer, or has a part in it.
        Missing: there is no such dispute, or no such side.
        Conflict: it is decided.
        Refused: no words, or they name another side.
    """
    dispute = await session.get(ChannelDispute, dispute_id)
    if dispute is None:
        raise Missing(_("There is no such dispute."))
    await alone(session, dispute.holder_channel_id)
    claims = await open_claims(session, dispute.holder_channel_id)
    if not claims:
        raise Conflict(_("The dispute has been decided meanwhile."))
    ids = [dispute.holder_channel_id, *(claim.claimant_channel_id for claim in claims)]
    await check_staff(session, by, ids)
    if channel_id not in ids:
        raise Missing(_("There is no such side."))
    channel = await session.get_one(Channel, channel_id)
    case_id = await _open_case(session, channel.id)
    others = [await session.get_one(Channel, one) for one in ids if one != channel.id]
    words = await check_words(session, words, [] if internal else others)
    audience = Audience.STAFF if internal else Audience.EVERYONE
    await cases.say(session, case_id, by, words, author=Author.STAFF, audience=audience)
    await audit.record(session, "channel.dispute_spoken", channel.id, by, internal=internal)
    if not internal:
        await mails.tell_dispute_message(session, channel, words)


async def open_dispute(session: AsyncSession, by: Viewer, dispute_id: UUID) -> None:
    """Let somebody of staff read a dispute with both threads, and write down that they did.

    Raises:
        NotAllowed: `by` may read none, or has a part in it.
        Missing: there is no such dispute.
    """
    if by.account_id is None or not policy.may_see(by):
        raise NotAllowed("disputes: not for this hat")
    dispute = await session.get(ChannelDispute, dispute_id)
    if dispute is None:
        raise Missing(_("There is no such dispute."))
    for channel_id in (dispute.holder_channel_id, dispute.claimant_channel_id):
        if await queries.is_party(session, by.account_id, channel_id):
            raise NotAllowed("disputes: party to the case")
    await audit.note_view(session, "channel.dispute_viewed", dispute_id, by)


async def check_words(session: AsyncSession, words: str, about: Sequence[Channel]) -> str:
    """The words as they are kept.

    Args:
        about: channels whose owners the words must not name, as somebody else reads them.

    Raises:
        Refused: there are none, or they name somebody.
    """
    words = words.strip()[:MOST_WORDS]
    if not words:
        raise Refused(_("Write down what you want to say, or why."))
    names: list[str] = []
    for channel in about:
        owner = await accounts.person(session, channel.account_id)
        known = shown(channel.platform, channel.url, channel.handle)  # both sides know that one
        names += [one for one in (owner.name, owner.email) if one != known] if owner else []
    if (named := policy.named_in(words, names)) is not None:
        raise Refused(
            _("“%(name)s” tells one side who the other is. Say it without a name.", name=named)
        )
    return words


async def _open_case(session: AsyncSession, channel_id: UUID) -> UUID:
    """The thread of one side of what is still open about its channel."""
    held, claimed = ChannelDispute.holder_channel_id, ChannelDispute.claimant_channel_id
    # Locks nothing: whoever ends the dispute needs the row of the channel, which the caller has.
    case_id: UUID | None = await session.scalar(
        select(
            case(
                (held == channel_id, ChannelDispute.holder_case_id),
                else_=ChannelDispute.claimant_case_id,
            )
        )
        .where(ChannelDispute.decided_at.is_(None), or_(held == channel_id, claimed == channel_id))
        .limit(1)
    )
    if case_id is None:
        raise Conflict(_("This channel is not disputed any more."))
    return case_id
