"""What a version of the code says, as its file and the database hold it; and its exact text."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.core.config import DATA
from app.core.crypto import canonical_json, digest
from app.core.errors import Missing, Refused
from app.core.i18n import DEFAULT_LOCALE, LOCALES, current_locale

FIRST = DATA / "conduct-1.0.yaml"


def _line(given: str) -> str:
    line = unicodedata.normalize("NFC", given).strip()
    if not line or "\n" in line or "  " in line:
        raise ValueError("must be one line of text without double blanks")
    return line


def _every_language(given: Mapping[str, str]) -> Mapping[str, str]:
    if set(given) != set(LOCALES):
        raise ValueError(f"must be given in {', '.join(LOCALES)} and no other language")
    return {locale: given[locale] for locale in LOCALES}


Line = Annotated[str, AfterValidator(_line)]
Words = Annotated[Mapping[str, Line], AfterValidator(_every_language)]


def spoken(words: Mapping[str, str], locale: str | None = None) -> str:
    """`words` in `locale`, else in the reader's language."""
    return words.get(locale or current_locale()) or words[DEFAULT_LOCALE]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Duty(_Part):
    """One duty. Its number, title and words are signed; its sources are only shown."""

    number: int = Field(ge=1)
    key: str = Field(pattern=r"^[a-z][a-z_]*$")
    title: Words
    words: Words
    sources: tuple[Line, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _languages_together(cls, given: Any) -> Any:
        """In a file the words stand beside the title, each under its language."""
        if not isinstance(given, Mapping) or "words" in given:
            return given
        rest = {key: value for key, value in given.items() if key not in LOCALES}
        return {**rest, "words": {key: given[key] for key in LOCALES if key in given}}


class DrawRules(_Part):
    """How the short test before signing is drawn, and what passes."""

    questions: int = Field(ge=1)
    right_to_pass: int = Field(ge=1)
    pause_after_failure_minutes: int = Field(ge=0)
    focus: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _can_be_passed(self) -> Self:
        if self.right_to_pass > self.questions:
            raise ValueError("right_to_pass is more than questions")
        return self


class Content(_Part):
    """All that one version says, in every language."""

    version: str = Field(pattern=r"^[1-9]\d{0,3}\.\d{1,4}$")
    effective_from: date
    title: Words
    preamble: Words
    duties: tuple[Duty, ...] = Field(min_length=1)
    closing: Words
    test: DrawRules

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        if [duty.number for duty in self.duties] != list(range(1, len(self.duties) + 1)):
            raise ValueError("duties must be numbered 1, 2, 3 … in order")
        if len({duty.key for duty in self.duties}) != len(self.duties):
            raise ValueError("two duties have the same key")
        return self

    def text(self, locale: str) -> str:
        """The exact text that is shown, hashed and signed in `locale`.

        Preamble, duties in order, closing; an empty line between them; a duty is its number, a
        point, a blank and its title, and its words on the next line. NFC, one line feed at the
        end. docs/decisions/0013 gives the byte form.
        """
        duties = (f"{d.number}. {d.title[locale]}\n{d.words[locale]}" for d in self.duties)
        return "\n\n".join((self.preamble[locale], *duties, self.closing[locale])) + "\n"

    def stored(self) -> dict[str, Any]:
        """As the database keeps it."""
        return self.model_dump(mode="json")

    def digest(self) -> str:
        """The SHA-256 of all of it as canonical JSON."""
        return digest(canonical_json(self.stored()))


def read_file(path: Path) -> Content:
    """The version that the YAML file at `path` holds.

    Raises:
        Missing: no such file.
        Refused: it is not a whole code in every language; the message says where.
    """
    try:
        raw = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Missing(f"{path}: {error.strerror}") from error
    try:
        return Content.model_validate(yaml.safe_load(raw))
    except yaml.YAMLError as error:
        raise Refused(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise Refused(f"{path} is not a whole code: {'; '.join(wrong)}") from error
