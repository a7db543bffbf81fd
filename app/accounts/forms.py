"""What the account's pages ask."""

from typing import Literal

from app.web.forms import FormModel


class LanguageForm(FormModel):
    """The language in which to write to the person."""

    language: Literal["vi", "en", "fr"]
