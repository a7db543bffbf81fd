"""Hits of the base in its orders, told from its files."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from app.directory.policy import Sort
from app.directory.search.parts import Key


class Keyed(Protocol):
    """Members with a key in each order."""

    size: int

    def key(self, doc: int, sort: Sort) -> Key:
        """The place of a member in an order."""
        ...


class NameRun:
    """Hits by name: the order in which a base numbers its members."""

    def __init__(self, base: Keyed, hits: BitMap) -> None:
        self._base, self._hits = base, hits

    def __len__(self) -> int:
        return len(self._hits)

    def before(self, key: Key) -> int:
        """See `Run`."""
        place = bisect_left(
            range(self._base.size), key, key=lambda doc: self._base.key(doc, Sort.NAME)
        )
        return self._hits.rank(place - 1) if place else 0

    def docs(self, start: int, stop: int) -> Sequence[int]:
        """See `Run`."""
        return list(self._hits[start:stop])

    def keys(self, start: int, stop: int) -> Sequence[Key]:
        """See `Run`."""
        return [self._base.key(doc, Sort.NAME) for doc in self.docs(start, stop)]


class PlacedRun:
    """Hits in an order that is kept as the numbers of its members one after the other."""

    def __init__(self, base: Keyed, sort: Sort, order: NDArray[np.uint32], hits: BitMap) -> None:
        self._base, self._sort, self._order, self._hits = base, sort, order, hits

    def __len__(self) -> int:
        return len(self._hits)

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """The places of the hits in the order, rising."""
        fits = np.zeros(self._base.size, np.bool_)
        fits[np.frombuffer(self._hits.to_array(), "<u4")] = True
        return np.flatnonzero(fits[self._order])

    def before(self, key: Key) -> int:
        """See `Run`."""
        place = bisect_left(
            range(self._base.size),
            key,
            key=lambda at: self._base.key(int(self._order[at]), self._sort),
        )
        return int(np.searchsorted(self._places, place))

    def docs(self, start: int, stop: int) -> Sequence[int]:
        """See `Run`."""
        found: list[int] = self._order[self._places[start:stop]].tolist()
        return found

    def keys(self, start: int, stop: int) -> Sequence[Key]:
        """See `Run`."""
        return [self._base.key(doc, self._sort) for doc in self.docs(start, stop)]
