"""The answers to a test, and signing."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from babel.support import LazyProxy
from pydantic import Field, create_model

from app.core.i18n import lazy_gettext as _l
from app.web.forms import FormModel, Line

MOST_QUESTIONS = 50


class TestForm(FormModel):
    """One try at the test; `answers_form` adds a field for each of its questions."""

    __test__ = False  # not for pytest

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        f"q{n}": _l("Question %(n)s: choose an answer.", n=n) for n in range(1, MOST_QUESTIONS + 1)
    }

    attempt: UUID

    @property
    def given(self) -> list[int]:
        """The positions chosen, from 0, in the order of the questions."""
        fields = [name for name in type(self).model_fields if name != "attempt"]
        return [int(getattr(self, name)) for name in fields]


@lru_cache
def answers_form(choices: tuple[int, ...]) -> type[TestForm]:
    """The form of a test whose questions have so many answers each."""
    fields: dict[str, Any] = {
        f"q{n}": (Annotated[int, Field(ge=0, lt=answers)], ...)
        for n, answers in enumerate(choices, start=1)
    }
    return create_model("AnswersForm", __base__=TestForm, **fields)


class SignForm(FormModel):
    """Signing: the text shown, by language and hash, and the person's name and consent."""

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "name": _l("Type your legal name to sign."),
        "agree": _l("Tick the box to say that you undertake to keep the code."),
    }

    language: Literal["vi", "en", "fr"]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[Line, Field(max_length=200)]
    agree: Literal["yes"]
