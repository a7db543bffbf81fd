"""Where two names that look alike differ, letter by letter, in words. Pure."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from app.channels.policy.confusables import plain
from app.core.i18n import gettext as _

LONGEST = 100  # letters of either name that are compared
_LOOKS = 0.5  # what it costs to put a letter in place of one that looks the same
_OTHER = 1.0
_ALIKE = frozenset(map(frozenset, ("0o", "1l", "1i", "il", "5s", "3e", "4a", "8b", "9g", "2z")))
_TWO_AS_ONE = frozenset({("rn", "m"), ("vv", "w"), ("cl", "d")})


@dataclass(frozen=True, slots=True)
class Part:
    """Some letters of a name; `marked` where the other name has none of them, or others."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Two names side by side; `notes` says each difference in the reader's language."""

    asked: tuple[Part, ...]
    real: tuple[Part, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """A stretch of `asked` that stands where a stretch of `real` stands."""

    start: int  # in `asked`, from 0
    asked: str
    real: str

    @property
    def same(self) -> bool:
        return self.asked == self.real


def difference(asked: str, real: str) -> Difference:
    """Which letters of `asked` differ from those of `real`, capitals aside.

    Both are compared as people read them: composed (NFC), at most `LONGEST` letters of each.
    """
    one, other = (unicodedata.normalize("NFC", name.lower())[:LONGEST] for name in (asked, real))
    steps = _joined(list(_steps(one, other)))
    return Difference(
        asked=_parts((step.asked, not step.same) for step in steps),
        real=_parts((step.real, not step.same) for step in steps),
        notes=tuple(_note(step, one) for step in steps if not step.same),
    )


def _steps(one: str, other: str) -> Iterator[_Step]:
    """The way from one name to the other: what both begin and end with needs no search."""
    end = _in_common(one[::-1], other[::-1])
    one, other, ending = one[: len(one) - end], other[: len(other) - end], one[len(one) - end :]
    begin = _in_common(one, other)
    yield from (_Step(at, letter, letter) for at, letter in enumerate(one[:begin]))
    for step in _aligned(one[begin:], other[begin:]):
        yield replace(step, start=begin + step.start)
    yield from (_Step(len(one) + at, letter, letter) for at, letter in enumerate(ending))


def _in_common(one: str, other: str) -> int:
    """How many letters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _parts(pieces: Iterator[tuple[str, bool]]) -> tuple[Part, ...]:
    found: list[Part] = []
    for text, marked in pieces:
        if text and found and found[-1].marked == marked:
            found[-1] = Part(found[-1].text + text, marked)
        elif text:
            found.append(Part(text, marked))
    return tuple(found)


def _moves(one: str, other: str, i: int, j: int) -> Iterator[tuple[int, int, float]]:
    """Ways to have come to the end of `one[:i]` and `other[:j]`: letters of each, and the cost."""
    if i and j:
        a, b = one[i - 1], other[j - 1]
        if a == b:
            yield 1, 1, 0.0
        else:
            looks = frozenset((a, b)) in _ALIKE or plain(a) == plain(b)
            yield 1, 1, _LOOKS if looks else _OTHER
    if i:
        yield 1, 0, _OTHER
    if j:
        yield 0, 1, _OTHER
    if i > 1 and j and (one[i - 2 : i], other[j - 1]) in _TWO_AS_ONE:
        yield 2, 1, _LOOKS
    if i and j > 1 and (other[j - 2 : j], one[i - 1]) in _TWO_AS_ONE:
        yield 1, 2, _LOOKS
    if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1] != other[j - 2 : j]:
        yield 2, 2, _OTHER


def _aligned(one: str, other: str) -> list[_Step]:
    """The cheapest way from one name to the other; where several are, letters added come last."""
    best: dict[tuple[int, int], tuple[float, int, int]] = {(0, 0): (0.0, 0, 0)}
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if i or j:
                best[i, j] = min(
                    ((best[i - a, j - b][0] + cost, a, b)
                     for a, b, cost in _moves(one, other, i, j)),
                    key=lambda way: (way[0], -way[1] - way[2]),
                )  # fmt: skip
    steps: list[_Step] = []
    i, j = len(one), len(other)
    while i or j:
        _cost, a, b = best[i, j]
        steps.append(_Step(i - a, one[i - a : i], other[j - b : j]))
        i, j = i - a, j - b
    return steps[::-1]


def _joined(steps: list[_Step]) -> list[_Step]:
    """The steps, those that differ beside each other taken together where that says it better.

    Letters added or left out are one thing; so is a word in place of another (`vn`, `official`).
    """
    found: list[_Step] = []
    for alike, beside in groupby(steps, key=lambda step: step.same):
        run = list(beside)
        sizes = {(len(step.asked) > 0) - (len(step.real) > 0) for step in run}
        if alike or (len(sizes) == 1 and 0 in sizes):
            found += run
        else:
            asked, real = ("".join(map(attrgetter(side), run)) for side in ("asked", "real"))
            found.append(_Step(run[0].start, asked, real))
    return found


def _note(step: _Step, name: str) -> str:
    place, asked, real = step.start + 1, step.asked, step.real
    if not real:
        return _added(step, name)
    if not asked:
        return _left_out(step, name)
    if len(asked) == len(real) == 1:
        return _replaced(place, asked, real)
    if not {(asked, real), (real, asked)} & _TWO_AS_ONE and asked != real[::-1]:
        return _(
            "From character %(place)s: “%(asked)s” stands in place of “%(real)s”.",
            place=place, asked=asked.strip(), real=real.strip(),
        )  # fmt: skip
    if asked == real[::-1]:
        return _(
            "Characters %(first)s and %(second)s are swapped: “%(asked)s”, not “%(real)s”.",
            first=place, second=place + 1, asked=asked, real=real,
        )  # fmt: skip
    return _(
        "From character %(place)s: “%(asked)s” looks like “%(real)s”.",
        place=place, asked=asked, real=real,
    )  # fmt: skip


def _added(step: _Step, name: str) -> str:
    text, place = step.asked, step.start + 1
    word = text.strip() or text
    before = name[step.start - 1 : step.start]
    after = name[step.start + len(text) :][:1]
    if len(text) == 1 and text in (before, after) and text.isalnum():
        return _("Character %(place)s: “%(text)s” stands there once more.", place=place, text=text)
    if len(text) == 1:
        return _("Character %(place)s: “%(text)s” is added.", place=place, text=text)
    if step.start + len(text) == len(name):
        return _("“%(text)s” is added at the end.", text=word)
    if step.start == 0:
        return _("“%(text)s” is added at the beginning.", text=word)
    return _("From character %(place)s: “%(text)s” is added.", place=place, text=word)


def _left_out(step: _Step, name: str) -> str:
    if step.start == 0:
        return _("“%(text)s” is missing at the beginning.", text=step.real)
    if step.start == len(name):
        return _("“%(text)s” is missing at the end.", text=step.real)
    return _("“%(text)s” is missing after character %(place)s.", text=step.real, place=step.start)


def _replaced(place: int, asked: str, real: str) -> str:
    values = {"place": place, "asked": asked, "real": real}
    if asked.isdecimal() and asked.isascii() and real.isalpha():
        return _("Character %(place)s is the digit %(asked)s, not the letter “%(real)s”.", **values)
    if real.isdecimal() and real.isascii() and asked.isascii() and asked.isalpha():
        return _("Character %(place)s is the letter “%(asked)s”, not the digit %(real)s.", **values)
    script = _script(asked)
    if script and script != _script(real):
        return _(
            "Character %(place)s is “%(asked)s”, a letter of another alphabet (%(script)s),"
            " not “%(real)s”.",
            script=script,
            **values,
        )
    return _("Character %(place)s is “%(asked)s”, not “%(real)s”.", **values)


def _script(letter: str) -> str:
    """The alphabet of a letter in the reader's language; "" for plain Latin and for marks."""
    if letter.isascii() or not letter.isalnum():
        return ""
    first = unicodedata.name(letter, "").partition(" ")[0]
    known = {
        "LATIN": "",
        "CYRILLIC": _("Cyrillic"),
        "GREEK": _("Greek"),
        "ARMENIAN": _("Armenian"),
        "CHEROKEE": _("Cherokee"),
        "FULLWIDTH": _("full-width letters"),
        "MATHEMATICAL": _("mathematical signs"),
    }
    return known.get(first, first.title())
