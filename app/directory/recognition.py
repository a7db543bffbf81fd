"""What somebody who checks an account may have meant by what they pasted. Pure."""

from dataclasses import dataclass

from app.channels.policy.links import Link, clean, possible, recognise
from app.channels.policy.platforms import platforms
from app.channels.policy.reasons import NotRecognised
from app.core.i18n import gettext as _
from app.members.policy import looks_like_number, parse_number, words

LONGEST = 500  # characters; more is no link of a channel


@dataclass(frozen=True, slots=True)
class Meant:
    """One reading of what was pasted; all fields are empty when there is none.

    `number` is canonical; `links` is one link, or one a platform for a bare handle; `name` says
    that it is words rather than an account; `reason` says why nothing could be read.
    """

    number: str = ""
    mistyped: bool = False
    links: tuple[Link, ...] = ()
    name: bool = False
    reason: str = ""


def read(given: str) -> Meant:
    """Read what was pasted into the check: a number first, then a link, a handle, a name."""
    text = clean(given)
    if looks_like_number(text):
        number = parse_number(text)
        return Meant(number=number) if number else Meant(mistyped=True)
    if len(text) > LONGEST:
        return Meant(reason=_reason("too_long"))
    try:
        return Meant(links=(recognise(text),))
    except NotRecognised as refused:
        links = _others(text, refused.kind)
        if links:
            return Meant(links=links)
        if refused.kind in ("malformed", "which") and words(text) and "/" not in text:
            return Meant(name=True)
        return Meant(reason=_reason(refused.kind))


def _others(text: str, kind: str) -> tuple[Link, ...]:
    """The readings that `recognise` leaves open: a bare handle, or a site of somebody's own.

    A name with a dot in it (`chi.bep`) looks like a host, and may be both.
    """
    if kind == "which":
        return possible(text)
    if kind != "unknown_host":
        return ()
    found = []
    for platform in platforms():
        try:
            found.append(recognise(text, platform))
        except NotRecognised:
            continue
    return tuple(found)


def _reason(kind: str) -> str:
    """Why it cannot be checked, said to whoever looks rather than to the channel's owner."""
    said = {
        "short_link": _(
            "This is a short link, which hides where it leads. Open it, then copy the address that"
            " you arrive at."
        ),
        "group": _("This link leads to a group, which belongs to nobody alone. Check a profile."),
        "live": _(
            "This link leads to one broadcast. Open the profile behind it and copy its link."
        ),
        "not_a_channel": _(
            "This link leads to a post or a page of the platform, not to a profile. Open the"
            " profile behind it and copy its link."
        ),
        "phone": _(
            "This is a telephone number. The alliance does not publish any, nor check them."
        ),
        "email": _("This is an e-mail address. Only public accounts can be checked."),
        "not_public": _("This address does not lead to the public internet."),
        "too_long": _("This is too long to be the link of a profile."),
    }
    return said.get(
        kind,
        _("We cannot read this as a link, a handle or a member number. Copy the link again."),
    )
