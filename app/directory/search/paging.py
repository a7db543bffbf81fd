"""One page out of several ordered runs, without putting the whole list in order."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from app.directory.search.parts import Key, Run


@dataclass(frozen=True, slots=True)
class Entry:
    """One hit: which of the runs it is in, its number there and its place in the order."""

    part: int
    doc: int
    key: Key


def merged(base: Run, delta: Run, start: int, stop: int) -> list[Entry]:
    """Those from `start` to `stop` of the two runs as one.

    A member of the delta stands at (those of the base before it) + (those of the delta before it),
    so only the few around the page are looked at.
    """
    places = _Places(base, delta)
    first = bisect_left(places, start)
    last = bisect_left(places, stop, first, min(first + stop - start, len(delta)))
    begin, end = max(0, start - first), max(0, stop - last)
    entries = [*_entries(0, base, begin, end), *_entries(1, delta, first, last)]
    return sorted(entries, key=lambda entry: entry.key)


def _entries(part: int, run: Run, start: int, stop: int) -> list[Entry]:
    pairs = zip(run.docs(start, stop), run.keys(start, stop), strict=True)
    return [Entry(part, doc, key) for doc, key in pairs]


class _Places(Sequence[int]):
    """Where each of the delta stands among all, rising."""

    def __init__(self, base: Run, delta: Run) -> None:
        self._base, self._delta = base, delta

    def __len__(self) -> int:
        return len(self._delta)

    def __getitem__(self, at: int) -> int:  # type: ignore[override]
        (key,) = self._delta.keys(at, at + 1)
        return self._base.before(key) + at
