"""A member as a contact card: vCard 4.0 (RFC 6350), of what their page shows and no more."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from app.core.config import settings
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.core.reference import reference
from app.core.text import tidy
from app.directory.profile import qr
from app.directory.queries.lines import ChannelLine
from app.members.queries import MemberView

MEDIA_TYPE = "text/vcard"
LONGEST_LINE = 75  # octets, the line's end aside (RFC 6350, section 3.2)
_SPECIAL = re.compile(r"[\\,;]")


def card(member: MemberView, channels: Iterable[ChannelLine], changed_at: datetime) -> str:
    """The card of `member`, in the reader's language.

    Of somebody who is no member today it has the name, the page and that they are none: whoever
    has an older card and asks again learns of it.
    """
    page = qr.address(member.number)
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:individual",
        f"UID:{page}",
        f"SOURCE:{page}/card.vcf",
        f"REV:{changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"FN;PREF=1:{_text(member.stage_name)}",
        f"URL;PREF=1:{page}",
    ]
    if member.present:
        lines += _of_a_member(member, channels)
    note = _(
        "%(meaning)s Member number: %(number)s. What is true today: %(address)s",
        meaning=member.meaning,
        number=member.number,
        address=page,
    )
    lines += [f"NOTE;LANGUAGE={current_locale()}:{_text(note)}", "END:VCARD"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _of_a_member(member: MemberView, channels: Iterable[ChannelLine]) -> list[str]:
    region = reference.provinces[member.province].name()
    topics = ",".join(_text(reference.topics[key].name()) for key in member.topics)
    lines = [f"ADR:;;;;{_text(region)};;"]
    if member.legal_name:
        lines.append(f"FN:{_text(member.legal_name)}")
    if topics:
        lines.append(f"CATEGORIES:{topics}")
    lines += [f"LANG;PREF={n}:{key}" for n, key in enumerate(member.languages, start=1)]
    if path := member.portrait_path("profile"):
        lines.append(f"PHOTO;MEDIATYPE=image/webp:{settings().base_url}{path}")
    return lines + [f"URL:{channel.url}" for channel in channels if channel.undisputed]


def _text(given: str) -> str:
    """`given` as a value of type text (RFC 6350, section 3.4), on one line."""
    return _SPECIAL.sub(r"\\\g<0>", tidy(given))


def _folded(line: str) -> str:
    """`line` in parts of at most 75 octets, none of which ends inside a character."""
    parts, part, size = [], "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > LONGEST_LINE:
            parts.append(part)
            part, size = "", 1  # the blank that the next part begins with
        part += char
        size += octets
    return "\r\n ".join([*parts, part])
