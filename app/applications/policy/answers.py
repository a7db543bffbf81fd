"""What an applicant writes, section by section, as the columns of an application hold it."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, ClassVar, Self

from app.applications.models import Application, Section
from app.core.crypto import canonical_json, digest

ADULT = 18
LEAST_BIOGRAPHY, MOST_BIOGRAPHY = 80, 1500
MOST_TOPICS = 5
MOST_LANGUAGES = 6
MOST_TEXT = 500  # of a qualification or a declaration


def is_adult(born: date, today: date) -> bool:
    """Whether somebody born on `born` has turned 18 by `today`, a date in Vietnam.

    A birthday on 29 February is reached on 1 March of a common year.

    Source: design §2; Civil Code 91/2015/QH13, art. 20 (an adult is of full eighteen years).
    """
    reached = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not reached) >= ADULT


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one section; the fields are columns of `Application`."""

    section: ClassVar[Section]

    @classmethod
    def of(cls, application: Application) -> Self:
        """What the application holds of this section, given or not."""
        held = (getattr(application, field.name) for field in fields(cls))
        return cls(*(tuple(value) if isinstance(value, list) else value for value in held))

    def columns(self) -> dict[str, Any]:
        """The values as the columns take them."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    def mark(self) -> str:
        """Changes whenever an answer does: what a section's form carries as `seen`.

        Of its section only, so that two windows may write two sections at once.
        """
        values = {n: v.isoformat() if isinstance(v, date) else v for n, v in asdict(self).items()}
        return digest(canonical_json(values))[:16]


@dataclass(frozen=True, slots=True)
class About(Answers):
    """Who somebody is, and how to reach them."""

    section: ClassVar[Section] = Section.ABOUT

    legal_name: str | None
    legal_name_public: bool
    stage_name: str | None
    birth_date: date | None
    province: str | None
    phone: str | None  # E.164
    contact_email: str | None  # lower case


@dataclass(frozen=True, slots=True)
class Topics(Answers):
    """What somebody speaks about, in which languages, and what they say of themself."""

    section: ClassVar[Section] = Section.TOPICS

    topics: tuple[str, ...]
    languages: tuple[str, ...]
    biography: str
    qualifications: dict[str, str]  # expert topic → text


@dataclass(frozen=True, slots=True)
class Portrait(Answers):
    """The key of the picture in the storage."""

    section: ClassVar[Section] = Section.PORTRAIT

    portrait: str | None


@dataclass(frozen=True, slots=True)
class Declarations(Answers):
    """What might bear on somebody's independence or record; None: not answered yet."""

    section: ClassVar[Section] = Section.DECLARATIONS

    has_agency: bool | None
    agency: str
    has_exclusive_brands: bool | None
    exclusive_brands: str
    has_penalties: bool | None
    penalties: str


OWN: tuple[type[Answers], ...] = (About, Topics, Portrait, Declarations)
"""The sections that an application keeps itself; channels and conduct are other slices'."""
