"""Who has a term, on the disk: sets of members, each found by one number, its reference.

One member stands in the reference itself; a few as plain numbers; more as a roaring bitmap.
"""

import os
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from app.directory.search.storage import Reader, Summed

_ONE = 1 << 63
_PLAIN = 1 << 62
_LENGTH_BITS = 24  # bytes of one set: up to 16 MiB, a set of 100 million members
_LENGTH = (1 << _LENGTH_BITS) - 1
_OFFSET = (1 << (62 - _LENGTH_BITS)) - 1
_FEW = 12
_GAP = 1 << 16  # bytes that are read along rather than asked for apart


class PostingsWriter:
    """Appends sets to a file."""

    def __init__(self, file: Summed) -> None:
        self._file = file

    def add(self, docs: NDArray[np.uint32]) -> int:
        """Keep the members `docs`, sorted and each once; returns the reference."""
        if len(docs) == 1:
            return _ONE | int(docs[0])
        if len(docs) <= _FEW:
            return _PLAIN | self._append(docs.tobytes())
        return self.add_set(bitmap(docs))

    def add_set(self, docs: BitMap) -> int:
        """Keep a set of any size; returns the reference."""
        docs.run_optimize()
        return self._append(docs.serialize())

    def _append(self, data: bytes) -> int:
        at = self._file.size
        self._file.write(data)
        return at << _LENGTH_BITS | len(data)


class Postings:
    """Reads sets by their references."""

    def __init__(self, reader: Reader, name: str) -> None:
        self._file = reader.open(name)

    def one(self, reference: int) -> BitMap:
        """The set of one reference."""
        if reference & _ONE:
            return BitMap((reference & ~_ONE,))
        offset, length = reference >> _LENGTH_BITS & _OFFSET, reference & _LENGTH
        data = os.pread(self._file.fileno(), length, offset)
        if reference & _PLAIN:
            return BitMap(array("I", data))
        return BitMap.deserialize(data)

    def union(self, references: NDArray[np.uint64]) -> BitMap:
        """Who is in any of the sets of `references`; they stand in the file in this order."""
        single = references >= _ONE
        plain = array("I", (references[single] & np.uint64(0xFFFFFFFF)).astype("<u4").tobytes())
        sets: list[BitMap] = []
        for data, kind in self._pieces(references[~single].tolist()):
            if kind:
                plain.frombytes(data)
            else:
                sets.append(BitMap.deserialize(data))
        return BitMap.union(BitMap(plain), *sets)

    def _pieces(self, references: list[int]) -> Iterable[tuple[bytes, bool]]:
        """The bytes of each set, read in few reads; whether they are plain numbers."""
        block, start = b"", 0
        for reference in references:
            offset, length = reference >> _LENGTH_BITS & _OFFSET, reference & _LENGTH
            if offset + length > start + len(block):
                last = references[-1]
                end = (last >> _LENGTH_BITS & _OFFSET) + (last & _LENGTH)
                wanted = min(max(length, _GAP), end - offset)
                block, start = os.pread(self._file.fileno(), wanted, offset), offset
            piece = block[offset - start : offset - start + length]
            yield piece, bool(reference & _PLAIN)


def bitmap(docs: NDArray[np.uint32]) -> BitMap:
    """The set of `docs`."""
    return BitMap(array("I", docs.tobytes()))
