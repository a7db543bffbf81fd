"""The part of the index that lives in memory and changes: a few thousand members, or all of few."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from pyroaring import BitMap

from app.directory.policy import FILTERS, Sort
from app.directory.search.documents import Document
from app.directory.search.facets import Facets, values
from app.directory.search.orders import SORTS, key
from app.directory.search.parts import Key
from app.directory.search.runs import Order, PlacedRun
from app.directory.search.terms import terms

_FEW = 50  # terms that are put into their places one by one
_MOST_KEPT = 500  # unions of beginnings that are kept up with every change
_EMPTY = BitMap()


class Delta:
    """Members by number, their terms, values and places in each order."""

    def __init__(self) -> None:
        self.everyone = BitMap()
        self.facets: Facets = {name: {} for name in FILTERS}
        self._documents: dict[int, Document] = {}
        self._numbers: dict[int, int] = {}  # by serial
        self._free: list[int] = []
        self._having: dict[str, int | BitMap] = {}  # most terms are one member's
        self._listed: list[str] = []  # sorted; may hold terms that nobody has any more
        self._new: set[str] = set()  # terms that are not listed yet
        self._keys: dict[Sort, list[Key]] = {sort: [] for sort in SORTS}  # sorted
        self._members: dict[Sort, array[int]] = {sort: array("I") for sort in SORTS}  # whose
        self._placed: dict[Sort, Order] = {}  # the same for whole sets, until the next change
        self._begins: dict[str, BitMap] = {}  # unions that were asked for, kept up

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, document: Document) -> None:
        """Take in `document` in place of whatever its serial had."""
        self.drop(document.serial)
        doc = self._free.pop() if self._free else len(self._documents)
        self._documents[doc] = document
        self._numbers[document.serial] = doc
        self.everyone.add(doc)
        for name, value in values(document):
            self.facets[name].setdefault(value, BitMap()).add(doc)
        having = sorted(terms(document))
        for term in having:
            self._add(term, doc)
        for beginning, found in self._begins.items():
            at = bisect_left(having, beginning)
            if at < len(having) and having[at].startswith(beginning):
                found.add(doc)
        for sort in SORTS:
            at = self.place(key(document, sort), sort)
            self._keys[sort].insert(at, key(document, sort))
            self._members[sort].insert(at, doc)
        self._placed.clear()

    def drop(self, serial: int) -> None:
        """Forget the member with this serial, if there is one."""
        doc = self._numbers.pop(serial, None)
        if doc is None:
            return
        document = self._documents.pop(doc)
        self._free.append(doc)
        self.everyone.discard(doc)
        for name, value in values(document):
            self.facets[name][value].discard(doc)
        for term in terms(document):
            self._discard(term, doc)
        for found in self._begins.values():
            found.discard(doc)
        for sort in SORTS:
            at = self.place(key(document, sort), sort)
            del self._keys[sort][at], self._members[sort][at]
        self._placed.clear()

    def _add(self, term: str, doc: int) -> None:
        had = self._having.get(term)
        if had is None:
            self._having[term] = doc
            self._new.add(term)
        elif isinstance(had, int):
            self._having[term] = BitMap((had, doc))
        else:
            had.add(doc)

    def _discard(self, term: str, doc: int) -> None:
        had = self._having[term]
        if isinstance(had, BitMap):
            had.discard(doc)
            if had:
                return
        del self._having[term]

    def begins(self, term: str) -> BitMap:
        """See `Part`."""
        found = self._begins.get(term)
        if found is None:
            found = self._union(term)
            if len(self._begins) >= _MOST_KEPT:
                self._begins.pop(next(iter(self._begins)))
            self._begins[term] = found
        return found

    def _union(self, term: str) -> BitMap:
        single: list[int] = []
        several: list[BitMap] = []
        for listed in self._beginning(term):
            had = self._having.get(listed)
            if isinstance(had, BitMap):
                several.append(had)
            elif had is not None:
                single.append(had)
        return BitMap.union(BitMap(single), *several)

    def completions(self, term: str, most: int) -> Sequence[str]:
        """See `Part`."""
        listed = list(islice(self._beginning(term), most + 1))
        return [each for each in listed if each in self._having] if len(listed) <= most else []

    def _beginning(self, term: str) -> Iterator[str]:
        self._list_new()
        at = bisect_left(self._listed, term)
        while at < len(self._listed) and self._listed[at].startswith(term):
            yield self._listed[at]
            at += 1

    def _list_new(self) -> None:
        """Put new terms into their places."""
        if not self._new:
            return
        if len(self._new) > _FEW:
            self._listed = sorted(self._having)
        else:
            for term in self._new:
                at = bisect_left(self._listed, term)
                if at == len(self._listed) or self._listed[at] != term:
                    self._listed.insert(at, term)
        self._new.clear()

    def has(self, term: str) -> BitMap:
        """See `Part`."""
        had = self._having.get(term, _EMPTY)
        return BitMap((had,)) if isinstance(had, int) else had

    def known(self, terms: Sequence[str]) -> Iterable[str]:
        """See `Part`."""
        return (term for term in terms if term in self._having)

    def named(self, sort_key: str) -> BitMap:
        """See `Part`."""
        start = self.place((sort_key,), Sort.NAME)
        stop = self.place((sort_key + "\0",), Sort.NAME)
        return BitMap(self._members[Sort.NAME][start:stop])

    def run(self, hits: BitMap, sort: Sort) -> PlacedRun:
        """See `Part`."""
        if sort not in self._placed:
            self._placed[sort] = self._order(sort)
        return PlacedRun(self, sort, self._placed[sort], hits)

    def _order(self, sort: Sort) -> Order:
        members = np.array(self._members[sort], np.intp)
        places = np.zeros(len(self._documents) + len(self._free), np.uint32)
        places[members] = np.arange(len(members))
        return Order(members, places)

    def key(self, doc: int, sort: Sort) -> Key:
        """What a member is put in order by."""
        return key(self._documents[doc], sort)

    def place(self, key: Key, sort: Sort) -> int:
        """How many members stand before `key`."""
        return bisect_left(self._keys[sort], key)

    def number(self, serial: int) -> int | None:
        """See `Part`."""
        return self._numbers.get(serial)

    def serial(self, doc: int) -> int:
        """See `Part`."""
        return self._documents[doc].serial

    def version_of(self, doc: int) -> int:
        """See `Part`."""
        return self._documents[doc].version

    def shown(self, doc: int) -> tuple[str, tuple[str, ...]]:
        """See `Part`."""
        document = self._documents[doc]
        return document.name, tuple(handle.text for handle in document.handles)
