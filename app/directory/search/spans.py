"""Who has any of many terms that begin alike, worked out while the terms are written."""

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from app.directory.search.postings import PostingsWriter, bitmap

MOST_JOINED = 256  # sets that a question may join by itself; longer spans are kept


@dataclass(slots=True)
class _Node:
    """The terms from the `start`-th on that have their first `depth` bytes in common."""

    depth: int
    start: int
    docs: list[NDArray[np.uint32]] = field(default_factory=list)
    sets: list[BitMap] = field(default_factory=list)

    def take(self, other: "_Node") -> None:
        self.docs += other.docs
        self.sets += other.sets

    def joined(self) -> BitMap:
        loose = bitmap(np.concatenate(self.docs)) if self.docs else BitMap()
        return BitMap.union(loose, *self.sets)


class SpanWriter:
    """Takes the terms in their order; keeps the union of every long span of common beginnings."""

    def __init__(self, postings: PostingsWriter) -> None:
        self._postings = postings
        self._open: list[_Node] = []
        self._last = b""
        self._count = 0
        self.spans = array("Q")  # first and last term of each span (32 bits each)
        self.references = array("Q")

    def add(self, term: bytes, docs: NDArray[np.uint32]) -> None:
        """The next term and who has it."""
        if self._open:
            self._close(_in_common(self._last, term))
        self._open.append(_Node(len(term), self._count, [docs]))
        self._last = term
        self._count += 1

    def finish(self) -> None:
        """Close what is open, and put the spans in order."""
        self._close(-1)
        order = np.argsort(np.frombuffer(self.spans, "<u8"))
        self.spans = array("Q", np.frombuffer(self.spans, "<u8")[order].tobytes())
        self.references = array("Q", np.frombuffer(self.references, "<u8")[order].tobytes())

    def _close(self, depth: int) -> None:
        """Close every node that is deeper than `depth`; what it had goes to the one around it."""
        while self._open and self._open[-1].depth > depth:
            node = self._open.pop()
            if self._count - node.start > MOST_JOINED:
                self._keep(node)
            if self._open and self._open[-1].depth >= depth:
                self._open[-1].take(node)
            elif depth >= 0:
                node.depth = depth
                self._open.append(node)
                return

    def _keep(self, node: _Node) -> None:
        union = node.joined()
        self.spans.append(node.start << 32 | self._count)
        self.references.append(self._postings.add_set(union))
        node.docs, node.sets = [], [union]


def _in_common(a: bytes, b: bytes) -> int:
    """How many bytes both begin with."""
    most = min(len(a), len(b))
    for at in range(most):
        if a[at] != b[at]:
            return at
    return most
