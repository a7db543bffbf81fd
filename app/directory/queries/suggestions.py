"""Ways to complete what somebody is typing into the directory."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.i18n import LOCALES
from app.core.reference import Topic, reference
from app.directory.policy import Query, former_name, label, provinces_beginning
from app.directory.search import live
from app.members.policy import words

SHORTEST = 2  # folded characters from which something is offered
MOST = 8
MOST_OF_A_KIND = 3  # topics, and provinces: the rest of the places is for people


@dataclass(frozen=True, slots=True)
class Offer:
    """One way on.

    `kind`: "topic" or "province", which are chosen as the filter `value`; "name", "handle" or
    "word", which are looked for as free text. `address` is where it leads without JavaScript;
    `former` has the name of a former province by which it was found.
    """

    kind: str
    text: str
    address: str
    value: str = ""
    former: str = ""


async def offers(query: Query) -> tuple[Offer, ...]:
    """What `query.q` may become, the other filters kept; nothing for less than two letters."""
    typed = words(query.q)
    if len(typed) < SHORTEST:
        return ()
    found = [*_topics(query, typed), *_provinces(query, typed)]
    known = {offer.text for offer in found}
    for each in await live().suggest(query.q):
        if each.kind != "topic" and each.text not in known:
            address = Query.parse([*_kept(query), ("q", each.text)]).address()
            found.append(Offer(each.kind, each.text, address))
            known.add(each.text)
    return tuple(found[:MOST])


def _kept(query: Query) -> list[tuple[str, str]]:
    return [("sort", query.sort), *query.choices()]


def _topics(query: Query, typed: str) -> list[Offer]:
    fit = [t for t in reference.topics.values() if t.key not in query.topic and _fits(t, typed)]
    return [_filter_of(query, "topic", topic.key) for topic in fit[:MOST_OF_A_KIND]]


def _fits(topic: Topic, typed: str) -> bool:
    """Whether what was typed begins a word of the topic's name, or its name in any language."""
    begins = any(words(topic.name(locale)).startswith(typed) for locale in LOCALES)
    return begins or f" {typed}" in f" {words(topic.name())}"


def _provinces(query: Query, typed: str) -> Iterator[Offer]:
    fit = [slug for slug in provinces_beginning(query.q) if slug not in query.province]
    for slug in fit[:MOST_OF_A_KIND]:
        yield _filter_of(query, "province", slug, former_name(slug, typed))


def _filter_of(query: Query, name: str, value: str, former: str = "") -> Offer:
    address = query.without("q").toggled(name, value).address()
    return Offer(name, label(name, value), address, value, former)
