"""The columns that a download adds, which are taken away again when it is checked anew. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from app.core.i18n import LOCALES, use_locale
from app.core.i18n import gettext as _


def titles() -> tuple[str, ...]:
    """What a download's own columns are called, in the reader's language."""
    return (
        _("Answer"),
        _("What it means"),
        _("Member"),
        _("Member number"),
        _("Page of the member"),
        _("True on (Vietnam time)"),
    )


def without_answers(rows: Iterable[Sequence[str]]) -> tuple[Iterator[Sequence[str]], bool | None]:
    """`rows` without answers of before, and whether there were any: then there is a header.

    Returns: None as the second where there were none, and the header is still to be found.
    """
    waiting, gap = iter(rows), 0
    header: Sequence[str] = ()
    for header in waiting:
        if any(header):
            break
        gap += 1
    every = chain(repeat((), gap), [header], waiting)
    start = _start(header)
    if start is None:
        return every, None
    end = start + len(titles())
    return ([*row[:start], *row[end:]] for row in every), True


def _start(header: Sequence[str]) -> int | None:
    """Where in `header` the titles of answers begin, whatever language they are in."""
    for locale in LOCALES:
        with use_locale(locale):
            own = list(titles())
        for place in range(len(header) - len(own) + 1):
            if list(header[place : place + len(own)]) == own:
                return place
    return None
