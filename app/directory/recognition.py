"""What somebody who checks an account may have meant by what they pasted. Pure."""

from dataclasses import dataclass

from app.channels.policy.links import Link, clean, readings, recognise
from app.channels.policy.reasons import NotRecognised
from app.core.i18n import gettext as _
from app.members.policy import looks_like_number, parse_number, words

LONGEST = 500  # characters; more is no link of a channel


@dataclass(frozen=True, slots=True)
class Meant:
    """One reading of what was pasted; all fields are empty when there is none.

    `number` is canonical; `links` are one link, or all that a handle may be where `bare`; `name`
    says that it is words rather than an account; `reason` says why nothing could be read: then
    `handle` is the name that its platform cannot have, `short` a short link that may be opened.
    """

    number: str = ""
    mistyped: bool = False
    links: tuple[Link, ...] = ()
    bare: bool = False
    name: bool = False
    reason: str = ""
    handle: str = ""
    short: str = ""


def shown(given: str) -> str:
    """What was pasted, as a page may show it again."""
    return "".join(c for c in given if c.isprintable())[:LONGEST]


def read(given: str) -> Meant:
    """Read what was pasted into the check: a number first, then a link, a handle, a name."""
    text = clean(given)
    if looks_like_number(text):
        number = parse_number(text)
        return Meant(number=number) if number else Meant(mistyped=True)
    if len(text) > LONGEST:
        return Meant(reason=reason("too_long"))
    try:
        return Meant(links=(recognise(text),))
    except NotRecognised as refused:
        return _otherwise(text, refused)


def _otherwise(text: str, refused: NotRecognised) -> Meant:
    """The readings that `recognise` leaves open, or why there is none."""
    kind = refused.kind
    if kind in ("which", "unknown_host") and (links := _others(text, kind)):
        return Meant(links=links, bare=not _is_link(text))
    if kind in ("malformed", "which") and words(text) and "/" not in text:
        return Meant(name=True)
    if kind == "handle":
        handle, platform = refused.values["handle"], refused.values["platform"]
        return Meant(handle=handle, reason=_no_such_name(handle, platform))
    return Meant(reason=reason(kind), short=text if kind == "short_link" else "")


def _is_link(text: str) -> bool:
    return "/" in text or ":" in text


def _others(text: str, kind: str) -> tuple[Link, ...]:
    """A bare handle on every platform that has such names, or a site of somebody's own.

    A name with a dot in it (`chi.bep`) looks like a host, and may be both.
    """
    if kind == "which" or not _is_link(text):
        return readings(text)
    found = []
    for platform in ("mastodon", "website"):
        try:
            found.append(recognise(text, platform))
        except NotRecognised:
            continue
    return tuple(found)


def _no_such_name(handle: str, platform: str) -> str:
    return _(
        "%(platform)s has no such names as “%(handle)s”: whoever shows it to you has changed it."
        " Open the profile and copy its link.",
        platform=platform,
        handle=handle,
    )


def reason(kind: str) -> str:
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
        "not_short": _("This is no short link. Paste it into the box above."),
        "leads_away": _(
            "This short link leads to no page of its own platform. Do not trust it: open the"
            " profile in the app and copy its link."
        ),
        "no_answer": _(
            "The platform did not say where this short link leads. Open it, then copy the address"
            " that you arrive at."
        ),
    }
    return said.get(
        kind,
        _("We cannot read this as a link, a handle or a member number. Copy the link again."),
    )
