"""The reader's language: catalogues, lazy texts, dates and numbers as that reader writes them.

Messages are English in the source; `locale/<language>/<slice>.po` holds the rest, one file a
slice, merged at the start. English is the source itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy, NullTranslations, Translations

from app.core.clock import VIETNAM
from app.core.config import ROOT

LOCALES = ("vi", "en", "fr")
DEFAULT_LOCALE = "vi"
OWN_NAMES = {"vi": "Tiếng Việt", "en": "English", "fr": "Français"}
CATALOGUES = ROOT / "locale"

TERRITORIAL = {"en": "en_GB", "vi": "vi_VN", "fr": "fr_FR"}
_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


def current_locale() -> str:
    """The language that this piece of work speaks."""
    return _locale.get()


def known(locale: str) -> str:
    """`locale` when the portal speaks it, else Vietnamese."""
    return locale if locale in LOCALES else DEFAULT_LOCALE


def set_locale(locale: str) -> None:
    """Speak `locale` for the rest of this context (a request has one of its own)."""
    _locale.set(known(locale))


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Speak `locale` inside the block: mails are written in their reader's language."""
    token = _locale.set(known(locale))
    try:
        yield
    finally:
        _locale.reset(token)


@lru_cache
def catalogue(locale: str) -> NullTranslations:
    """All messages of `locale`, from every slice's file."""
    merged: NullTranslations = NullTranslations()
    for path in sorted((CATALOGUES / locale).glob("*.po")):
        with path.open("rb") as file:
            compiled = BytesIO()
            write_mo(compiled, read_po(file, locale=locale))
        compiled.seek(0)
        one = Translations(compiled)
        merged = merged.merge(one) if isinstance(merged, Translations) else one
    return merged


def gettext(message: str, /, **values: Any) -> str:
    """`message` in the reader's language, `%(name)s` filled from `values`."""
    found = catalogue(current_locale()).gettext(message) if message else ""
    return found % values if values else found


def ngettext(one: str, many: str, n: int, /, **values: Any) -> str:
    """The form of the message that fits `n`, which is `%(n)s` inside it, written as a number."""
    found = catalogue(current_locale()).ngettext(one, many, n)
    return found % {"n": format_number(n), **values}


def pgettext(context: str, message: str, /, **values: Any) -> str:
    """`message` as meant in `context`."""
    found = catalogue(current_locale()).pgettext(context, message)
    text = str(found)
    return text % values if values else text


def lazy_gettext(message: str, /, **values: Any) -> LazyProxy:
    """A text that is translated only where it is shown: for messages named at import time."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


Length = Literal["short", "medium", "long", "full"]


def format_date(day: date, length: Length = "long") -> str:
    """`day` as the reader writes it; an instant is first put on Vietnam's calendar."""
    if isinstance(day, datetime):
        day = day.astimezone(VIETNAM).date()
    if current_locale() == "vi" and length in ("medium", "long"):
        return f"{day.day}/{day.month}/{day.year}"  # “từ 3 tháng 11” reads “for 3 months” at first
    return _date(_babel(), day, length)


@lru_cache(maxsize=20_000)
def _date(locale: str, day: date, length: Length) -> str:
    return dates.format_date(day, length, locale=locale)


def format_datetime(moment: datetime) -> str:
    """`moment` in Vietnam's time."""
    local = moment.astimezone(VIETNAM)
    return f"{format_date(local.date())}, {local:%H:%M}"


def format_number(value: float) -> str:
    """`value` with the reader's separators."""
    return numbers.format_decimal(value, locale=_babel())


def compact_number(value: int) -> str:
    """`value` in short, as followers are told: 12,3 nghìn (vi), 12.3K (en), 12,3 k (fr)."""
    if value < 1000:  # noqa: PLR2004 - the first thousand is told in full
        return format_number(value)
    unit = next(unit for unit in (9, 6, 3) if value >= 10**unit)
    return _compact(current_locale(), round(value, 1 - unit))  # of what is said, so that few differ


@lru_cache(maxsize=20_000)
def _compact(locale: str, value: int) -> str:
    shape: Literal["short", "long"] = "long" if locale == "vi" else "short"
    said = numbers.format_compact_decimal(
        value, format_type=shape, locale=TERRITORIAL[locale], fraction_digits=1
    )
    return said.replace("\u00a0", " ")


def _babel() -> str:
    return TERRITORIAL[current_locale()]
