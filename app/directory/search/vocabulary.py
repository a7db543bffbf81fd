"""The terms of a base in their order, on the disk: where one stands, and who has it."""

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from app.directory.search.postings import Postings, PostingsWriter
from app.directory.search.spans import MOST_JOINED, SpanWriter
from app.directory.search.storage import Reader, Writer
from app.directory.search.terms import ANY, HANDLE_IN_ONE, NAME_IN_ONE, SKELETON

_STEP = 256  # every so many terms one is kept in memory, to begin the search at
_PROBED = tuple(field.encode() for field in (ANY, NAME_IN_ONE, HANDLE_IN_ONE, SKELETON))


def write(writer: Writer, terms: Iterable[tuple[bytes, NDArray[np.uint32]]]) -> int:
    """Write `terms`, sorted, each with who has it (sorted); returns how many there are."""
    references = array("Q")
    sums, summed = array("I"), array("I")
    with writer.texts("terms") as texts, writer.file("postings") as file:
        postings = PostingsWriter(file)
        spans = SpanWriter(postings)
        for term, docs in terms:
            if term.startswith(_PROBED):
                sums.append(zlib.crc32(term))
                summed.append(len(references))
            references.append(postings.add(docs))
            spans.add(term, docs)
            texts.add(term)
        spans.finish()
    order = np.argsort(np.frombuffer(sums, "<u4"), kind="stable")
    writer.array("sums", np.frombuffer(sums, "<u4")[order])
    writer.array("summed", np.frombuffer(summed, "<u4")[order])
    writer.array("references", np.frombuffer(references, "<u8"))
    writer.array("spans", np.frombuffer(spans.spans, "<u8"))
    writer.array("span_references", np.frombuffer(spans.references, "<u8"))
    return len(references)


class Vocabulary:
    """The terms of a base."""

    def __init__(self, reader: Reader) -> None:
        self._texts = reader.texts("terms")
        self._references = reader.numbers("references", "<u8")
        self._spans = reader.array("spans", "<u8")
        self._span_references = reader.array("span_references", "<u8")
        self._sums = reader.array("sums", "<u4")
        self._summed = reader.array("summed", "<u4")
        self._postings = Postings(reader, "postings")
        self._steps = [self._texts[at] for at in range(0, len(self), _STEP)]

    def __len__(self) -> int:
        return len(self._references)

    def has(self, term: str) -> BitMap:
        """Who has this very term."""
        sought = term.encode()
        at = self._place(sought)
        if at == len(self) or self._texts[at] != sought:
            return BitMap()
        return self._postings.one(int(self._references.part(at, at + 1)[0]))

    def begins(self, term: str) -> BitMap:
        """Who has a term that begins so."""
        start, stop = self._span(term)
        if stop - start > MOST_JOINED:
            at = int(np.searchsorted(self._spans, np.uint64(start << 32 | stop)))
            return self._postings.one(int(self._span_references[at]))
        return self._postings.union(self._references.part(start, stop))

    def completions(self, term: str, most: int) -> list[str]:
        """The terms that begin so; none when they are more than `most`."""
        start, stop = self._span(term)
        return (
            [each.decode() for each in self._texts.several(start, stop)]
            if stop - start <= most
            else []
        )

    def known(self, terms: Sequence[str]) -> Iterator[str]:
        """Those of `terms` that there are; only fields of which many are asked at once."""
        sums = np.fromiter(map(zlib.crc32, map(str.encode, terms)), "<u4", len(terms))
        first = np.searchsorted(self._sums, sums)
        found = first < len(self._sums)
        found[found] = self._sums[first[found]] == sums[found]
        for which in np.flatnonzero(found).tolist():
            if self._is_there(terms[which].encode(), int(first[which])):
                yield terms[which]

    def _is_there(self, term: bytes, at: int) -> bool:
        """Whether `term` is among those with its sum, the first of which is the `at`-th."""
        same = self._sums[at]
        while at < len(self._sums) and self._sums[at] == same:
            if self._texts[int(self._summed[at])] == term:
                return True
            at += 1
        return False

    def _span(self, term: str) -> tuple[int, int]:
        sought = term.encode()
        return self._place(sought), self._place(sought + b"\xff")

    def _place(self, term: bytes) -> int:
        step = bisect_left(self._steps, term)
        low, high = max(0, step - 1) * _STEP, min(step * _STEP, len(self))
        return self._texts.place(term, low, high)
