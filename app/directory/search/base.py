"""The part of the index that never changes: read from files, but for who is gone from it."""

import hashlib
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from app.core.i18n import LOCALES
from app.core.reference import reference
from app.directory.policy import FILTERS, Sort
from app.directory.search import builder
from app.directory.search.documents import Document
from app.directory.search.facets import Facets
from app.directory.search.orders import largest_first
from app.directory.search.parts import Key, Run
from app.directory.search.runs import NameRun, Order, PlacedRun
from app.directory.search.storage import FORMAT, DamagedError, Reader, Writer
from app.directory.search.vocabulary import Vocabulary

__all__ = ["Base", "DamagedError", "kind", "write"]

_MOST_KEPT = 16 << 20  # bytes of sets of beginnings that are kept, about


def write(folder: Path, documents: Iterable[Document], **facts: Any) -> int:
    """Write a base of `documents`, in any order, each serial once; returns how many there are.

    Args:
        folder: an empty folder; a base stands in it once this returns, everything on the disk.
        documents: members, read once, one after the other.
        facts: what else to keep in it, as JSON can write it (`Base.facts`).

    Raises:
        OSError: no room, or no right to write.
    """
    writer = Writer(folder)
    count = builder.build(writer, documents)
    writer.finish({**facts, "members": count, "vocabularies": _vocabularies()})
    return count


def kind() -> str:
    """What tells bases that this release reads from those that it does not."""
    return hashlib.blake2s(f"{FORMAT} {_vocabularies()}".encode(), digest_size=4).hexdigest()


def _vocabularies() -> str:
    """What documents were read with: of other topics or tiers a base would tell stale things."""
    topics = [(t.key, *map(t.name, LOCALES)) for t in reference.topics.values()]
    tiers = [(t.key, t.least, t.most) for t in reference.tiers.values()]
    return hashlib.blake2s(repr((topics, tiers)).encode(), digest_size=8).hexdigest()


class Base:
    """A `Part` in files; only `drop` changes it, in memory.

    Raises:
        DamagedError: the folder holds no whole base that this release can read.
    """

    def __init__(self, folder: Path) -> None:
        reader = Reader(folder)
        self.facts = reader.facts
        if self.facts.get("vocabularies") != _vocabularies():
            raise DamagedError("a base made with other topics or tiers")
        self._vocabulary = Vocabulary(reader)
        self.facets = _facets(reader.whole("facets"))
        self._serials = reader.array("serials", "<i8")
        self._versions = reader.array("versions", "<i8")
        self._joined = reader.array("joined", "<i8")
        self._followers = reader.array("followers", "<i8")
        self._by_serial = reader.array("by_serial", "<u4")
        self._sorted_serials = reader.array("sorted_serials", "<i8")
        self._keys = reader.texts("sort_keys")
        self._shown = reader.texts("shown")
        self._orders = {
            sort: Order(
                reader.array(f"{sort}_members", "<i8"), reader.array(f"{sort}_places", "<u4")
            )
            for sort in (Sort.NEWEST, Sort.FOLLOWERS)
        }
        self.size = len(self._serials)
        self.everyone = BitMap(range(self.size))
        self._begins: OrderedDict[str, BitMap] = OrderedDict()
        self._begins_size = 0

    def number(self, serial: int) -> int | None:
        """The number of a member who is still in it."""
        at = int(np.searchsorted(self._sorted_serials, serial))
        if at == self.size or self._sorted_serials[at] != serial:
            return None
        doc = int(self._by_serial[at])
        return doc if doc in self.everyone else None

    def drop(self, serial: int) -> None:
        """Forget a member, if known."""
        doc = self.number(serial)
        if doc is not None:
            self.everyone.discard(doc)

    def begins(self, term: str) -> BitMap:
        """See `Part`."""
        found = self._begins.get(term)
        if found is None:
            found = self._vocabulary.begins(term)
            self._begins[term] = found
            self._begins_size += self._weight(found)
            while self._begins_size > _MOST_KEPT:
                _term, oldest = self._begins.popitem(last=False)
                self._begins_size -= self._weight(oldest)
        else:
            self._begins.move_to_end(term)
        return found

    def _weight(self, found: BitMap) -> int:
        """About how many bytes a set takes."""
        return 200 + min(2 * len(found), self.size // 8)

    def has(self, term: str) -> BitMap:
        """See `Part`."""
        return self._vocabulary.has(term)

    def known(self, terms: Sequence[str]) -> Iterable[str]:
        """See `Part`."""
        return self._vocabulary.known(terms)

    def completions(self, term: str, most: int) -> Sequence[str]:
        """See `Part`."""
        return self._vocabulary.completions(term, most)

    def named(self, sort_key: str) -> BitMap:
        """See `Part`."""
        sought, every = sort_key.encode(), range(self.size)
        start = bisect_left(every, sought, key=self._key)
        return BitMap(range(start, bisect_right(every, sought, start, key=self._key)))

    def run(self, hits: BitMap, sort: Sort) -> Run:
        """See `Part`."""
        if sort in self._orders:
            return PlacedRun(self, sort, self._orders[sort], hits)
        return NameRun(self, hits)

    def key(self, doc: int, sort: Sort) -> Key:
        """As `orders.key` makes it of the document."""
        serial = int(self._serials[doc])
        if sort is Sort.NEWEST:
            return (-int(self._joined[doc]), -serial)
        if sort is Sort.FOLLOWERS:
            counted = int(self._followers[doc])
            known = None if counted == builder.UNKNOWN else counted
            return (*largest_first(known), self._key(doc).decode(), serial)
        return (self._key(doc).decode(), serial)

    def place(self, key: Key, sort: Sort) -> int:
        """How many members of it, gone or not, stand before `key`."""
        every = range(self.size)
        if sort not in self._orders:
            return bisect_left(every, key, key=lambda doc: self.key(doc, sort))
        members = self._orders[sort].members
        return bisect_left(every, key, key=lambda at: self.key(int(members[at]), sort))

    def _key(self, doc: int) -> bytes:
        return self._keys[doc]

    def serial(self, doc: int) -> int:
        """See `Part`."""
        return int(self._serials[doc])

    def version_of(self, doc: int) -> int:
        """See `Part`."""
        return int(self._versions[doc])

    def shown(self, doc: int) -> tuple[str, tuple[str, ...]]:
        """See `Part`."""
        name, *handles = self._shown[doc].decode().split("\0")
        return name, tuple(handles)


def _facets(data: bytes) -> Facets:
    facets: Facets = {name: {} for name in FILTERS}
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        name, value, length = data[at:end].decode().split(" ")
        at = end + 1 + int(length)
        facets[name][value] = BitMap.deserialize(data[end + 1 : at])
    return facets
