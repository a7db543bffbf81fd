"""The index of one process: all members as the search knows them, in memory or over a base."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from pyroaring import BitMap

from app.directory.policy import FILTERS, PER_PAGE, Query, Sort, vocabulary
from app.directory.search import paging, places
from app.directory.search.base import Base
from app.directory.search.delta import Delta
from app.directory.search.documents import Document, Found, Hit, Suggestion
from app.directory.search.facets import Narrowed, narrowed
from app.directory.search.parts import Part, Run
from app.directory.search.places import Place
from app.directory.search.ranking import classes
from app.directory.search.reading import Reader, Reading
from app.directory.search.suggesting import suggestions
from app.directory.search.terms import SKELETON

MOST_ANSWERS = 500  # kept for those who ask the same; some 10 kB each


class Index:
    """Members to search in. Reads and writes come from one thread at a time.

    `put` and `drop` may be repeated: the last word about a member stands.
    """

    def __init__(self, base: Base | None = None) -> None:
        self._base = base
        self._delta = Delta()
        self._parts: tuple[Part, Part] = (base or Delta(), self._delta)
        self._answers: dict[tuple[Query, str, int], Found] = {}  # true until a member changes

    @classmethod
    def open(cls, folder: Path) -> "Index":
        """What `base.write` wrote.

        Raises:
            DamagedError: the folder holds no whole base that this release can read.
        """
        return cls(Base(folder))

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "Index":
        """All of `documents` in memory; for some tens of thousands at most."""
        index = cls()
        for document in documents:
            index.put(document)
        return index

    def __len__(self) -> int:
        return sum(len(part.everyone) for part in self._parts)

    @property
    def changed(self) -> int:
        """How many members differ from the base: the more there are, the slower it answers."""
        gone = self._base.size - len(self._base.everyone) if self._base else 0
        return max(len(self._delta), gone)

    def put(self, document: Document) -> None:
        """Take in `document`, in place of what its serial had."""
        self._answers.clear()
        if self._base:
            self._base.drop(document.serial)
        self._delta.put(document)

    def drop(self, serial: int) -> None:
        """Forget a member, if known."""
        self._answers.clear()
        if self._base:
            self._base.drop(serial)
        self._delta.drop(serial)

    def version(self, serial: int) -> int | None:
        """The version of a member as known here; None of a stranger."""
        for part in self._parts:
            doc = part.number(serial)
            if doc is not None:
                return part.version_of(doc)
        return None

    def search(self, query: Query, *, after: str = "", size: int = PER_PAGE) -> Found:
        """What `query` finds: the page it asks for (the last one when it asks for a later one).

        Args:
            query: what to find, in which order.
            after: `Found.after` of the same question; the hits behind that place then, whatever
                page is asked for, also when members came or went since.
            size: hits a page, 1 or more.

        Raises:
            ValueError: `after` is no place in the answers to this question.
        """
        asked = (query, after, size)
        found = self._answers.get(asked)
        if found is None:
            found = self._answers[asked] = self._search(query, after, size)
            if len(self._answers) > MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]  # the oldest
        return found

    def _search(self, query: Query, after: str, size: int) -> Found:
        place = places.parsed(after, query) if after else None
        reading = Reader(self._parts).read(query)
        narrow = [
            narrowed(fitting, part.facets, query)
            for part, fitting in zip(self._parts, reading.fitting, strict=True)
        ]
        runs = self._runs(query.sort, reading, [each.hits for each in narrow])
        total = sum(len(each.hits) for each in narrow)
        page = min(query.page, max(1, -(-total // size)))
        start = (page - 1) * size if place is None else _behind(runs, place)
        found = _window(runs, start, start + size)
        last = found[-1] if found and start + len(found) < total else None
        return Found(
            hits=tuple(self._hit(entry) for _rank, entry in found),
            total=total,
            page=page,
            counts=_counts(narrow),
            loosened=MappingProxyType(_summed([each.loosened for each in narrow])),
            corrected=MappingProxyType(dict(reading.corrected)),
            after=places.written(Place(last[0], last[1].key), query) if last else "",
        )

    def suggest(self, text: str, most: int = 8) -> tuple[Suggestion, ...]:
        """Ways to complete `text`, the likeliest first; at most `most`."""
        return suggestions(self._parts, text, most)

    def skeletons(self, asked: Collection[str]) -> frozenset[str]:
        """Those of `asked` that a name or a proven handle has, or had when the base was made."""
        terms = [SKELETON + skeleton for skeleton in asked]
        known = (term for part in self._parts for term in part.known(terms))
        return frozenset(term.removeprefix(SKELETON) for term in known)

    def _runs(self, sort: Sort, reading: Reading, hits: Sequence[BitMap]) -> list[list[Run]]:
        """The hits in the order `sort`: a list of classes, of each the part of every part."""
        if sort is not Sort.RELEVANCE or not reading.words:
            order = Sort.NAME if sort is Sort.RELEVANCE else sort
            return [[p.run(h, order) for p, h in zip(self._parts, hits, strict=True)]]
        parted = [classes(p, reading, h) for p, h in zip(self._parts, hits, strict=True)]
        return [
            [p.run(h, Sort.NAME) for p, h in zip(self._parts, each, strict=True)]
            for each in zip(*parted, strict=True)
        ]

    def _hit(self, entry: paging.Entry) -> Hit:
        part = self._parts[entry.part]
        return Hit(part.serial(entry.doc), part.version_of(entry.doc))


def _window(runs: Sequence[Sequence[Run]], start: int, stop: int) -> list[tuple[int, paging.Entry]]:
    """The hits from `start` to `stop`, each with its class."""
    found: list[tuple[int, paging.Entry]] = []
    for rank, (base, delta) in enumerate(runs):
        size = len(base) + len(delta)
        if start < size and stop > 0:
            page = paging.merged(base, delta, max(0, start), min(stop, size))
            found += [(rank, entry) for entry in page]
        start, stop = start - size, stop - size
    return found


def _behind(runs: Sequence[Sequence[Run]], place: Place) -> int:
    """How many hits stand at `place` or before it."""
    if not 0 <= place.rank < len(runs):
        return sum(len(run) for each in runs for run in each)
    behind = (*place.key[:-1], int(place.key[-1]) + 1)
    earlier = sum(len(run) for each in runs[: place.rank] for run in each)
    return earlier + sum(run.before(behind) for run in runs[place.rank])


def _counts(narrow: Sequence[Narrowed]) -> MappingProxyType[str, MappingProxyType[str, int]]:
    """Counts of all parts as one, by the values that an address has, in their order."""
    found = {}
    for name in FILTERS:
        sizes = _summed([each.counts[name] for each in narrow])
        known = {value: sizes[key] for value, key in vocabulary(name).items() if key in sizes}
        found[name] = MappingProxyType(known)
    return MappingProxyType(found)


def _summed(several: Sequence[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in several:
        total.update(each)  # adding counters would leave out those who are none
    return dict(total)
