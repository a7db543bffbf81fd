"""A member's entries in plain words, on the page that says whose they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.channels.methods import FAILURES
from app.channels.policy.links import recognise
from app.channels.policy.platforms import platform_name
from app.channels.policy.reasons import NotRecognised
from app.core.i18n import format_date
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.reference import reference
from app.directory.queries.lines import method_how, shown
from app.trustlog import wording
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Openings
from app.trustlog.queries.history import Logged

PLAIN: Mapping[Kind, Any] = {
    Kind.CODE_SEALED: _l("The signed document got the alliance’s seal"),
    Kind.MEMBERSHIP_BEGUN: _l("Became a member"),
    Kind.MEMBERSHIP_RENEWED: _l("Became a member again, after a new application"),
    Kind.MEMBERSHIP_LAPSED: _l("The membership lapsed"),
    Kind.MEMBERSHIP_SUSPENDED: _l("The membership was suspended"),
    Kind.MEMBERSHIP_EXPELLED: _l("Expelled from the alliance"),
    Kind.MEMBERSHIP_LEFT: _l("Left the alliance"),
    Kind.CREDENTIAL_ISSUED: _l("Got a credential to carry"),
    Kind.CREDENTIAL_REVOKED: _l("The credential was revoked"),
}
REASONS: Mapping[str, Any] = {
    "removed": _l("Its owner took it off"),
    "merged": _l("Staff made one of two entries of the same channel"),
    "taken_away": _l("Staff took the proof away"),
    "decided": _l("Staff decided whose it is"),
    "gave_way": _l("Its owner left it to another"),
}
"""Why a channel was lost, where no look at it is the reason."""


AS_IT_IS: Mapping[str, Any] = {
    "because": _l("Statement of reasons"),
    "address": _l("Address"),
    "evidence_sha256": _l("SHA-256 of the evidence"),
    "sha256": _l("SHA-256 of the document"),
}
"""Values that are shown as they stand in the log, by name."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One hidden value that is opened. `code`: it is for comparing, not for reading."""

    name: str
    value: str
    code: bool = False


def said(entry: Logged, opened: Openings) -> str:
    """What an entry tells of the member, as far as `opened` lets it be said."""
    if entry.kind is Kind.CODE_SIGNED:
        return _(
            "Signed version %(version)s of the code of conduct", version=entry.facts["version"]
        )
    if entry.kind is Kind.MEMBERSHIP_REINSTATED:
        by_clock = entry.facts.get("party") == "clock"
        return _("The suspension ended") if by_clock else _("Back in good standing")
    if entry.kind in (Kind.CHANNEL_PROVEN, Kind.CHANNEL_LOST):
        return _of_channel(entry.kind, opened)
    return str(PLAIN[entry.kind]) if entry.kind in PLAIN else wording.said(entry.kind)


def _of_channel(kind: Kind, opened: Openings) -> str:
    which = _channel(opened)
    if kind is Kind.CHANNEL_PROVEN:
        return (
            _("Proved the channel %(channel)s", channel=which) if which else _("Proved a channel")
        )
    if which:
        return _("The proof of the channel %(channel)s was lost", channel=which)
    return _("The proof of a channel was lost")


def _channel(opened: Openings) -> str:
    if "address" not in opened or "platform" not in opened:
        return ""
    platform, address = opened["platform"][1], opened["address"][1]
    try:
        link = recognise(address, platform)
    except NotRecognised:  # a platform that is no longer known
        return address
    name = shown(platform, address, link.key, link.handle)
    return _("%(handle)s on %(platform)s", handle=name, platform=platform_name(platform))


def facts(entry: Logged, opened: Openings) -> Iterator[Fact]:
    """What is opened of an entry, in words; what only programs can use is left to the file."""
    if "language" in entry.facts:
        yield Fact(_("Language"), reference.languages[entry.facts["language"]].name())
    for name, (_salt, value) in sorted(opened.items()):
        if (fact := _fact(name, value)) is not None:
            yield fact


def _fact(name: str, value: str) -> Fact | None:
    if name == "until":
        return Fact(_("Until the end of"), format_date(date.fromisoformat(value)))
    if name == "method":
        return Fact(_("Way"), how) if (how := method_how(value)) else None
    if name == "reason":
        return Fact(_("Why"), str(REASONS.get(value) or FAILURES.get(value) or value))
    if name in AS_IT_IS:
        return Fact(str(AS_IT_IS[name]), value, code=name != "because")
    return None
