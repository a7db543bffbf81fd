"""What the staff's pages ask."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from babel.support import LazyProxy
from pydantic import Field, create_model, field_validator

from app.accounts.models import Role
from app.applications.models import Section
from app.applications.policy.assessment import MOST_NOTE, Score, Sheet
from app.applications.policy.moves import DECLINE_REASONS
from app.applications.policy.reviewing import MOST_MESSAGE, MOST_REASON
from app.applications.service.assessment import Given
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.reference import reference
from app.web.forms import FormModel, Paragraphs


class RoleForm(FormModel):
    """One staff role of one account, given or taken."""

    account_id: UUID
    role: Role

    messages: ClassVar[Mapping[str, LazyProxy]] = {"role": _l("Choose a role.")}


class HoldForm(FormModel):
    """Claim, release, take over."""

    seen: int


class NoteForm(FormModel):
    """A note among staff."""

    note: Annotated[Paragraphs, Field(max_length=MOST_MESSAGE)]

    messages: ClassVar[Mapping[str, LazyProxy]] = {"note.missing": _l("Write the note first.")}


class MessageForm(FormModel):
    """A message to the applicant."""

    seen: int
    words: Annotated[Paragraphs, Field(max_length=MOST_MESSAGE)]

    messages: ClassVar[Mapping[str, LazyProxy]] = {"words.missing": _l("Write the message first.")}


class AskForm(FormModel):
    """A request for changes."""

    seen: int
    sections: Annotated[list[Section], Field(min_length=1)]
    words: Annotated[Paragraphs, Field(max_length=MOST_MESSAGE)]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "sections": _l("Choose what is to be changed."),
        "words.missing": _l("Say what is to be changed, and how."),
    }

    @field_validator("sections")
    @classmethod
    def _in_order(cls, given: list[Section]) -> list[Section]:
        return [section for section in Section if section in given]


class ApproveForm(FormModel):
    """An approval."""

    seen: int
    because: Annotated[Paragraphs, Field(max_length=MOST_REASON)] = ""


class DeclineForm(FormModel):
    """A refusal."""

    seen: int
    reasons: Annotated[list[str], Field(min_length=1)]
    words: Annotated[Paragraphs, Field(max_length=MOST_MESSAGE)]
    because: Annotated[Paragraphs, Field(max_length=MOST_REASON)] = ""

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "reasons": _l("Choose at least one reason."),
        "words.missing": _l("Tell the applicant why, and what they can do."),
    }

    @field_validator("reasons")
    @classmethod
    def _known(cls, given: list[str]) -> list[str]:
        if not set(given) <= DECLINE_REASONS.keys():
            raise ValueError(_("Choose at least one reason."))
        return [key for key in DECLINE_REASONS if key in given]


class SheetFields(FormModel):
    """The assessment sheet, without the fields of its pillars."""

    messages: ClassVar[Mapping[str, LazyProxy]] = {}

    def given(self) -> dict[str, Given]:
        """What each pillar was given, by its key."""
        held = self.model_dump()
        return {
            key: Given(
                Score(held[f"{key}_points"], held[f"{key}_note"], held[f"{key}_evidence"]),
                held[f"{key}_seen"],
            )
            for key in reference.pillars
        }


def _pillar_fields() -> Iterator[tuple[str, Any]]:
    text = Annotated[Paragraphs, Field(max_length=MOST_NOTE)]
    for key, pillar in reference.pillars.items():
        yield f"{key}_points", (Annotated[int | None, Field(ge=0, le=pillar.points)], None)
        yield f"{key}_note", (text, "")
        yield f"{key}_evidence", (text, "")
        yield f"{key}_seen", (str, "")


SheetForm = cast(
    "type[SheetFields]",
    create_model("SheetForm", __base__=SheetFields, **dict(_pillar_fields())),
)
"""The assessment sheet: points, note and evidence of each pillar, and what was seen of it."""
SheetForm.messages = {
    f"{key}_points": _l("Give a whole number from 0 to %(most)s.", most=pillar.points)
    for key, pillar in reference.pillars.items()
}


def shown(sheet: Sheet) -> dict[str, Any]:
    """The sheet as its form shows it."""
    found: dict[str, Any] = {}
    for line in sheet:
        key, score = line.pillar.key, line.score
        found |= {
            f"{key}_points": score.points,
            f"{key}_note": score.note,
            f"{key}_evidence": score.evidence,
            f"{key}_seen": score.mark,
        }
    return found
