"""Writes a base: a copy of all members that never changes, made for being searched.

Documents are taken in any order and in runs of some thousands; what each run has is put in order
and set aside on the disk, and the runs are merged at the end. So memory holds one run, and numbers
of some tens of bytes a member.
"""

import heapq
import pickle
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from app.directory.policy import Sort
from app.directory.search import vocabulary
from app.directory.search.documents import Document
from app.directory.search.facets import followers, values
from app.directory.search.orders import moment
from app.directory.search.storage import Writer
from app.directory.search.terms import terms

RUN = 50_000  # documents
UNKNOWN = -1  # followers that nobody counted
_CHUNK = 2_000  # entries that are read back at once

Member = tuple[str, int, int, int, int, int, bytes, list[tuple[str, str]]]
Holders = tuple[bytes, bytes]  # a term, and who has it (numbers of arrival)


def build(writer: Writer, documents: Iterable[Document]) -> int:
    """Write all files of a base but the header; returns how many members it has."""
    with tempfile.TemporaryDirectory(dir=writer.folder, prefix=".runs-") as aside:
        runs = _Runs(Path(aside))
        for document in documents:
            runs.add(document)
        runs.finish()
        places = _write_members(writer, runs.merged("members"), runs.count)
        vocabulary.write(writer, _placed(runs.merged("terms"), places))
    return runs.count


class _Runs:
    """Documents by number of arrival, in runs that are set aside in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.count = 0
        self._done = 0
        self._members: list[Member] = []
        self._having: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, document: Document) -> None:
        """Take in one more."""
        number = self.count
        self.count += 1
        counted = followers(document)
        shown = "\0".join((document.name, *(handle.text for handle in document.handles)))
        self._members.append((
            document.sort_key, document.serial, number, document.version,
            moment(document.joined_at), UNKNOWN if counted is None else counted,
            shown.encode(), list(values(document)),
        ))  # fmt: skip
        having = self._having
        for term in terms(document):
            having[term].append(number)
        if len(self._members) == RUN:
            self.finish()

    def finish(self) -> None:
        """Set aside what was taken in since the last time."""
        self._set_aside("members", sorted(self._members, key=itemgetter(0, 1)))
        having = ((t.encode(), array("I", docs).tobytes()) for t, docs in self._having.items())
        self._set_aside("terms", sorted(having))
        self._members, self._having = [], defaultdict(list)
        self._done += 1

    def _set_aside(self, kind: str, entries: list[Any]) -> None:
        with (self._folder / f"{kind}-{self._done:05}").open("wb") as file:
            for start in range(0, len(entries), _CHUNK):
                pickle.dump(entries[start : start + _CHUNK], file, pickle.HIGHEST_PROTOCOL)

    def merged(self, kind: str) -> Iterator[Any]:
        """Everything that was set aside of one kind, in order."""
        paths = sorted(self._folder.glob(f"{kind}-*"))
        return heapq.merge(*map(_read_back, paths), key=itemgetter(0, 1))


def _read_back(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        while True:
            try:
                chunk = pickle.load(file)  # noqa: S301 - written by this process a moment ago
            except EOFError:
                return
            yield from chunk


def _write_members(writer: Writer, members: Iterable[Member], count: int) -> NDArray[np.uint32]:
    """Everything but the terms; returns the place in the base of each number of arrival."""
    numbers = {name: array("q") for name in ("serials", "versions", "joined", "followers")}
    places = np.zeros(count, "<u4")
    facets: dict[str, BitMap] = {}
    with writer.texts("sort_keys") as keys, writer.texts("shown") as names:
        for doc, (key, serial, number, version, joined, counted, shown, has) in enumerate(members):
            places[number] = doc
            each = (serial, version, joined, counted)
            for column, number_of in zip(numbers.values(), each, strict=True):
                column.append(number_of)
            keys.add(key.encode())
            names.add(shown)
            for name, value in has:
                facets.setdefault(f"{name} {value}", BitMap()).add(doc)
    for name, column in numbers.items():
        writer.array(name, np.frombuffer(column, "<i8"))
    with writer.file("facets") as file:
        file.write(_written(facets))
    _write_orders(writer, {name: np.frombuffer(each, "<i8") for name, each in numbers.items()})
    return places


def _written(facets: dict[str, BitMap]) -> bytes:
    """Sets by name as bytes: name, length, set."""
    parts = []
    for name, docs in sorted(facets.items()):
        docs.run_optimize()
        data = docs.serialize()
        parts.append(f"{name} {len(data)}\n".encode() + data)
    return b"".join(parts)


def _write_orders(writer: Writer, numbers: dict[str, NDArray[np.int64]]) -> None:
    """The orders other than that of names, in which members are numbered; and back."""
    serials, counted = numbers["serials"], numbers["followers"]
    largest = np.where(counted == UNKNOWN, 1, -counted)
    by_serial = np.argsort(serials, kind="stable")
    writer.array("by_serial", by_serial.astype("<u4"))
    writer.array("sorted_serials", serials[by_serial])
    orders = {
        Sort.NEWEST: np.lexsort((-serials, -numbers["joined"])),
        Sort.FOLLOWERS: np.argsort(largest, kind="stable"),
    }
    for sort, members in orders.items():
        places = np.empty(len(members), "<u4")
        places[members] = np.arange(len(members), dtype="<u4")
        writer.array(f"{sort}_members", members.astype("<i8"))
        writer.array(f"{sort}_places", places)


def _placed(
    terms: Iterable[Holders], places: NDArray[np.uint32]
) -> Iterator[tuple[bytes, NDArray[np.uint32]]]:
    """Each term once, with the places of all who have it, sorted."""
    last, docs = b"", b""
    for term, some in terms:
        if term != last and docs:
            yield last, _sorted(docs, places)
            docs = b""
        last, docs = term, docs + some
    if docs:
        yield last, _sorted(docs, places)


def _sorted(docs: bytes, places: NDArray[np.uint32]) -> NDArray[np.uint32]:
    found: NDArray[np.uint32] = places[np.frombuffer(docs, "<u4")]
    found.sort()
    return found
