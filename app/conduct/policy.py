"""Rules of the code: which version counts, how the test is drawn and marked, whose name it is."""

import random
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.conduct.bank import Question
from app.conduct.code import Content, DrawRules
from app.core.errors import Conflict, Refused
from app.core.text import tidy

LEAST_QUESTIONS_A_DUTY = 2
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # huyền sắc ngã hỏi nặng


# Versions


def number_key(number: str) -> tuple[int, ...]:
    """What orders version numbers: 1.2 before 1.10."""
    return tuple(map(int, number.split(".")))


def check_publication(content: Content, others: Mapping[str, date], today: date) -> None:
    """Whether a new version may join `others` (number → in force from).

    The first may be dated back; a later one comes after all others, in number and in time, and
    not before `today`, so that nobody is bound by a text of which they could not know.

    Raises:
        Conflict: its number or its date does not follow the others'.
    """
    if not others:
        return
    last = max(others, key=number_key)
    if number_key(content.version) <= number_key(last):
        raise Conflict(f"version {content.version} does not follow version {last}")
    if content.effective_from <= max(others.values()):
        raise Conflict(
            f"version {content.version} must be in force from a day after {max(others.values())}"
        )
    if content.effective_from < today:
        raise Conflict(f"version {content.version} cannot be in force from a day that is past")


def check_covered(content: Content, questions: Iterable[Question]) -> None:
    """Whether the bank can test every duty and every theme of `content`.

    Raises:
        Refused: it cannot; the message says what lacks.
    """
    asked = list(questions)
    for duty in content.duties:
        if sum(q.duty == duty.key for q in asked) < LEAST_QUESTIONS_A_DUTY:
            raise Refused(f"the bank has not two questions on duty {duty.number} ({duty.key})")
    for theme in content.test.focus:
        if not any(q.focus == theme for q in asked):
            raise Refused(f"the bank has no question on {theme}")


# The test


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question of a try, and the order in which its answers are shown (0 is the right one)."""

    question: str
    order: tuple[int, ...]

    @property
    def right(self) -> int:
        """The position at which the right answer is shown, from 0."""
        return self.order.index(0)

    def stored(self) -> dict[str, Any]:
        """As the database keeps it."""
        return {"question": self.question, "order": list(self.order)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Drawn":
        """As the database kept it."""
        return cls(stored["question"], tuple(stored["order"]))


def draw(
    questions: Iterable[Question],
    content: Content,
    seed: str,
    seen: Collection[str] = (),
) -> tuple[Drawn, ...]:
    """The questions of one try: the same for the same `seed`.

    One on each theme of `test.focus`, then one on each of other duties, as many as
    `test.questions` says; questions that are not in `seen` (the try before) go first.
    """
    chance = random.Random(seed)  # noqa: S311 - fair, not secret
    duties = {duty.key for duty in content.duties}
    waiting = [q for q in questions if q.duty in duties]
    chance.shuffle(waiting)
    waiting.sort(key=lambda q: q.key in seen)  # stable: chance decides among the others
    taken: list[Question] = []

    def take(found: Question | None) -> None:
        if found is not None and len(taken) < content.test.questions:
            taken.append(found)
            waiting.remove(found)

    for theme in chance.sample(content.test.focus, len(content.test.focus)):
        covered = {q.duty for q in taken}
        of_theme = [q for q in waiting if q.focus == theme]
        of_theme.sort(key=lambda q: (q.key in seen, q.duty in covered))
        take(next(iter(of_theme), None))
    while waiting and len(taken) < content.test.questions:
        covered = {q.duty for q in taken}
        # Questions on a theme are left for its place in the next try.
        order = [(q.key in seen, bool(q.focus), q.duty in covered) for q in waiting]
        take(waiting[order.index(min(order))])
    chance.shuffle(taken)
    return tuple(Drawn(q.key, tuple(chance.sample(range(q.answers), q.answers))) for q in taken)


def correct(drawn: Sequence[Drawn], given: Sequence[int]) -> int:
    """How many of the positions `given` are those of right answers."""
    return sum(asked.right == chosen for asked, chosen in zip(drawn, given, strict=True))


def check_given(drawn: Sequence[Drawn], given: Sequence[int]) -> None:
    """Whether `given` answers every question with one of its answers.

    Raises:
        Refused: it does not.
    """
    fits = len(given) == len(drawn) and all(
        0 <= chosen < len(asked.order) for asked, chosen in zip(drawn, given, strict=False)
    )
    if not fits:
        raise Refused("the answers do not fit the questions")


def next_try(failed_at: datetime | None, rules: DrawRules) -> datetime | None:
    """From when the test may be tried again after a failure at `failed_at`; None without one."""
    if failed_at is None:
        return None
    return failed_at + timedelta(minutes=rules.pause_after_failure_minutes)


def pausing(failed_at: datetime | None, rules: DrawRules, at: datetime) -> bool:
    """Whether the pause still runs at `at`; at its last instant it is over."""
    until = next_try(failed_at, rules)
    return until is not None and at < until


# The name


def same_name(typed: str, legal: str) -> bool:
    """Whether `typed` is the legal name: same letters and same tones, word by word.

    Case and blanks do not matter, and neither does where a tone stands in its syllable: Hòa and
    Hoà are one name. Hoa is another.
    """
    return _heard(typed) == _heard(legal) and bool(tidy(typed))


def _heard(name: str) -> list[tuple[str, str]]:
    words = []
    for word in tidy(name).casefold().split():
        apart = unicodedata.normalize("NFD", word)
        letters = "".join(c for c in apart if c not in _TONES)
        tones = "".join(c for c in apart if c in _TONES)
        words.append((unicodedata.normalize("NFC", letters), tones))
    return words
