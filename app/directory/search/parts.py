"""What the search asks of a part of the index. There are two: the base, and what changed since."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pyroaring import BitMap

from app.directory.policy import Sort
from app.directory.search.facets import Facets

Key = tuple[int | str, ...]  # of one member in one order; ends with the serial or its opposite


class Run(Protocol):
    """Some members of a part in one order."""

    def __len__(self) -> int: ...

    def before(self, key: Key) -> int:
        """How many of them stand before `key`; whoever has this very key does not."""
        ...

    def keys(self, start: int, stop: int) -> Sequence[Key]:
        """The keys of those from `start` to `stop`."""
        ...

    def docs(self, start: int, stop: int) -> Sequence[int]:
        """The same as numbers of the part."""
        ...


class Part(Protocol):
    """Members, each with a number of this part's own.

    The sets are not to be changed. `everyone` has those who are in the index today; the others may
    still stand in every other set.
    """

    everyone: BitMap
    facets: Facets

    def begins(self, term: str) -> BitMap:
        """Who has a term that begins with `term`."""
        ...

    def has(self, term: str) -> BitMap:
        """Who has this very term."""
        ...

    def known(self, terms: Sequence[str]) -> Iterable[str]:
        """Those of `terms` that somebody has or had."""
        ...

    def completions(self, term: str, most: int) -> Sequence[str]:
        """The terms that begin with `term`, in their order; none when they are more than `most`."""
        ...

    def named(self, sort_key: str) -> BitMap:
        """Whose name has this sort key."""
        ...

    def run(self, hits: BitMap, sort: Sort) -> Run:
        """`hits` in an order other than relevance."""
        ...

    def number(self, serial: int) -> int | None:
        """The number of a member; None when they are not in it today."""
        ...

    def serial(self, doc: int) -> int:
        """Whose number it is."""
        ...

    def version_of(self, doc: int) -> int:
        """The version that is known of them."""
        ...

    def shown(self, doc: int) -> tuple[str, tuple[str, ...]]:
        """The name and the handles as their owner writes them."""
        ...
