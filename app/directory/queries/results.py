"""What the directory shows for a question: cards, and filters with their counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.i18n import LOCALES
from app.core.reference import reference
from app.directory.policy import FILTERS, Query, label, pages, provinces_named, vocabulary
from app.directory.queries.cards import cards
from app.directory.queries.lines import Card
from app.directory.search import Found, live
from app.directory.why import Reason, Shown, Sought, why

MOST_LOOSENED = 4  # words of the free text that are left out one by one, to see what is found then


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter, with how many members choosing it would find."""

    name: str
    value: str
    count: int
    chosen: bool

    @property
    def text(self) -> str:
        """Its words, in the reader's language."""
        return label(self.name, self.value)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter; `narrowed` when the asker has set it."""

    name: str
    options: tuple[Option, ...]
    narrowed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One member of a page: their card, its version, and what in it answers the question."""

    card: Card
    version: int
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of an answer; `query` is the question with the page that there really is.

    `loosened` has questions that would find somebody, each with how many: only for an empty answer.
    `named` has the provinces that the free text names in full, where it is not narrowed to them.
    """

    query: Query
    lines: tuple[Line, ...]
    total: int
    pages: int
    filters: tuple[Filter, ...]
    corrected: Mapping[str, str]
    loosened: tuple[tuple[Query, int], ...]
    named: tuple[str, ...]


async def results(query: Query) -> Results:
    """What `query` finds. One statement for cards that are not kept, otherwise none."""
    answer = await live().found(query)
    query = query.on_page(answer.page)
    return Results(
        query=query,
        lines=await _lines(query, answer),
        total=answer.total,
        pages=pages(answer.total),
        filters=tuple(_filter(query, answer, name) for name in FILTERS),
        corrected=answer.corrected,
        loosened=() if answer.total else await _loosened(query, answer),
        named=tuple(slug for slug in provinces_named(query.q) if slug not in query.province),
    )


async def _lines(query: Query, answer: Found) -> tuple[Line, ...]:
    shown = await cards(answer.hits)
    if not query.words:
        return tuple(Line(card, hit.version, ()) for hit, card in shown)
    sought = Sought.of(query.q, answer.corrected)
    return tuple(Line(card, hit.version, why(sought, _shown(card))) for hit, card in shown)


def _shown(card: Card) -> Shown:
    """What of a card is looked through for the words of a question."""
    topics = [reference.topics[key] for key in card.topic_keys]
    return Shown(
        name=card.stage_name,
        number=card.number,
        legal_name=card.legal_name,
        handles=tuple(channel.shown for channel in card.channels),
        topics=tuple((t.name(), tuple(t.name(locale) for locale in LOCALES)) for t in topics),
        biography=card.biography,
    )


def _filter(query: Query, answer: Found, name: str) -> Filter:
    """Values that nobody would be found by are left out, unless chosen; the map has them all."""
    chosen, counts = query.chosen(name), answer.counts[name]
    options = tuple(
        Option(name, value, counts.get(value, 0), value in chosen)
        for value in vocabulary(name)
        if value in chosen or value in counts or name == "province"
    )
    return Filter(name, options, query.narrows(name))


async def _loosened(query: Query, answer: Found) -> tuple[tuple[Query, int], ...]:
    """The question without one filter, one word, all words: those that somebody fits."""
    counted: dict[Query, int] = {}
    for name in FILTERS:
        if query.narrows(name):
            way = query.without(name).on_page(1)
            known = name != "standing"  # without it, only those in good standing are looked for
            counted[way] = (
                answer.loosened.get(name, 0) if known else (await live().found(way)).total
            )
    for way in _fewer_words(query):
        counted[way] = (await live().found(way)).total
    if not any(counted.values()):  # no one thing helps: what is left when all but one are gone
        for way in _one_alone(query):
            counted[way] = (await live().found(way)).total
    return tuple((way, total) for way, total in counted.items() if total)


def _one_alone(query: Query) -> list[Query]:
    """The words without any filter, and each filter without anything else."""
    words = [Query.parse([("q", query.q)])] if query.q else []
    return words + [
        Query.parse((name, value) for value in query.chosen(name))
        for name in FILTERS
        if query.narrows(name)
    ]


def _fewer_words(query: Query) -> list[Query]:
    """The question without one of a few words, then without any."""
    typed = query.q.split()
    ways = []
    if 1 < len(typed) <= MOST_LOOSENED:
        for place in range(len(typed)):
            left = " ".join(typed[:place] + typed[place + 1 :])
            ways.append(Query.parse([*query.choices(), ("q", left)]))
    if query.q:
        ways.append(query.without("q"))
    return ways
