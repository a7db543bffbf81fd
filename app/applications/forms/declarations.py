"""What might bear on somebody's independence or record."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from babel.support import LazyProxy
from pydantic import Field, ValidationInfo, field_validator

from app.applications.forms.section import SectionForm
from app.applications.policy import answers
from app.applications.policy.answers import MOST_TEXT
from app.core.i18n import lazy_gettext as _l
from app.web.forms import Paragraphs

Told = Annotated[Paragraphs, Field(max_length=MOST_TEXT, validate_default=True)]
_ASKED_BY = {
    "agency": "has_agency",
    "exclusive_brands": "has_exclusive_brands",
    "penalties": "has_penalties",
}
_TELL: Mapping[str, LazyProxy] = {
    "agency": _l("Name the agency or network that manages you."),
    "exclusive_brands": _l("Name the brands, and until when each agreement runs."),
    "penalties": _l("Say what each penalty was for, who imposed it and when."),
}


class DeclarationsForm(SectionForm):
    """The section “Declarations”: three questions, and words only after a yes."""

    has_agency: bool
    agency: Told = ""
    has_exclusive_brands: bool
    exclusive_brands: Told = ""
    has_penalties: bool
    penalties: Told = ""

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "has_agency.missing": _l("Say whether an agency or network manages you."),
        "has_exclusive_brands.missing": _l("Say whether you are bound to brands exclusively."),
        "has_penalties.missing": _l("Say whether you have had administrative penalties."),
    }

    @field_validator(*_ASKED_BY)
    @classmethod
    def _after_a_yes(cls, given: str, info: ValidationInfo) -> str:
        name = str(info.field_name)
        if not info.data.get(_ASKED_BY[name], False):
            return ""
        if not given:
            raise ValueError(str(_TELL[name]))
        return given

    def answers(self) -> answers.Declarations:
        """What the section means."""
        return answers.Declarations(
            has_agency=self.has_agency,
            agency=self.agency,
            has_exclusive_brands=self.has_exclusive_brands,
            exclusive_brands=self.exclusive_brands,
            has_penalties=self.has_penalties,
            penalties=self.penalties,
        )
