"""Whether what a platform told is the channel that was asked about."""

from collections.abc import Sequence
from urllib.parse import quote

from app.channels.methods.base import Ask, Finding
from app.channels.methods.oauth.base import Profile, Seen
from app.channels.policy.links import Link, recognise
from app.channels.policy.platforms import platforms
from app.channels.policy.reasons import NotRecognised

MOST_NAMES = 3


def judged(ask: Ask, seen: Seen) -> Finding:
    """What the reading says of the channel asked about.

    A platform's own id decides wherever one is known; the name does only until then. Of channels
    that were not asked about nothing is kept.
    """
    evidence = {"chain": [seen.address], "sha256": seen.sha256}
    if not seen.profiles:
        return Finding("oauth_no_channel", evidence)
    found = _asked_for(ask, seen.profiles)
    if found is None:
        named = any(_is_named(ask, one) for one in seen.profiles)
        return Finding("other_id" if named else "oauth_other_channel", evidence)
    if not found.manages:
        return Finding("oauth_not_manager", evidence)
    link = link_of(ask.platform, found)
    return Finding(
        None,
        evidence | {"matched": found.handle or found.stable_id},
        stable_id=found.stable_id,
        handle=link.handle if link else None,
        url=link.url if link else None,
        followers=found.followers,
    )


def _asked_for(ask: Ask, profiles: Sequence[Profile]) -> Profile | None:
    if ask.stable_id:
        profiles = [one for one in profiles if one.stable_id == ask.stable_id]
        return next((one for one in profiles if _is_named(ask, one)), next(iter(profiles), None))
    return next((one for one in profiles if _is_named(ask, one)), None)


def _is_named(ask: Ask, profile: Profile) -> bool:
    link = link_of(ask.platform, profile)
    return link is not None and link.key == ask.key


def link_of(platform: str, profile: Profile) -> Link | None:
    """The channel's address by its name; None where it has none that fits the platform."""
    handle = profile.handle.removeprefix("@")
    if not handle:
        return None
    try:
        found = recognise(platforms()[platform].canonical.format(handle=quote(handle)))
    except NotRecognised:
        return None
    return found if found.platform == platform else None


def names_of(platform: str, seen: Seen) -> tuple[str, ...]:
    """What a few of the channels seen are called, to tell their owner with which they came."""
    found: dict[str, str] = {}
    for profile in seen.profiles:
        link = link_of(platform, profile)
        if link and link.handle:
            found.setdefault(profile.stable_id, link.handle)
    return tuple(found.values())[:MOST_NAMES]
