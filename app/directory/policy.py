"""What somebody asks of the directory, as its address says it. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode

from app.channels.methods import METHODS
from app.channels.policy.platforms import platforms
from app.core import clock
from app.core.i18n import compact_number
from app.core.i18n import gettext as _
from app.core.reference import Term, Tier, reference
from app.core.text import fold, tidy
from app.members.models import Standing
from app.members.policy import standing_name, words

PER_PAGE = 24
LONGEST = 100  # characters of free text that are looked at
MOST_WORDS = 8
FILTERS = ("topic", "province", "platform", "tier", "language", "method", "since", "standing")
FIRST_YEAR = 2025  # the programme began on 18 August 2025 (design §1)
_PAGE = re.compile("[0-9]{1,9}")
USUAL_STANDING = (Standing.ACTIVE.value,)


class Sort(StrEnum):
    """In which order; the first fits free text, the second everything else."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    NAME = "name"
    FOLLOWERS = "followers"


def vocabulary(name: str) -> Mapping[str, str]:
    """The values of a filter as an address writes them → as the tables do, in their order.

    Provinces are written by name (`ho-chi-minh`), the rest by key.
    """
    if name == "since":  # not kept: a new year begins while the process runs
        years = map(str, range(FIRST_YEAR, clock.today().year + 1))
        return MappingProxyType({year: year for year in years})
    return _vocabulary(name)


@lru_cache
def _vocabulary(name: str) -> Mapping[str, str]:
    if name == "province":
        ordered = sorted(reference.provinces.values(), key=lambda p: fold(p.name("vi")))
        return MappingProxyType({p.slug: p.key for p in ordered})
    keys: Iterable[str] = {
        "topic": reference.topics,
        "platform": platforms(),
        "tier": reference.tiers,
        "language": reference.languages,
        "method": METHODS,
        "standing": [standing.value for standing in Standing],
    }[name]
    return MappingProxyType({key: key for key in keys})


@lru_cache
def former_provinces() -> Mapping[str, str]:
    """Provinces as they were before 1 July 2025, as an address wrote them → as it writes today's.

    `quang-nam` → `da-nang`: links of before the merger still mean what they meant.
    """
    return MappingProxyType(
        {
            words(name).replace(" ", "-"): province.slug
            for province in reference.provinces.values()
            for name in province.former_names
        }
    )


@lru_cache
def _provinces_by_name() -> Mapping[str, tuple[str, ...]]:
    """Folded names of provinces, of today and of before, → the values that an address has."""
    found: dict[str, tuple[str, ...]] = {}
    for province in reference.provinces.values():
        for name in (*province.names.values(), *province.former_names):
            known = found.get(words(name), ())
            found[words(name)] = tuple(dict.fromkeys((*known, province.slug)))
    return MappingProxyType(found)


def provinces_named(q: str) -> tuple[str, ...]:
    """The provinces that free text names in full, by a name of today or of before."""
    return _provinces_by_name().get(words(q), ())


def provinces_beginning(q: str) -> tuple[str, ...]:
    """The provinces a name of which, of today or of before, begins with `q`."""
    start = words(q)
    named = (found for name, found in _provinces_by_name().items() if name.startswith(start))
    return tuple(dict.fromkeys(slug for found in named for slug in found)) if start else ()


def former_name(slug: str, typed: str) -> str:
    """The former name of a province that begins with `typed` (folded), if none of today does."""
    province = reference.provinces[vocabulary("province")[slug]]
    if any(words(name).startswith(typed) for name in province.names.values()):
        return ""
    return next((n for n in province.former_names if words(n).startswith(typed)), "")


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the directory, valid and in canonical form.

    Between filters all must hold, inside one either; an empty filter asks nothing. `standing` is
    never empty: members in good standing, unless others are asked for.
    """

    q: str = ""
    topic: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    standing: tuple[str, ...] = USUAL_STANDING
    sort: Sort = Sort.NEWEST
    page: int = 1

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> "Query":
        """Read an address; what it cannot mean is left out rather than refused.

        Args:
            pairs: names and values in their order, a name as often as it comes.
        """
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(value)
        q = _readable(given.get("q", [""])[-1])
        chosen = {name: _known(name, given.get(name, ())) for name in FILTERS}
        return cls(
            q=q,
            sort=_sort(given.get("sort", [""])[-1], q),
            page=_page(given.get("page", [""])[-1]),
            **{**chosen, "standing": chosen["standing"] or USUAL_STANDING},
        )

    @classmethod
    def read(cls, written: str) -> "Query":
        """Read the part of an address behind its "?"; as `parse`."""
        return cls.parse(parse_qsl(written, keep_blank_values=True, errors="replace"))

    @property
    def words(self) -> tuple[str, ...]:
        """The free text as the search compares it: folded words, each once."""
        return tuple(dict.fromkeys(words(self.q).split()))[:MOST_WORDS]

    def chosen(self, name: str) -> tuple[str, ...]:
        """The values chosen in the filter `name`, as the address writes them."""
        found: tuple[str, ...] = getattr(self, name)
        return found

    def choices(self) -> list[tuple[str, str]]:
        """Every value chosen, as pairs of an address."""
        return [(name, value) for name in FILTERS for value in self.chosen(name)]

    def keys(self, name: str) -> list[str]:
        """The values chosen in the filter `name`, as the tables write them."""
        return [vocabulary(name)[value] for value in self.chosen(name)]

    def narrows(self, name: str) -> bool:
        """Whether the filter `name` was set to something of the asker's own."""
        return bool(self.chosen(name)) and not (
            name == "standing" and self.standing == USUAL_STANDING
        )

    @property
    def own_sort(self) -> bool:
        """Whether the order was chosen, rather than the usual one for such a question."""
        return self.sort is not _usual_sort(self.q)

    @property
    def indexable(self) -> bool:
        """Whether search engines may list this address: plain lists, not every combination."""
        narrowed = sum(len(self.chosen(name)) for name in FILTERS if self.narrows(name))
        return not self.q and not self.own_sort and narrowed <= 1

    def toggled(self, name: str, value: str) -> "Query":
        """The same with `value` chosen, or no longer; from the first page."""
        now = self.chosen(name)
        after = [v for v in now if v != value] if value in now else [*now, value]
        return self._with(name, _known(name, after))

    def without(self, name: str) -> "Query":
        """The same without the filter `name`, or without the free text ("q")."""
        if name == "q":
            return replace(self, q="", page=1, sort=_sort(self.sort, ""))
        return self._with(name, ())

    def _with(self, name: str, values: tuple[str, ...]) -> "Query":
        if name == "standing":
            values = values or USUAL_STANDING
        changed: dict[str, object] = {name: values, "page": 1}
        return replace(self, **changed)  # type: ignore[arg-type]

    def sorted_by(self, sort: Sort) -> "Query":
        """The same in another order, from the first page."""
        return replace(self, sort=sort, page=1)

    def on_page(self, page: int) -> "Query":
        """The same, `page` pages in."""
        return replace(self, page=page)

    def address(self) -> str:
        """The one address of this question, without a language."""
        pairs = [("q", self.q)] if self.q else []
        for name in FILTERS:
            if self.narrows(name):
                pairs += [(name, value) for value in self.chosen(name)]
        if self.own_sort:
            pairs.append(("sort", self.sort.value))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return "/members" + (f"?{urlencode(pairs)}" if pairs else "")


def _readable(q: str) -> str:
    """Free text as it is looked for and shown back; "" when there is no word in it."""
    q = "".join(c for c in tidy(q) if c.isprintable())[:LONGEST].strip()
    return q if words(q) else ""


def _known(name: str, values: Iterable[str]) -> tuple[str, ...]:
    asked = set(values)
    if name == "province":
        asked = {former_provinces().get(value, value) for value in asked}
    return tuple(value for value in vocabulary(name) if value in asked)


def _usual_sort(q: str) -> Sort:
    return Sort.RELEVANCE if q else Sort.NEWEST


def _sort(given: str, q: str) -> Sort:
    if given not in set(Sort) or (given == Sort.RELEVANCE and not q):
        return _usual_sort(q)
    return Sort(given)


def _page(given: str) -> int:
    return max(1, int(given)) if _PAGE.fullmatch(given) else 1


def pages(total: int) -> int:
    """How many pages `total` members fill; one at least."""
    return max(1, -(-total // PER_PAGE))


def label(name: str, value: str) -> str:
    """The words of one value of a filter, in the reader's language."""
    key = vocabulary(name)[value]
    if name == "platform":
        return platforms()[key].name
    if name == "standing":
        return standing_name(Standing(key))
    if name == "method":
        return str(METHODS[key].name)
    if name == "since":
        return key
    if name == "tier":
        return _tier_label(reference.tiers[key])
    terms: dict[str, Mapping[str, Term]] = {
        "topic": reference.topics,
        "province": reference.provinces,
        "language": reference.languages,
    }
    return terms[name][key].name()


def _tier_label(tier: Tier) -> str:
    if tier.most is None:
        return _("%(tier)s: %(least)s or more", tier=tier.name(), least=compact_number(tier.least))
    span = f"{compact_number(tier.least)}–{compact_number(tier.most + 1)}"
    return _("%(tier)s: %(span)s", tier=tier.name(), span=span)
