"""Typed forms: what a browser sends becomes a pydantic value, or messages at the fields.

What was typed is kept as it was, so that a page can show it again.
"""

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, TypeVar, Union, get_args, get_origin

from babel.support import LazyProxy
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from app.core import text
from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext

MOST_FIELDS = 300
MOST_BYTES_A_FIELD = 200_000
MOST_BYTES = 1_000_000  # of a whole form of texts
MOST_BYTES_WITH_A_FILE = 32_000_000  # more than any file of ours: what is too large is told at it
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CHARSET = re.compile(rb";\s*charset\s*=[^;]*", re.IGNORECASE)


def _tidy_text(given: object) -> object:
    return text.tidy(given) if isinstance(given, str) else given


def _tidy_long_text(given: object) -> object:
    if not isinstance(given, str):
        return given
    lines = given.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(text.tidy(line) for line in lines).strip()


Line = Annotated[str, BeforeValidator(_tidy_text)]
"""One line of text: NFC, without invisible characters, single blanks."""

Paragraphs = Annotated[str, BeforeValidator(_tidy_long_text)]
"""Text of several lines, each tidied as a `Line`."""


class FormModel(BaseModel):
    """What a form means once it is right. Blank fields count as not given.

    `messages` says a field's errors in its own words: by `"field"` for any error of it, or
    `"field.kind"` for one kind of pydantic's (`missing`, `string_too_long`, …).
    """

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, frozen=True)

    messages: ClassVar[Mapping[str, LazyProxy]] = {}
    takes_file: ClassVar[bool] = False
    """Whether a file comes with it; elsewhere nobody may have us take one in."""
    longest: ClassVar[int] = MOST_BYTES_A_FIELD
    """How many bytes one text of it may have, in a form that takes that many at all."""


M = TypeVar("M", bound=FormModel)
Typed = dict[str, str | list[str]]


@dataclass
class Form(Generic[M]):
    """One form on its way: what was typed, what is wrong with it, what it means."""

    model: type[M]
    typed: Typed = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)
    _value: M | None = None

    @property
    def value(self) -> M:
        """What the form means.

        Raises:
            Refused: it has errors; a route answers 422 before it asks for the value.
        """
        if self._value is None or self.errors:
            raise Refused(_("Some answers need your attention."))
        return self._value

    def error(self, name: str, message: object) -> None:
        """Say `message` at the field `name`; the first one said stays."""
        self.errors.setdefault(name, str(message))

    def shown(self, name: str) -> str:
        """What was typed into `name`, as one text."""
        found = self.typed.get(name, "")
        return found if isinstance(found, str) else ", ".join(found)

    def chosen(self, name: str) -> list[str]:
        """All values ticked in `name`."""
        found = self.typed.get(name, [])
        return [found] if isinstance(found, str) else found


async def read_form(request: Request, model: type[M]) -> Form[M]:
    """Read the request's form as a `model`.

    The form also stays on `request.state.form`, so that an error page can give back what was
    typed.

    Raises:
        HTTPException: 413, it is longer than any form of ours; 400, it cannot be read.
    """
    most = MOST_BYTES_WITH_A_FILE if model.takes_file else MOST_BYTES
    data = await _as_ours(request, most).form(
        max_files=int(model.takes_file), max_fields=MOST_FIELDS, max_part_size=model.longest
    )
    form: Form[M] = Form(model, typed=_typed(data, model), files=dict(_files(data)))
    request.state.form = form
    check(form)
    return form


def _as_ours(request: Request, left: int) -> Request:
    """`request`, its body read as UTF-8 and cut off by a refusal after `left` bytes.

    Our pages are UTF-8, so are their forms (HTML, "encoding an entry list"); another charset in
    the header is a stranger's choice of one of Python's codecs, which make texts that are none.
    """
    headers = [
        (name, _CHARSET.sub(b"", value) if name == b"content-type" else value)
        for name, value in request.scope["headers"]
    ]

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return Request({**request.scope, "headers": headers}, receive)


def blank(model: type[M], **values: Any) -> Form[M]:
    """A form as it is first shown, filled with `values` as they are stored."""
    return Form(model, typed=_as_typed(values))


def _as_typed(values: Mapping[str, Any]) -> Typed:
    typed: Typed = {}
    for name, value in values.items():
        if isinstance(value, date):
            typed |= {
                f"{name}_day": str(value.day),
                f"{name}_month": str(value.month),
                f"{name}_year": str(value.year),
            }
        elif isinstance(value, bool):
            typed[name] = "yes" if value else "no"
        elif isinstance(value, list | tuple | set | frozenset):
            typed[name] = [str(v) for v in value]
        elif value is not None:
            typed[name] = str(value)
    return typed


def check(form: Form[M]) -> None:
    """Turn what was typed into the form's value, or into messages at its fields."""
    try:
        form._value = form.model.model_validate(_values(form))  # noqa: SLF001 - its own maker
    except ValidationError as wrong:
        for detail in wrong.errors():
            name = str(detail["loc"][0]) if detail["loc"] else "form"
            form.error(name, _message(form.model, name, detail))


def _typed(data: FormData, model: type[FormModel]) -> Typed:
    """Texts only, without control characters; fields that take several values as lists."""
    typed: Typed = {}
    for name in data:
        values = [_CONTROL.sub("", v) for v in data.getlist(name) if isinstance(v, str)]
        if not values:
            continue
        info = model.model_fields.get(name)
        many = info is not None and _takes_many(info.annotation)
        typed[name] = values if many else values[-1]
    return typed


def _files(data: FormData) -> Iterator[tuple[str, UploadFile]]:
    for name in data:
        value = data[name]
        if isinstance(value, UploadFile) and value.filename:
            yield name, value


def _values(form: Form[M]) -> dict[str, Any]:
    """What pydantic is given: blanks left out, the three parts of a date put together."""
    values: dict[str, Any] = {}
    for name, info in form.model.model_fields.items():
        if _is_a(info.annotation, date):
            parts = [form.shown(f"{name}_{part}").strip() for part in ("year", "month", "day")]
            if any(parts):
                values[name] = "-".join(p.zfill(n) for p, n in zip(parts, (4, 2, 2), strict=True))
        elif isinstance(found := form.typed.get(name), list):
            values[name] = [v for v in found if text.tidy(v)]
        elif found is not None and text.tidy(found):
            values[name] = found
    return values


def _members(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _members(part)
    elif get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    else:
        yield annotation


def _takes_many(annotation: Any) -> bool:
    many = (list, tuple, set, frozenset)
    return any((get_origin(part) or part) in many for part in _members(annotation))


def _is_a(annotation: Any, kind: type) -> bool:
    return any(part is kind for part in _members(annotation))


_USUAL: Mapping[str, LazyProxy] = {
    "missing": _l("Please fill this in."),
    "bool_parsing": _l("Choose yes or no."),
    "int_parsing": _l("Write a whole number, such as 12000."),
    "int_from_float": _l("Write a whole number, such as 12000."),
    "date_from_datetime_parsing": _l("Write a real date, such as 24 11 1998."),
    "date_parsing": _l("Write a real date, such as 24 11 1998."),
    "literal_error": _l("Choose one of the answers shown."),
    "enum": _l("Choose one of the answers shown."),
    "too_short": _l("Choose at least one."),
}


def _message(model: type[FormModel], name: str, detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    for key in (f"{name}.{kind}", name):
        if key in model.messages:
            return str(model.messages[key])
    if kind == "value_error":
        return str(context["error"])
    if isinstance(detail["input"], str) and kind in ("too_short", "too_long"):
        kind = f"string_{kind}"  # what pydantic says of a text that was tidied first
    if kind in _USUAL:
        return str(_USUAL[kind])
    return _length_message(kind, context)


def _length_message(kind: str, context: Mapping[str, Any]) -> str:
    most, least = int(context.get("max_length") or 0), int(context.get("min_length") or 0)
    if kind == "string_too_long":
        return ngettext("Use at most %(n)s character.", "Use at most %(n)s characters.", most)
    if kind == "string_too_short":
        return ngettext("Use at least %(n)s character.", "Use at least %(n)s characters.", least)
    if kind == "too_long":
        return ngettext("Choose at most %(n)s.", "Choose at most %(n)s.", most)
    return _("This answer is not in a form that we understand.")
