"""The filters of a question as sets of members: which values somebody has, and exact counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyroaring import BitMap

from app.core.clock import VIETNAM
from app.core.reference import reference
from app.directory.policy import FILTERS, Query
from app.directory.search.documents import Document

Facets = dict[str, dict[str, BitMap]]  # by filter and value, as the tables write it


def values(document: Document) -> Iterable[tuple[str, str]]:
    """The filter and value of everything that `document` can be chosen by, each once."""
    for topic in set(document.topics):
        yield "topic", topic
    yield "province", document.province
    for platform in {handle.platform for handle in document.handles}:
        yield "platform", platform
    largest = followers(document)
    if largest is not None:
        yield "tier", reference.tier_of(largest).key
    for language in set(document.languages):
        yield "language", language
    for method in {handle.method for handle in document.handles}:
        yield "method", method
    yield "since", str(document.joined_at.astimezone(VIETNAM).year)
    yield "standing", document.standing


def followers(document: Document) -> int | None:
    """Those of the largest channel; None when no channel has a count."""
    known = (h.followers for h in document.handles if h.followers is not None)
    return max(known, default=None)


@dataclass(slots=True)
class Narrowed:
    """Members who fit the words, narrowed by the filters of a question."""

    hits: BitMap
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    loosened: dict[str, int] = field(default_factory=dict)


def narrowed(fitting: BitMap, facets: Mapping[str, Mapping[str, BitMap]], query: Query) -> Narrowed:
    """Those of `fitting` whom all filters let pass, and the counts beside every value.

    The counts of a filter are taken of those who pass all others, so they say what choosing the
    value would find (by the tables' values, without those that nobody has).
    """
    passing = {name: _either(facets[name], query.keys(name)) for name in FILTERS
               if query.chosen(name)}  # fmt: skip
    hits = _all(fitting, passing.values())
    found = Narrowed(hits)
    for name in FILTERS:
        base = hits
        if name in passing:
            base = _all(fitting, [each for other, each in passing.items() if other != name])
        found.loosened[name] = len(base)
        sizes = ((key, base.intersection_cardinality(each)) for key, each in facets[name].items())
        found.counts[name] = {key: size for key, size in sizes if size}
    return found


def _either(having: Mapping[str, BitMap], keys: Iterable[str]) -> BitMap:
    chosen = [having[key] for key in keys if key in having]
    return BitMap.union(*chosen) if chosen else BitMap()


def _all(fitting: BitMap, passing: Iterable[BitMap]) -> BitMap:
    for each in passing:
        fitting = fitting & each
    return fitting
