"""Who has an account at the demonstration's platforms: the two who have nothing yet."""

from app.channels.policy.links import recognise
from app.demo.kols import Kol, invented
from app.demo.naming import handle_of, link_of
from app.demo.platforms.shapes import PLATFORMS, Account, OwnChannel

SIGNING_IN = 2
FOLLOWERS = 12_300


def links(platform: str) -> list[str]:
    """The addresses of their channels on a platform."""
    return [link_of(platform, handle_of(kol.stage_name)) for kol in invented()[:SIGNING_IN]]


def accounts() -> dict[str, list[Account]]:
    """By platform, an account with one channel for each of them."""
    people = invented()[:SIGNING_IN]
    return {platform: [_account(platform, kol) for kol in people] for platform in PLATFORMS}


def _account(platform: str, kol: Kol) -> Account:
    link = recognise(link_of(platform, handle_of(kol.stage_name)))
    handle, number = (link.handle or link.key).removeprefix("@"), f"{kol.portrait:020d}"
    channel_id = f"UC{number}1w" if platform == "youtube" else number
    return Account((OwnChannel(channel_id, handle, FOLLOWERS),), f"{kol.name.whole} (@{handle})")
