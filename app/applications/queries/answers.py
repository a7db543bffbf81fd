"""The answers of an application as rows to read: the same for applicant and staff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.applications.models import Section
from app.applications.policy.answers import About, Answers, Declarations, Portrait, Topics
from app.core.i18n import format_date
from app.core.i18n import gettext as _
from app.core.reference import reference


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: the form's field, its label and what it says in the reader's language."""

    name: str
    key: str
    value: str


def yes_or_no(given: bool | None) -> str:  # noqa: FBT001 - the answer itself
    """An answer in one word; nothing when it was not given."""
    return "" if given is None else _("Yes") if given else _("No")


def _about(held: About) -> tuple[Row, ...]:
    public = {
        None: "",
        True: _("Shown on the profile"),
        False: _("Known to the alliance only"),
    }[held.legal_name_public if held.legal_name else None]
    born = format_date(held.birth_date) if held.birth_date else ""
    province = reference.provinces[held.province].name() if held.province else ""
    return (
        Row("legal_name", _("Legal name"), held.legal_name or ""),
        Row("legal_name_public", _("Is the legal name shown?"), public),
        Row("stage_name", _("Stage name"), held.stage_name or ""),
        Row("birth_date", _("Date of birth"), born),
        Row("province", _("Province or city"), province),
        Row("phone", _("Phone"), spaced(held.phone or "")),
        Row("contact_email", _("E-mail"), held.contact_email or ""),
    )  # fmt: skip


def spaced(number: str) -> str:
    """A number in E.164 as people in Vietnam read it aloud: 0912 345 678."""
    if not number.startswith("+84"):
        return number
    local = "0" + number.removeprefix("+84")
    return f"{local[:-6]} {local[-6:-3]} {local[-3:]}"


def _topics(held: Topics) -> tuple[Row, ...]:
    qualified = (
        Row(
            f"qualification_{topic}",
            _("Qualification: %(topic)s", topic=reference.topics[topic].name()),
            text,
        )
        for topic, text in held.qualifications.items()
    )
    return (
        Row("topics", _("Topics"), ", ".join(reference.topics[key].name() for key in held.topics)),
        *qualified,
        Row(
            "languages",
            _("Languages"),
            ", ".join(reference.languages[key].name() for key in held.languages),
        ),
        Row("biography", _("Biography"), held.biography),
    )


def _portrait(held: Portrait) -> tuple[Row, ...]:
    return (Row("portrait", _("Portrait"), _("Uploaded") if held.portrait else ""),)


def _declarations(held: Declarations) -> tuple[Row, ...]:
    asked = (
        ("has_agency", _("Managed by an agency or network"), held.has_agency, held.agency),
        (
            "has_exclusive_brands",
            _("Bound to brands exclusively"),
            held.has_exclusive_brands,
            held.exclusive_brands,
        ),
        ("has_penalties", _("Administrative penalties"), held.has_penalties, held.penalties),
    )
    return tuple(
        Row(name, key, ": ".join(filter(None, (yes_or_no(answer), text))))
        for name, key, answer, text in asked
    )


_ROWS: Mapping[Section, Callable[..., tuple[Row, ...]]] = {
    Section.ABOUT: _about,
    Section.TOPICS: _topics,
    Section.PORTRAIT: _portrait,
    Section.DECLARATIONS: _declarations,
}


def rows(held: Answers) -> tuple[Row, ...]:
    """The answers of one section, in the order of its form; values not given are empty."""
    return _ROWS[held.section](held)
