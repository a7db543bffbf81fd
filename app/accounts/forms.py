"""What the pages of sign-in and of the account ask."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from babel.support import LazyProxy
from pydantic import Field

from app.accounts.models import Purpose
from app.accounts.policy import LONGEST_NAME
from app.core.i18n import lazy_gettext as _l
from app.web.forms import FormModel, Line


class StartForm(FormModel):
    """Which trip to a provider begins; `next` is where it shall end."""

    next: str = ""
    purpose: Purpose = Purpose.SIGN_IN


class AccountForm(FormModel):
    """How the person is called, and where letters go."""

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "name.missing": _l("Write the name that we should call you by."),
    }

    name: Annotated[Line, Field(max_length=LONGEST_NAME)]
    email: str = ""


class LanguageForm(FormModel):
    """The language in which to speak and write to the person; `next` is the page they were on."""

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "language": _l("Choose one of the three languages."),
    }

    language: Literal["vi", "en", "fr"]
    next: str = ""
