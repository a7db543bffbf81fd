"""A member's page in the words of schema.org: ProfilePage and Person, for search engines.

As https://developers.google.com/search/docs/appearance/structured-data/profile-page asks for it.
"""

from typing import Any

from app.core.clock import VIETNAM
from app.core.config import settings
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.directory.queries.lines import ChannelLine
from app.directory.queries.profile import ProfilePage

FOLLOWED = "https://schema.org/FollowAction"


def structured(page: ProfilePage, address: str) -> dict[str, Any]:
    """What `page` says, for programs; of who is no member today only name and number.

    Args:
        address: the page's own, with scheme and host.
    """
    member = page.member
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "@id": address,
        "url": address,
        "inLanguage": current_locale(),
        "dateCreated": member.joined_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "dateModified": page.changed_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "mainEntity": {key: value for key, value in _person(page).items() if value},
    }


def _person(page: ProfilePage) -> dict[str, Any]:
    member, base = page.member, settings().base_url
    person: dict[str, Any] = {
        "@type": "Person",
        "@id": f"{base}/members/{member.number}#person",
        "name": member.stage_name,
        "url": f"{base}/members/{member.number}",
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": _("Member number"),
            "value": member.number,
        },
    }
    if not member.present:
        return person
    return person | {
        "alternateName": member.legal_name,
        "description": page.summary,
        "image": base + page.portrait_url if page.portrait_url else "",
        "homeLocation": {"@type": "AdministrativeArea", "name": page.province.text},
        "knowsAbout": [topic.text for topic in page.topics],
        "knowsLanguage": list(member.languages),
        "sameAs": [channel.url for channel in page.channels if channel.undisputed],
        "interactionStatistic": [
            _followers(channel)
            for channel in page.channels
            if channel.followers is not None and channel.undisputed
        ],
        "memberOf": {
            "@type": "Organization",
            "@id": f"{base}/#alliance",
            "name": _("Digital Trust Alliance"),
            "url": f"{base}/",
        },
    }


def _followers(channel: ChannelLine) -> dict[str, Any]:
    """A count with where it was counted, on which day and by whom: it is not ours."""
    counter: dict[str, Any] = {
        "@type": "InteractionCounter",
        "interactionType": FOLLOWED,
        "userInteractionCount": channel.followers,
        "interactionService": {"@type": "WebSite", "name": channel.platform_name},
    }
    if channel.counted_on:
        counter["endTime"] = channel.counted_on.isoformat()
    if channel.source:
        counter["description"] = channel.source
    return counter
