"""What the forms of all sections have in common, and the portrait's, which has nothing more."""

from typing import ClassVar, Literal

from app.web.forms import FormModel


class SectionForm(FormModel):
    """A section's form: the mark of what the person saw, and where they came from."""

    seen: str = ""
    back: Literal["", "check"] = ""  # "check": return to the answers to check


class PortraitForm(SectionForm):
    """The section “Your portrait”; the file itself is among the form's files."""

    takes_file: ClassVar[bool] = True
