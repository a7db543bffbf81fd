"""Parts of pages that are the same for everybody, rendered once a process and kept.

A key must name all that the part depends on: its kind, prefix and language, and the version of
what it tells of. Nothing is ever thrown out because it became untrue: a true key is never asked
for again once its version is over, and the part falls out by age.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from markupsafe import Markup

Key = tuple[Hashable, ...]

MOST_BYTES = 24 * 1024 * 1024  # some nine thousand cards
ENTRY = 300  # bytes of a key and of its place, roughly


class Fragments:
    """Rendered parts up to `most` bytes; those not asked for longest fall out first.

    They are kept as bytes: a text with one Vietnamese letter takes twice as much memory.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self._parts: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._parts)

    def get(self, key: Key) -> Markup | None:
        """The part kept under `key`."""
        with self._lock:
            found = self._parts.get(key)
            if found is None:
                self.misses += 1
            else:
                self.hits += 1
                self._parts.move_to_end(key)
        return None if found is None else Markup(found.decode())  # noqa: S704 - as in `put`

    def put(self, key: Key, part: str) -> Markup:
        """Keep `part`, which is finished HTML. One too large for the whole is not kept."""
        made = part.encode()
        size = _size(made)
        with self._lock:
            if (before := self._parts.pop(key, None)) is not None:
                self.bytes -= _size(before)
            if size <= self.most:
                self._parts[key] = made
                self.bytes += size
            while self.bytes > self.most:
                self.bytes -= _size(self._parts.popitem(last=False)[1])
        return Markup(part)  # noqa: S704 - what templates have rendered and escaped

    def kept(self, key: Key, make: Callable[[], str]) -> Markup:
        """The part under `key`, made now if it is not there; what `make` raises is raised on."""
        found = self.get(key)
        return self.put(key, make()) if found is None else found

    def clear(self) -> None:
        """Forget all parts; the counts of hits and misses go on."""
        with self._lock:
            self._parts.clear()
            self.bytes = 0


def _size(part: bytes) -> int:
    return sys.getsizeof(part) + ENTRY


parts = Fragments()
get = parts.get
put = parts.put
kept = parts.kept
