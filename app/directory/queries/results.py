"""What the directory shows for a question: cards, and filters with their counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.directory.policy import FILTERS, Query, label, pages, vocabulary
from app.directory.queries.lines import Card, card, held_by
from app.directory.search import Found, search
from app.members import queries as members


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter, with how many members choosing it would find."""

    value: str
    text: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter; `narrowed` when the asker has set it."""

    name: str
    options: tuple[Option, ...]
    narrowed: bool
    found_without: int


@dataclass(frozen=True, slots=True)
class Results:
    """One page of an answer; `query` is the question with the page that there really is."""

    query: Query
    cards: tuple[Card, ...]
    total: int
    pages: int
    filters: tuple[Filter, ...]


async def results(session: AsyncSession, query: Query) -> Results:
    """What `query` finds. Three statements, however many members."""
    found = await search(session, query)
    return Results(
        query=query.on_page(found.page),
        cards=await cards(session, [hit.serial for hit in found.hits]),
        total=found.total,
        pages=pages(found.total),
        filters=tuple(_filter(query, found, name) for name in FILTERS),
    )


async def cards(session: AsyncSession, serials: Sequence[int]) -> tuple[Card, ...]:
    """Members by serial, in the order given; who is gone meanwhile is left out. Two statements."""
    if not serials:
        return ()
    people = await members.by_serials(session, serials)
    held = await held_by(session, [person.account_id for person in people.values()])
    there = (people[serial] for serial in serials if serial in people)
    return tuple(card(person, held[person.account_id]) for person in there)


def _filter(query: Query, found: Found, name: str) -> Filter:
    """Values that nobody would be found by are left out, unless they are chosen."""
    chosen, counts = query.chosen(name), found.counts[name]
    options = tuple(
        Option(value, label(name, value), counts.get(value, 0), value in chosen)
        for value in vocabulary(name)
        if value in chosen or value in counts
    )
    return Filter(name, options, query.narrows(name), found.loosened.get(name, 0))
