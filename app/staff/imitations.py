"""Members whom an applicant's name or channels look like, for whoever reviews the application."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.queries.review import Review
from app.channels.policy.lookalikes import named
from app.members import lookalikes
from app.members.lookalikes import Asked, LookAlike


@dataclass(frozen=True, slots=True)
class Imitation:
    """One thing of the applicant's, and whom it looks like. `platform_name`: "" for their name."""

    shown: str
    platform_name: str
    likes: tuple[LookAlike, ...]


async def imitations(session: AsyncSession, it: Review) -> tuple[Imitation, ...]:
    """What of an application looks like a member's, their name first. Two statements.

    The very same channel with another account is not among them: that is a claim of its own.
    """
    asked: dict[Asked, tuple[str, str, str]] = {}
    if name := it.application.stage_name:
        asked[Asked(name, is_name=True)] = (name, "", "")
    for channel in it.channels:
        if text := named(channel.platform, channel.key, channel.handle):
            facts = (channel.shown, channel.platform_name, channel.key)
            asked.setdefault(Asked(text, channel.platform), facts)
    found = await lookalikes.find(session, asked, own=it.applicant.id)
    every = (
        Imitation(shown, platform_name, _others(found[one], one.platform, key))
        for one, (shown, platform_name, key) in asked.items()
    )
    return tuple(imitation for imitation in every if imitation.likes)


def _others(likes: tuple[LookAlike, ...], platform: str, key: str) -> tuple[LookAlike, ...]:
    return tuple(
        like
        for like in likes
        if like.channel is None or (like.channel.platform, like.channel.key) != (platform, key)
    )
