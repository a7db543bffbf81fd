"""The platforms at which a channel can be proven by signing in, as far as they are configured."""

from collections.abc import Mapping
from functools import lru_cache

from app.channels.methods.oauth.adapters.facebook import Facebook
from app.channels.methods.oauth.adapters.instagram import Instagram
from app.channels.methods.oauth.adapters.tiktok import TikTok
from app.channels.methods.oauth.adapters.twitch import Twitch
from app.channels.methods.oauth.adapters.x import X
from app.channels.methods.oauth.adapters.youtube import YouTube
from app.channels.methods.oauth.adapters.zalo import Zalo
from app.channels.methods.oauth.base import Adapter
from app.core.config import settings

ADAPTERS: Mapping[str, type[Adapter]] = {
    kind.platform: kind for kind in (YouTube, TikTok, Facebook, Instagram, X, Twitch, Zalo)
}


@lru_cache
def adapters() -> Mapping[str, Adapter]:
    """Those with a client of the portal's, by platform."""
    return {
        given.platform: ADAPTERS[given.platform](given) for given in settings().channel_providers
    }
