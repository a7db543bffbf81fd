"""The task list: which sections are complete, which are not, which are to be changed."""

from collections.abc import Mapping
from enum import StrEnum

from app.applications.models import Application, Section, Status
from app.core.reference import reference


class Task(StrEnum):
    """How a section stands, as `components/status.html` names it."""

    COMPLETE = "complete"
    TO_DO = "to_do"
    TO_CHANGE = "to_change"


def is_complete(
    application: Application, section: Section, *, has_channel: bool, has_signed: bool
) -> bool:
    """Whether `section` has all that a submission needs.

    Args:
        has_channel: whether the person has named a channel, proven or not.
        has_signed: whether they signed the code in its version in force.
    """
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
            return has_channel
        case Section.CONDUCT:
            return has_signed


def tasks(
    application: Application, *, has_channel: bool, has_signed: bool
) -> Mapping[Section, Task]:
    """Every section with how it stands, in the order of the list."""
    asked = frozenset[str]()
    if application.status is Status.INFO_REQUESTED:
        asked = frozenset(application.asked_sections) - frozenset(application.mended_sections)
    found = {}
    for section in Section:
        if not is_complete(application, section, has_channel=has_channel, has_signed=has_signed):
            found[section] = Task.TO_DO
        elif section in asked:
            found[section] = Task.TO_CHANGE
        else:
            found[section] = Task.COMPLETE
    return found
