"""What a look at a channel has to look for."""

from app.channels.methods import Ask
from app.channels.models import Channel, ChannelProof
from app.core.config import settings


def ask_for(channel: Channel, proof: ChannelProof, token: str | None) -> Ask:
    """What a look has to look for.

    Args:
        token: of the address of the channel's owner that links lead to, if they have one.
    """
    return Ask(
        platform=channel.platform,
        url=channel.url,
        key=channel.key,
        handle=channel.handle,
        stable_id=channel.stable_id,
        code=proof.code or "",
        identity_url=identity_url(token) if token else "",
    )


def identity_url(token: str) -> str:
    """The whole address that a rel="me" link leads to."""
    return f"{settings().base_url}/is/{token}"
