"""The conversation about an application, as its applicant reads it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Section, Status
from app.applications.policy.moves import SECTION_NAMES
from app.cases import queries as cases
from app.cases.queries import Entry, Said
from app.core.i18n import gettext as _


def named(sections: list[str]) -> str:
    """The names of sections in one line."""
    return ", ".join(str(SECTION_NAMES[Section(key)]) for key in sections)


def _asked(facts: Mapping[str, Any]) -> str:
    sections = facts.get("sections") or []
    if not sections:
        return _("The reviewer asked for changes.")
    return _("The reviewer asked for changes: %(sections)s.", sections=named(sections))


def _answered(facts: Mapping[str, Any]) -> str:
    sections = facts.get("sections") or []
    if not sections:
        return _("You sent your answer to the reviewer.")
    return _("You sent it back with changes: %(sections)s.", sections=named(sections))


_MOVES: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], str]] = {
    (Status.DRAFT, Status.SUBMITTED): lambda _facts: _("You sent your application."),
    (Status.SUBMITTED, Status.IN_REVIEW): lambda _facts: _("A reviewer began to read it."),
    (Status.IN_REVIEW, Status.SUBMITTED): lambda _facts: _("It waits for another reviewer."),
    (Status.IN_REVIEW, Status.INFO_REQUESTED): _asked,
    (Status.INFO_REQUESTED, Status.SUBMITTED): _answered,
    (Status.IN_REVIEW, Status.APPROVED): lambda _facts: _("Your application was approved."),
    (Status.IN_REVIEW, Status.DECLINED): lambda _facts: _("Your application was declined."),
}
_ENDS: Mapping[str, Callable[[], str]] = {
    Status.WITHDRAWN: lambda: _("You withdrew your application."),
    Status.EXPIRED: lambda: _("Your application expired."),
}


def _sentence(said: Said) -> str:
    """What happened, said to the applicant; empty for what does not concern them."""
    if said.event == "application.started":
        return _("You began your application.")
    if said.event != "application.moved":
        return ""
    old, new = said.facts.get("old", ""), said.facts.get("new", "")
    if new in _ENDS:
        return _ENDS[new]()
    told = _MOVES.get((old, new))
    return told(said.facts) if told else ""


async def conversation(session: AsyncSession, case_id: UUID) -> tuple[Entry, ...]:
    """The conversation that the applicant may see, oldest first. One statement."""
    thread = await cases.thread(session, case_id, staff=False)
    return cases.conversation(thread, _sentence, staff=False)
