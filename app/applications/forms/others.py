"""The small forms around the sections: begin, submit, answer, write, withdraw."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from babel.support import LazyProxy
from pydantic import Field

from app.core.i18n import lazy_gettext as _l
from app.web.forms import FormModel, Paragraphs

MOST_MESSAGE = 3000


class StartForm(FormModel):
    """Consent, before anything is asked (Law 91/2025/QH15)."""

    consent: Literal["yes"]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "consent": _l("Without your agreement we may not read what you write. Tick it to begin."),
    }


class SubmitForm(FormModel):
    """The last step of a draft."""

    seen: int
    true: Literal["yes"]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "true": _l("Tick that your answers are true, then send them."),
    }


class AnswerForm(FormModel):
    """What goes back to the reviewer who asked for changes."""

    seen: int
    words: Annotated[Paragraphs, Field(max_length=MOST_MESSAGE)] = ""


class MessageForm(FormModel):
    """A message in the conversation."""

    words: Annotated[Paragraphs, Field(max_length=MOST_MESSAGE)]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "words.missing": _l("Write your message first."),
    }


class WithdrawForm(FormModel):
    """Taking the application back."""

    seen: int
