"""Hits of the base in its orders, told from its files."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from app.directory.policy import Sort
from app.directory.search.parts import Key

_BLOCK = 1 << 12  # members
_WALK = 4_000  # members that are looked at one by one rather than all of them at once
_SMALL = 50_000  # members who are looked at all at once anyhow
_SHARE = 32  # one hit in so many members, or fewer, are few

NEAR = 10_000  # members of an order that are looked at one by one rather than all together


class Ordered(Protocol):
    """Members with a key in each order."""

    def key(self, doc: int, sort: Sort) -> Key:
        """What a member is put in order by."""
        ...

    def place(self, key: Key, sort: Sort) -> int:
        """How many members stand before `key`."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """All members of a part in one order."""

    members: NDArray[np.intp]  # their numbers, one after the other
    places: NDArray[np.uint32]  # of each number its place


class NameRun:
    """Hits by name, where that is the order in which members are numbered."""

    def __init__(self, part: Ordered, hits: BitMap) -> None:
        self._part, self._hits = part, hits

    def __len__(self) -> int:
        return len(self._hits)

    def before(self, key: Key) -> int:
        """See `Run`."""
        place = self._part.place(key, Sort.NAME)
        return self._hits.rank(place - 1) if place else 0

    def docs(self, start: int, stop: int) -> Sequence[int]:
        """See `Run`."""
        return list(self._hits[start:stop])

    def keys(self, start: int, stop: int) -> Sequence[Key]:
        """See `Run`."""
        return [self._part.key(doc, Sort.NAME) for doc in self.docs(start, stop)]


class PlacedRun:
    """Hits in an order that is kept as the numbers of its members one after the other.

    Nothing is worked out that the page does not need: near the ends of the list members are looked
    at one by one, few hits are put in order, and of many only their numbers block by block.
    """

    def __init__(self, part: Ordered, sort: Sort, order: Order, hits: BitMap) -> None:
        self._part, self._sort, self._order, self._hits = part, sort, order, hits
        self._size = len(hits)

    def __len__(self) -> int:
        return self._size

    def before(self, key: Key) -> int:
        """See `Run`."""
        place = self._part.place(key, self._sort)
        return self._placed.before(place)

    def docs(self, start: int, stop: int) -> Sequence[int]:
        """See `Run`."""
        stop = min(stop, self._size)
        if start >= stop:
            return []
        everybody = len(self._order.members)
        if everybody <= _SMALL or "_placed" in self.__dict__:
            return self._listed(start, stop)
        if stop * everybody <= self._size * _WALK:
            return list(islice(self._from(self._order.members), start, stop))
        if (self._size - start) * everybody <= self._size * _WALK:
            end = islice(
                self._from(self._order.members[::-1]), self._size - stop, self._size - start
            )
            return list(end)[::-1]
        return self._listed(start, stop)

    def _listed(self, start: int, stop: int) -> list[int]:
        found: list[int] = self._order.members[self._placed.places(start, stop)].tolist()
        return found

    def keys(self, start: int, stop: int) -> Sequence[Key]:
        """See `Run`."""
        return [self._part.key(doc, self._sort) for doc in self.docs(start, stop)]

    def _from(self, members: NDArray[np.intp]) -> Iterator[int]:
        """The hits among `members`, one by one."""
        for at in range(0, len(members), _BLOCK):
            yield from (doc for doc in members[at : at + _BLOCK].tolist() if doc in self._hits)

    @cached_property
    def _placed(self) -> "_Few | _Many":
        if self._size * _SHARE < len(self._order.members):
            return _Few(self._order, self._hits)
        return _Many(self._order, self._hits)


class _Few:
    """Places of hits in an order, put in order themselves."""

    def __init__(self, order: Order, hits: BitMap) -> None:
        self._places = np.sort(order.places[np.frombuffer(hits.to_array(), "<u4")])

    def before(self, place: int) -> int:
        """How many hits stand before `place`."""
        return int(np.searchsorted(self._places, place))

    def places(self, start: int, stop: int) -> NDArray[np.intp]:
        """The places of the hits from `start` to `stop`."""
        return self._places[start:stop].astype(np.intp)


class _Many:
    """The same of many hits: one bit a member, counted block by block."""

    def __init__(self, order: Order, hits: BitMap) -> None:
        size, numbers = len(order.members), len(order.places)
        many = len(hits) * 2 > size
        fits = np.full(numbers, many, np.bool_)
        other = hits.flip(0, numbers) if many else hits
        fits[np.frombuffer(other.to_array(), "<u4").astype(np.intp)] = not many
        self._fits = np.take(fits, order.members, mode="clip")
        self._before = [0]  # hits before each block
        for at in range(0, size, _BLOCK):
            self._before.append(self._before[-1] + self._count(at, at + _BLOCK))

    def before(self, place: int) -> int:
        """How many hits stand before `place`."""
        block = place // _BLOCK
        return self._before[block] + self._count(block * _BLOCK, place)

    def places(self, start: int, stop: int) -> NDArray[np.intp]:
        """The places of the hits from `start` to `stop`."""
        first = bisect_right(self._before, start) - 1
        last = bisect_left(self._before, stop)
        found = np.flatnonzero(self._fits[first * _BLOCK : last * _BLOCK]) + first * _BLOCK
        return found[start - self._before[first] : stop - self._before[first]]

    def _count(self, start: int, stop: int) -> int:
        return int(np.count_nonzero(self._fits[start:stop]))
