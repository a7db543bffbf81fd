"""What one version of the code changed against the one before, word by word; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from app.conduct.code import Content, Duty, spoken

_WORDS = re.compile(r"\s+|[^\s\w]|\w+")
Kind = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class DutyChange:
    """One duty in which two versions differ; a number is None where there is no such duty."""

    kind: Literal["changed", "added", "removed"]
    old_number: int | None
    number: int | None
    title: tuple[Piece, ...]
    words: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side; empty where nothing changed."""

    preamble: tuple[Piece, ...]
    duties: tuple[DutyChange, ...]
    closing: tuple[Piece, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the signed text is the same in both."""
        return not (self.preamble or self.duties or self.closing)


def by_words(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of `old` and `new` in reading order, what went before what came in its place."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            pieces.append(Piece("removed", "".join(before[a:b])))
        if d > c:
            pieces.append(Piece("added", "".join(after[c:d])))
    return tuple(pieces)


def compare(old: Content, new: Content, locale: str | None = None) -> Comparison:
    """How `new` differs from `old` in one language; duties are matched by their keys.

    Added and changed duties come in the order of `new`, removed ones after them.
    """
    return Comparison(
        _changed(spoken(old.preamble, locale), spoken(new.preamble, locale)),
        tuple(_duties(old, new, locale)),
        _changed(spoken(old.closing, locale), spoken(new.closing, locale)),
    )


def _changed(old: str, new: str) -> tuple[Piece, ...]:
    return by_words(old, new) if old != new else ()


def _duties(old: Content, new: Content, locale: str | None) -> Iterator[DutyChange]:
    before = {duty.key: duty for duty in old.duties}
    for duty in new.duties:
        was = before.pop(duty.key, None)
        if was is None:
            yield DutyChange("added", None, duty.number, *_whole(duty, "added", locale))
        elif _signed(was, locale) != _signed(duty, locale):
            title = by_words(spoken(was.title, locale), spoken(duty.title, locale))
            words = by_words(spoken(was.words, locale), spoken(duty.words, locale))
            yield DutyChange("changed", was.number, duty.number, title, words)
    for gone in before.values():
        yield DutyChange("removed", gone.number, None, *_whole(gone, "removed", locale))


def _signed(duty: Duty, locale: str | None) -> tuple[int, str, str]:
    return duty.number, spoken(duty.title, locale), spoken(duty.words, locale)


def _whole(
    duty: Duty, kind: Kind, locale: str | None
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    title = Piece(kind, spoken(duty.title, locale))
    return (title,), (Piece(kind, spoken(duty.words, locale)),)
