"""The bank of questions for the test before signing (`data/conduct-questions.yaml`)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.conduct.code import Line
from app.core.config import DATA
from app.core.i18n import DEFAULT_LOCALE, LOCALES, current_locale

FILE = DATA / "conduct-questions.yaml"


class Wording(BaseModel):
    """One question in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: Line
    right: Line
    wrong: tuple[Line, ...] = Field(min_length=2, max_length=3)
    because: Line  # why the one is right and the others are not

    @property
    def answers(self) -> tuple[str, ...]:
        """All answers, the right one first: answer 0."""
        return (self.right, *self.wrong)


class Question(BaseModel):
    """One question. Its key is kept with the tries at it and never given to another."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    duty: str
    focus: str = ""  # one of the code's `test.focus`
    vi: Wording
    en: Wording
    fr: Wording

    @model_validator(mode="after")
    def _same_shape(self) -> Self:
        if len({len(self.said(locale).answers) for locale in LOCALES}) != 1:
            raise ValueError(f"{self.key}: another number of answers in another language")
        return self

    def said(self, locale: str | None = None) -> Wording:
        """The question in `locale`, else in the reader's language."""
        found: Wording = getattr(self, locale or current_locale(), None) or getattr(
            self, DEFAULT_LOCALE
        )
        return found

    @property
    def answers(self) -> int:
        """How many answers there are to choose from."""
        return len(self.vi.answers)


@lru_cache
def bank() -> Mapping[str, Question]:
    """All questions by key, in the order of the file.

    Raises:
        ValueError: the file is not a whole bank, or a key stands twice.
    """
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["questions"]
    found = [Question.model_validate(row) for row in rows]
    keyed = {question.key: question for question in found}
    if len(keyed) != len(found):
        raise ValueError("two questions have the same key")
    return keyed
