"""Ways to complete what is being typed: names, handles, topics and words, the likeliest first."""

from collections.abc import Iterator, Sequence
from itertools import islice

from pyroaring import BitMap

from app.core.i18n import LOCALES
from app.core.reference import reference
from app.directory.policy import USUAL_STANDING, Query, Sort
from app.directory.search import paging
from app.directory.search.documents import Suggestion
from app.directory.search.parts import Part
from app.directory.search.ranking import classes
from app.directory.search.reading import Reader, Reading
from app.directory.search.terms import ANY, ANY_ACCENTED, handle_in_one
from app.directory.search.words import spelt

_HANDLES = (2, 6)  # the classes of who fits by a handle
_OTHERS = 7
_MOST_WORDS = 200  # ways to complete a word that are weighed; a shorter beginning has too many


def suggestions(parts: Sequence[Part], text: str, most: int) -> tuple[Suggestion, ...]:
    """At most `most`, each text once; only of members in good standing."""
    query = Query.parse([("q", text)])
    if not query.words:
        return ()
    reading = Reader(parts).read(query)
    found: dict[str, Suggestion] = {}
    for each in _all(parts, reading, query.q, most):
        found.setdefault(each.text.casefold(), each)
        if len(found) == most:
            break
    return tuple(found.values())


def _all(parts: Sequence[Part], reading: Reading, text: str, most: int) -> Iterator[Suggestion]:
    active = [_active(p, fit) for p, fit in zip(parts, reading.fitting, strict=True)]
    yield from islice(_topics(reading), 2)
    yield from _members(parts, reading, active, most)
    if not reading.corrected:
        yield from _words(parts, reading, active, text)


def _active(part: Part, fitting: BitMap) -> BitMap:
    (standing,) = USUAL_STANDING
    return fitting & part.facets["standing"].get(standing, BitMap())


def _topics(reading: Reading) -> Iterator[Suggestion]:
    """Topics that begin so in any language, as the reader's own language names them."""
    for topic in reference.topics.values():
        names = (_in_one(topic.name(locale)) for locale in LOCALES)
        if any(name.startswith(reading.whole.plain) for name in names):
            yield Suggestion(topic.name(), "topic")


def _in_one(text: str) -> str:
    return "".join(word.plain for word in spelt(text))


def _members(
    parts: Sequence[Part], reading: Reading, active: Sequence[BitMap], most: int
) -> Iterator[Suggestion]:
    """Names and handles, in the order in which the search would show their members."""
    parted = [classes(p, reading, hits) for p, hits in zip(parts, active, strict=True)]
    for rank, each in enumerate(zip(*parted, strict=True)):
        if rank == _OTHERS:
            return
        base, delta = (p.run(hits, Sort.NAME) for p, hits in zip(parts, each, strict=True))
        for entry in paging.merged(base, delta, 0, min(most * 2, len(base) + len(delta))):
            name, handles = parts[entry.part].shown(entry.doc)
            if rank in _HANDLES:
                fitting = (h for h in handles if reading.whole.plain in handle_in_one(h))
                yield from (Suggestion(handle, "handle") for handle in islice(fitting, 1))
            else:
                yield Suggestion(name, "name")


def _words(
    parts: Sequence[Part], reading: Reading, active: Sequence[BitMap], text: str
) -> Iterator[Suggestion]:
    """The last word completed, by how many of those who fit have it so."""
    last = reading.words[-1]
    begun = ANY_ACCENTED + last.accented if last.accented else ANY + last.plain
    sizes: dict[str, int] = {}
    for part, hits in zip(parts, active, strict=True):
        for term in part.completions(begun, _MOST_WORDS):
            size = part.has(term).intersection_cardinality(hits)
            sizes[term[1:]] = sizes.get(term[1:], 0) + size
    start = text[: len(text) - len(text.rsplit(maxsplit=1)[-1])]
    for word in sorted(sizes, key=lambda each: (-sizes[each], each)):
        if sizes[word] > 1 and word != begun[1:]:
            yield Suggestion(start + word, "word")
