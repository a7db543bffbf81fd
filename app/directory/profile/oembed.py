"""A member's page as oEmbed tells of it: a photo, which is the badge (https://oembed.com, 2.3.4.1).

A photo, not HTML of ours: each consumer writes its own markup around an address of a picture, so
nobody has to trust a line of ours, and WordPress shows it also for sites that it does not know.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from app.core import i18n
from app.core.config import settings
from app.core.i18n import gettext as _
from app.directory.profile import badge
from app.directory.profile.badge import Look
from app.directory.profile.badge_drawing import SIZES
from app.directory.queries.profile import Handed
from app.members.policy import parse_number

FORMATS = {"json": "application/json", "xml": "text/xml"}
CACHE_AGE = 3600  # seconds; the picture itself is asked for each time
_PAGE = re.compile(r"(?:/(vi|en|fr))?/members/([^/]{1,40})/?")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_ANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a consumer asks for; the most that its place has room for, in pixels."""

    number: str
    language: str
    most_wide: int = _ANY
    most_high: int = _ANY


def asked(url: str, most_wide: str | None, most_high: str | None) -> Asked | None:
    """What is asked for; None when the address is not that of a member's page of this portal.

    Raises:
        ValueError: a room is not a number of pixels.
    """
    room = [_ANY if given is None else _pixels(given) for given in (most_wide, most_high)]
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    ours = urlsplit(settings().base_url)
    if parts.scheme not in ("http", "https") or parts.netloc.casefold() != ours.netloc:
        return None
    found = _PAGE.fullmatch(unquote(parts.path))
    number = parse_number(found[2]) if found else None
    if found is None or number is None:
        return None
    return Asked(number, found[1] or i18n.current_locale(), *room)


def _pixels(given: str) -> int:
    if not _NUMBER.fullmatch(given):
        raise ValueError("not a number of pixels")
    return int(given)


def response(found: Handed, what: Asked, picture: str) -> dict[str, Any]:
    """The answer about a member, by names of the specification.

    The title tells no standing: consumers keep it, and it would outlive the standing.

    Args:
        picture: the address of the picture for social networks, 1200 × 630.
    """
    member, base = found.member, settings().base_url
    size, width, height = _fitting(what)
    prefix = f"/{what.language}"
    with i18n.use_locale(what.language):
        alliance = _("Digital Trust Alliance")
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "photo",
        "title": f"{member.stage_name} ({member.number}) · {alliance}",
        "author_name": member.stage_name,
        "author_url": f"{base}{prefix}/members/{member.number}",
        "provider_name": alliance,
        "provider_url": base,
        "cache_age": CACHE_AGE,
        "url": badge.address(member.number, Look(size=size, language=what.language)),
        "width": width,
        "height": height,
    }
    if what.most_wide >= 1200 and what.most_high >= 630:  # noqa: PLR2004 - what the picture has
        told |= {"thumbnail_url": picture, "thumbnail_width": 1200, "thumbnail_height": 630}
    return told


def _fitting(what: Asked) -> tuple[str, int, int]:
    """The largest badge that has room, width and height; the smallest made smaller if none has."""
    for name in reversed(tuple(SIZES)):
        size = SIZES[name]
        if size.width <= what.most_wide and size.height <= what.most_high:
            return name, size.width, size.height
    least = SIZES["small"]
    scale = min(what.most_wide / least.width, what.most_high / least.height)
    return "small", max(1, int(least.width * scale)), max(1, int(least.height * scale))


def xml(told: Mapping[str, Any]) -> str:
    """The answer in the other format."""
    fields = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in told.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{fields}</oembed>\n'
