"""The task list: which sections are complete, which are not, which are to be changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.applications.models import Application, Section, Status
from app.core.i18n import gettext as _
from app.core.reference import reference


class Task(StrEnum):
    """How a section stands, as `components/status.html` names it."""

    COMPLETE = "complete"
    TO_DO = "to_do"
    TO_CHANGE = "to_change"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What other slices keep of an application.

    `has_channel`: a channel is named, proven or not. `has_signed`: the code is signed in its
    version in force. `changed`: the sections of theirs that moved since changes were asked for.
    """

    has_channel: bool
    has_signed: bool
    changed: frozenset[Section] = frozenset()


def is_complete(application: Application, section: Section, elsewhere: Elsewhere) -> bool:
    """Whether `section` has all that a submission needs."""
    match section:
        case Section.ABOUT:
            held = (
                application.legal_name,
                application.stage_name,
                application.birth_date,
                application.province,
                application.phone,
                application.contact_email,
            )
            return None not in held
        case Section.TOPICS:
            experts = {key for key in application.topics if reference.topics[key].expert}
            return bool(
                application.topics
                and application.languages
                and application.biography
                and experts <= application.qualifications.keys()
            )
        case Section.PORTRAIT:
            return application.portrait is not None
        case Section.DECLARATIONS:
            answers = (
                application.has_agency,
                application.has_exclusive_brands,
                application.has_penalties,
            )
            return None not in answers
        case Section.CHANNELS:
            return elsewhere.has_channel
        case Section.CONDUCT:
            return elsewhere.has_signed


def tasks(application: Application, elsewhere: Elsewhere) -> Mapping[Section, Task]:
    """Every section with how it stands, in the order of the list."""
    asked = frozenset[str]()
    if application.status is Status.INFO_REQUESTED:
        asked = frozenset(application.asked_sections) - mended(application, elsewhere)
    found = {}
    for section in Section:
        if not is_complete(application, section, elsewhere):
            found[section] = Task.TO_DO
        elif section in asked:
            found[section] = Task.TO_CHANGE
        else:
            found[section] = Task.COMPLETE
    return found


def mended(application: Application, elsewhere: Elsewhere) -> frozenset[str]:
    """The asked sections that have changed since they were asked for."""
    changed = {*application.mended_sections, *elsewhere.changed}
    return frozenset(changed & set(application.asked_sections))


def why_read_only(status: Status) -> str:
    """Why an answer cannot be changed now, and what can be done."""
    match status:
        case Status.INFO_REQUESTED:
            return _(
                "The reviewer did not ask for changes here. You can say what else is to change"
                " in your answer."
            )
        case Status.SUBMITTED | Status.IN_REVIEW:
            return _(
                "You have sent your application, so its answers stay as they are while it is read."
                " If something is wrong, write to the reviewers in the conversation."
            )
        case _:
            return _("This application is closed, so its answers stay as they were.")
