"""The configured ways to sign in."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from app.accounts.providers.base import Provider
from app.accounts.providers.oidc import GoogleProvider, OidcProvider
from app.accounts.providers.social import FacebookProvider, TikTokProvider, ZaloProvider
from app.core.config import ProviderSettings, settings

PRESETS: Mapping[str, Callable[[ProviderSettings], Provider]] = {
    "oidc": OidcProvider,
    "google": GoogleProvider,
    "facebook": FacebookProvider,
    "tiktok": TikTokProvider,
    "zalo": ZaloProvider,
}


@lru_cache
def providers() -> Mapping[str, Provider]:
    """By the name that stands in addresses, in the order of the configuration."""
    return {given.name: PRESETS[given.preset](given) for given in settings().providers}
