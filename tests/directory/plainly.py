"""The search told as plainly as can be: everybody is looked at in turn. The index must agree.

Written from decision 0019, and not from the code: of `app.directory.search` nothing is used but the
shapes of documents, and `telex`, which has tests of its own.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.clock import VIETNAM
from app.core.reference import reference
from app.core.text import fold, tidy, vietnamese_sort_key
from app.directory.policy import FILTERS, PER_PAGE, Query, Sort, vocabulary
from app.directory.search import telex
from app.directory.search.documents import Document
from app.members.policy import parse_number

WORD = re.compile(r"[^\W_]+")
LATE = dict(
    pair.split(">")
    for pair in [
        "òa>oà",
        "óa>oá",
        "ỏa>oả",
        "õa>oã",
        "ọa>oạ",
        "òe>oè",
        "óe>oé",
        "ỏe>oẻ",
        "õe>oẽ",
        "ọe>oẹ",
        "ùy>uỳ",
        "úy>uý",
        "ủy>uỷ",
        "ũy>uỹ",
        "ụy>uỵ",
    ]
)
Token = tuple[str, str, str]  # without accents; with them, or ""; as typed


def tokens(text: str) -> list[Token]:
    typed = WORD.findall(unicodedata.normalize("NFC", tidy(text).casefold()))
    found = []
    for word in typed:
        late = word
        for early, moved in LATE.items():
            late = late.replace(early, moved)
        found.append((fold(word), late if late != fold(word) else "", word))
    return found


def joined(words: Sequence[Token]) -> Token:
    plain = "".join(word[0] for word in words)
    late = "".join(word[1] or word[0] for word in words)
    for early, moved in LATE.items():
        late = late.replace(early, moved)
    return plain, late if any(word[1] for word in words) else "", ""


@dataclass
class Person:
    """A document and what stands in it."""

    document: Document
    name: list[Token] = field(init=False)
    handles: list[list[Token]] = field(init=False)
    words: list[Token] = field(init=False)
    wholes: list[Token] = field(init=False)  # the name and handles in one

    def __post_init__(self) -> None:
        it = self.document
        self.name = tokens(it.name)
        self.handles = [tokens(handle.text) for handle in it.handles]
        topics = [name for key in it.topics for name in reference.topics[key].names.values()]
        rest = tokens(" ".join([it.number, it.legal_name, it.biography, *topics]))
        self.words = [*self.name, *(w for handle in self.handles for w in handle), *rest]
        self.wholes = [joined(words) for words in (self.name, *self.handles) if words]

    def has(self, word: Token) -> bool:
        every = [*self.words, *self.wholes]
        if word[1]:
            return any(other[1].startswith(word[1]) for other in every)
        return any(other[0].startswith(word[0]) for other in every)

    def fits(self, words: Sequence[Token], whole: Token) -> bool:
        in_one = any(whole[0] == joined(handle)[0] for handle in self.handles)
        return all(map(self.has, words)) or self.has(whole) or (bool(whole[1]) and in_one)

    def rank(self, words: Sequence[Token], whole: Token, text: str) -> int:
        name = joined(self.name)[0]
        in_name = [
            any(o[1].startswith(w[1]) if w[1] else o[0].startswith(w[0]) for o in self.name)
            for w in words
        ]
        whole_words = [any(o[0] == w[0] for o in self.name) for w in words]
        so_named = (
            not whole[1] or all(in_name) or any(o[1].startswith(whole[1]) for o in self.wholes)
        )
        of_handles = {o[0] for h in self.handles for o in [*h, joined(h)]}
        tests = (
            name == whole[0] and so_named and self.document.sort_key == vietnamese_sort_key(text),
            name == whole[0] and so_named,
            whole[0] in {joined(handle)[0] for handle in self.handles},
            name.startswith(whole[0]) and so_named,
            all(in_name) and all(whole_words),
            all(in_name),
            any(word.startswith(whole[0]) for word in of_handles),
            True,
        )
        return tests.index(True)

    def values(self, name: str) -> set[str]:
        it = self.document
        counted = [h.followers for h in it.handles if h.followers is not None]
        return {
            "topic": set(it.topics),
            "province": {reference.provinces[it.province].slug},
            "platform": {handle.platform for handle in it.handles},
            "tier": {reference.tier_of(max(counted)).key} if counted else set(),
            "language": set(it.languages),
            "method": {handle.method for handle in it.handles},
            "since": {str(it.joined_at.astimezone(VIETNAM).year)},
            "standing": {it.standing},
        }[name] & set(vocabulary(name))

    def key(self, sort: Sort) -> tuple[Any, ...]:
        it = self.document
        counted = [h.followers for h in it.handles if h.followers is not None]
        by_name = (it.sort_key, it.serial)
        return {
            Sort.RELEVANCE: by_name,
            Sort.NAME: by_name,
            Sort.NEWEST: (-it.joined_at.timestamp(), -it.serial),
            Sort.FOLLOWERS: (not counted, -max(counted, default=0), *by_name),
        }[sort]


@dataclass
class Reading:
    words: list[Token]
    whole: Token
    text: str
    corrected: dict[str, str]


def one_off(word: str, other: str) -> bool:
    """Whether one letter too many, too few, another or two swapped makes `other` of `word`."""
    while word and other and word[0] == other[0]:
        word, other = word[1:], other[1:]
    while word and other and word[-1] == other[-1]:
        word, other = word[:-1], other[:-1]
    letter = len(other) == 1 and "a" <= other <= "z"
    swapped = len(word) == 2 and word != other and word == other[::-1]
    return (len(word) == 1 and not other) or (len(word) <= 1 and letter) or swapped


class Plainly:
    """Members in a list."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.people = [Person(document) for document in documents]

    def who(self, words: Sequence[Token]) -> list[Person]:
        return [person for person in self.people if all(map(person.has, words))]

    def fitting(self, reading: Reading) -> list[Person]:
        if not reading.words:
            return self.people
        return [p for p in self.people if p.fits(reading.words, reading.whole)]

    def read(self, query: Query) -> Reading:
        text = parse_number(query.q) or query.q
        typed = tokens(text)
        words = list(dict.fromkeys(typed))[:8]
        first = Reading(words, joined(typed), text, {})
        if not words or self.fitting(first):
            return first
        return next((r for r in self.others(words) if r and self.fitting(r)), first)

    def others(self, words: list[Token]) -> Iterable[Reading | None]:
        def bare(word: Token) -> Token:
            return word[0], "", word[2]

        yield self.instead(words, [w if self.who([w]) else bare(w) for w in words])
        yield self.instead(words, list(map(bare, words)))
        meant = []
        for word in words:
            decoded = telex.joined(word[2])
            if decoded and not self.who([bare(word)]):
                (new,) = tokens(decoded)
                meant.append(new if self.who([new]) else bare(new))
            else:
                meant.append(word)
        yield self.instead(words, meant)
        yield self.instead(words, list(map(bare, meant)))
        yield self.respelt(words, list(map(bare, meant)))
        if len(words) > 1:
            whole = (joined(list(map(bare, meant)))[0], "", " ".join(w[2] for w in words))
            yield self.respelt([whole], [whole])

    def instead(self, words: list[Token], read: list[Token]) -> Reading:
        pairs = zip(words, read, strict=True)
        corrected = {w[2]: r[1] or r[0] for w, r in pairs if w[:2] != r[:2]}
        return Reading(read, joined(read), " ".join(r[1] or r[0] for r in read), corrected)

    def respelt(self, words: list[Token], read: list[Token]) -> Reading | None:
        lost = list(dict.fromkeys(word for word in read if not self.who([word])))
        if lost:
            kept = self.who([word for word in read if word not in lost])
            options = {word: self.spellings(word[0]) for word in lost}
            for spellings in options.values():
                kept = [p for p in kept if any(p.has((s, "", "")) for s in spellings)]
            chosen: dict[Token, Token] = {}
            for word, spellings in options.items():
                if not kept:
                    return None
                best = min(spellings, key=lambda s: self.standing(s, kept))
                kept = [p for p in kept if p.has((best, "", ""))]
                chosen[word] = (best, "", "")
        else:
            every = []
            for at, word in enumerate(read):
                others = self.who([other for other in read if other != word])
                every += [(self.standing(s, others), at) for s in self.spellings(word[0])]
            if not every or min(every)[0][1] == 0:
                return None
            (_having, _begun, best), at = min(every)
            chosen = {read[at]: (best, "", "")}
        return self.instead(words, [chosen.get(word, word) for word in read])

    def spellings(self, word: str) -> list[str]:
        if len(word) < 4 or not word.isalpha():
            return []
        sizes = Counter(w for p in self.people for w in {o[0] for o in [*p.words, *p.wholes]})
        near = [other for other in sizes if one_off(word, other)]
        return sorted(near, key=lambda other: (-sizes[other], other))[:24]

    def standing(self, spelling: str, among: list[Person]) -> tuple[int, int, str]:
        having = [p for p in among if spelling in {o[0] for o in [*p.words, *p.wholes]}]
        begun = [p for p in among if p.has((spelling, "", ""))]
        return -len(having), -len(begun), spelling

    def search(self, query: Query, size: int = PER_PAGE) -> dict[str, Any]:
        """What `Found` has, the hits as the serials of the whole list and those of the page."""
        reading = self.read(query)
        fit, fails = self.fitting(reading), {}
        for person in fit:
            fails[person.document.serial] = {
                name for name in FILTERS
                if query.chosen(name) and not person.values(name) & set(query.chosen(name))
            }  # fmt: skip
        hits = [person for person in fit if not fails[person.document.serial]]
        by_relevance = query.sort is Sort.RELEVANCE and reading.words
        hits.sort(key=lambda p: (
            p.rank(reading.words, reading.whole, reading.text) if by_relevance else 0,
            p.key(query.sort),
        ))  # fmt: skip
        page = min(query.page, max(1, -(-len(hits) // size)))
        loose = {n: [p for p in fit if fails[p.document.serial] <= {n}] for n in FILTERS}
        return {
            "all": [person.document.serial for person in hits],
            "hits": [(p.document.serial, p.document.version)
                     for p in hits[(page - 1) * size : page * size]],
            "total": len(hits),
            "page": page,
            "counts": {n: dict(Counter(v for p in who for v in p.values(n)))
                       for n, who in loose.items()},
            "loosened": {name: len(who) for name, who in loose.items()},
            "corrected": reading.corrected,
        }  # fmt: skip
