"""The answers to many lines: one for each, the same for those that are the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.db import database
from app.directory.many.limits import A_BREATH
from app.directory.queries.check import Answer, Verdict, check_many
from app.directory.search import live

MOST_SHOWN = 200  # lines of each answer on a page; a download has all
ORDER = (  # on a page: what asks for attention first
    Verdict.LOOKALIKE,
    Verdict.SUSPENDED,
    Verdict.LOST,
    Verdict.FORMER,
    Verdict.ELSEWHERE,
    Verdict.SEVERAL,
    Verdict.MISTYPED,
    Verdict.UNREADABLE,
    Verdict.NAME,
    Verdict.UNKNOWN,
    Verdict.GOOD,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its answer; `place` is its row in the table, from 0."""

    place: int
    given: str
    answer: Answer

    @property
    def number(self) -> int:
        """How a sheet counts the line."""
        return self.place + 1


@dataclass(frozen=True, slots=True)
class Group:
    """The lines that have one answer: how many, and those to show."""

    verdict: Verdict
    total: int
    lines: tuple[Line, ...]


async def answered(given: Iterable[tuple[int, str]]) -> list[Line]:
    """What is true at this moment of each line, in their order.

    Asks for some at a time, so that others are answered meanwhile, and in a snapshot of its own: no
    connection is held while a list is still on its way here.

    Args:
        given: (place, text) of lines that are not empty.
    """
    lines = [(place, text.strip()) for place, text in given]
    distinct = list(dict.fromkeys(text for _place, text in lines))
    found: dict[str, Answer] = {}
    async with database().read() as session:
        for start in range(0, len(distinct), A_BREATH):
            some = distinct[start : start + A_BREATH]
            found |= zip(some, await check_many(session, some, live().skeletons), strict=True)
    return [Line(place, text, found[text]) for place, text in lines]


def groups(lines: Iterable[Line], without: Iterable[str] = ()) -> list[Group]:
    """`lines` by their answers, all answers in their order; at most `MOST_SHOWN` lines of each.

    Args:
        without: answers whose lines are counted and not shown.
    """
    found: dict[Verdict, list[Line]] = {verdict: [] for verdict in ORDER}
    totals = dict.fromkeys(ORDER, 0)
    hidden = set(without)
    for line in lines:
        verdict = line.answer.verdict
        totals[verdict] += 1
        if verdict not in hidden and len(found[verdict]) < MOST_SHOWN:
            found[verdict].append(line)
    return [Group(verdict, totals[verdict], tuple(found[verdict])) for verdict in ORDER]
