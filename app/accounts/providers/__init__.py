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
TAKEN = "confirm"  # /sign-in/confirm is a page


@lru_cache
def providers() -> Mapping[str, Provider]:
    """By the name that stands in addresses, in the order of the configuration.

    Raises:
        ValueError: two have one name, one has a name that is a page's, or a portal on HTTPS
            would trust an issuer without it.
    """
    given = settings().providers
    names = [one.name for one in given]
    for one in given:
        if names.count(one.name) > 1 or one.name == TAKEN:
            raise ValueError(f"provider {one.name}: choose another name for it")
        if settings().secure and one.preset == "oidc" and not one.issuer.startswith("https://"):
            raise ValueError(f"provider {one.name}: its issuer must be reached over https")
    return {one.name: PRESETS[one.preset](one) for one in given}


def label_of(name: str) -> str:
    """How people call the provider `name`; one no longer configured keeps its plain name."""
    known = providers().get(name)
    return known.label if known else name.title()
