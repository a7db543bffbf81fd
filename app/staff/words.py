"""The words for what staff see: roles, and what happened to an application."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from babel.support import LazyProxy

from app.accounts.models import Role
from app.applications.models import Section, Status
from app.audit.queries import Event
from app.cases.queries import Said
from app.channels.models import FollowersSource
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.reference import reference


def role(of: Role | str) -> str:
    """The name of a staff role."""
    return {
        Role.REVIEWER: _("Reviewer"),
        Role.OFFICER: _("Case officer"),
        Role.BOARD: _("Board member"),
        Role.ADMINISTRATOR: _("Administrator"),
        Role.AUDITOR: _("Auditor"),
    }[Role(of)]


def role_means(of: Role | str) -> str:
    """What somebody with the role does."""
    return {
        Role.REVIEWER: _("Checks applications and decides on them."),
        Role.OFFICER: _("Handles complaints."),
        Role.BOARD: _("Confirms sanctions and decides on appeals."),
        Role.ADMINISTRATOR: _("Gives and takes roles, sees all members."),
        Role.AUDITOR: _("Reads everything, decides nothing."),
    }[Role(of)]


def patience(days_left: int, *, broken: bool) -> str:
    """How an application stands against the promise made for it.

    Args:
        days_left: working days until the promise falls due.
        broken: whether the hour of it has passed.
    """
    if not broken:
        if days_left == 0:
            return _("due today")
        return ngettext("%(n)s working day left", "%(n)s working days left", days_left)
    if days_left == 0:
        return _("overdue since today")
    return ngettext("%(n)s working day late", "%(n)s working days late", -days_left)


def sources() -> dict[str, str]:
    """Who says how many follow a channel, by key."""
    return {
        FollowersSource.DECLARED: _("declared"),
        FollowersSource.STAFF: _("counted by staff"),
        FollowersSource.API: _("from the platform"),
    }


_MOVES: Mapping[tuple[str, str], LazyProxy] = MappingProxyType(
    {
        (Status.DRAFT, Status.SUBMITTED): _l("Application submitted"),
        (Status.SUBMITTED, Status.IN_REVIEW): _l("Review begun"),
        (Status.IN_REVIEW, Status.SUBMITTED): _l("Review given back"),
        (Status.IN_REVIEW, Status.INFO_REQUESTED): _l("Asked for changes"),
        (Status.INFO_REQUESTED, Status.SUBMITTED): _l("Changes sent in"),
        (Status.IN_REVIEW, Status.APPROVED): _l("Approved"),
        (Status.IN_REVIEW, Status.DECLINED): _l("Declined"),
    }
)
_ENDS: Mapping[str, LazyProxy] = MappingProxyType(
    {Status.WITHDRAWN: _l("Withdrawn by the applicant"), Status.EXPIRED: _l("Expired")}
)


def move(old: str | None, new: str | None) -> str:
    """One move of an application."""
    found = _ENDS.get(new or "") or _MOVES.get((old or "", new or ""))
    return str(found) if found else ""


SECTIONS: Mapping[Section, LazyProxy] = MappingProxyType(
    {
        Section.ABOUT: _l("Person and contacts"),
        Section.CHANNELS: _l("Channels"),
        Section.TOPICS: _l("Topics, languages, biography"),
        Section.PORTRAIT: _l("Portrait"),
        Section.DECLARATIONS: _l("Declarations"),
        Section.CONDUCT: _l("Code of conduct"),
    }
)
"""As staff name them; the applicant's pages say “About you”."""


def sections(keys: Sequence[str]) -> str:
    """The names of sections in one line."""
    return ", ".join(str(SECTIONS[Section(key)]) for key in keys)


def happened(event: Event, names: Mapping[UUID, str]) -> str:
    """One line of an application's audit; empty for what tells staff nothing."""
    text = ""
    match event.action:
        case "application.moved":
            text = move(event.before, event.after)
        case "application.taken_over":
            text = _("Review taken over from %(name)s", name=_name(event.before, names))
        case "application.released":
            text = _("Review released")
        case "application.viewed":
            text = _("Opened")
        case "application.against_mark":
            text = _("Decided against the mark: %(because)s", because=event.because)
        case "application.scored":
            pillar = reference.pillars.get(event.detail.get("pillar", ""))
            text = _(
                "%(pillar)s: %(points)s",
                pillar=pillar.name() if pillar else "",
                points=event.after or _("points taken back"),
            )
    return text


def _name(account_id: str | None, names: Mapping[UUID, str]) -> str:
    return names.get(UUID(account_id), "") if account_id else ""


def told(said: Said) -> str:
    """What happened, said to staff; empty for what tells them nothing."""
    facts = said.facts
    if said.event == "application.taken_over":
        return _(
            "%(now)s took the review over from %(held_by)s.",
            now=said.author_name,
            held_by=facts.get("held_by", ""),
        )
    if said.event != "application.moved":
        return ""
    text = move(facts.get("old"), facts.get("new"))
    who = said.author_name if facts.get("party") != "clock" else ""
    about = sections(facts.get("sections") or [])
    text = f"{text}: {about}" if about else text
    return f"{text} ({who})" if text and who else text
