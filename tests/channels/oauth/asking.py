"""What a test asks of an adapter, and how it gets a grant."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.accounts.providers.base import ProviderError, RoundTrip
from app.accounts.sign_in import new_verifier
from app.channels.methods.base import Ask, Finding, Grant
from app.channels.methods.oauth import failure_of
from app.channels.methods.oauth.adapters import adapters
from app.channels.methods.oauth.matching import judged
from app.channels.policy.links import recognise
from app.core import clock
from app.core.crypto import token
from tests.channels.oauth.platform_server import (
    LINKS,
    PLATFORMS,
    decide,
)

each_platform = pytest.mark.parametrize("platform", PLATFORMS)


def trip_to(platform: str) -> RoundTrip:
    return RoundTrip(
        redirect_uri=f"http://localhost:8000/channels/oauth/{platform}/callback",
        state=token(),
        nonce="",
        verifier=new_verifier(),
        began_at=clock.now(),
    )


def ask_for(platform: str, link: str = "", stable_id: str | None = None) -> Ask:
    found = recognise(link or LINKS[platform], platform)
    return Ask(
        platform,
        found.url,
        found.key,
        handle=found.handle,
        stable_id=stable_id or found.stable_id,
    )


async def granted(platform: str, *, keep: bool = False, choose: str = "0") -> Grant:
    adapter, trip = adapters()[platform], trip_to(platform)
    back = await decide(adapter.authorize_url(trip, keep=keep), choose)
    code = parse_qs(urlsplit(back).query)["code"][0]
    return await adapter.redeem(code, trip, keep=keep)


async def visited(
    platform: str, ask: Ask | None = None, *, keep: bool = False, choose: str = "0"
) -> Finding | str:
    """What a visit comes to: what was found, or the key of why it failed."""
    try:
        grant = await granted(platform, keep=keep, choose=choose)
        seen = await adapters()[platform].read(grant, counts=keep)
    except ProviderError as failed:
        return failure_of(failed)
    return judged(ask or ask_for(platform), seen)
