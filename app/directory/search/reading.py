"""How the words of a question are read: as typed, or as they were meant when nobody has them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap

from app.directory.policy import MOST_WORDS, Query
from app.directory.search import telex
from app.directory.search.parts import Part
from app.directory.search.spelling import correctable, variants
from app.directory.search.terms import (
    ANY,
    ANY_ACCENTED,
    HANDLE_IN_ONE,
    IN_ONE_ACCENTED,
    NAME_IN_ONE,
)
from app.directory.search.words import Word, in_one, spelt
from app.members.policy import parse_number

MOST_SPELLINGS = 24  # of one word that are weighed against each other
_PLAIN = (ANY, NAME_IN_ONE, HANDLE_IN_ONE)
_ACCENTED = (ANY_ACCENTED, IN_ONE_ACCENTED)

Sets = tuple[BitMap, ...]  # one a part


@dataclass(frozen=True, slots=True)
class Reading:
    """The words looked for, all of them in one, and who fits."""

    words: tuple[Word, ...]
    whole: Word
    text: str
    fitting: Sets
    corrected: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What a word may have been meant to be."""

    plain: str
    having: Sets  # who has this very word
    begun: Sets  # who has a word that begins so

    def standing(self, among: Sets) -> tuple[int, int, str]:
        """The less, the likelier: most of `among` have the word, then most have it begun."""
        return -_size(_both(among, self.having)), -_size(_both(among, self.begun)), self.plain


class Reader:
    """Reads the words of one question against the parts of an index."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    def read(self, query: Query) -> Reading:
        """The first reading of the words that somebody fits; the one as typed when there is none.

        Decision 0019: (1) as typed; (2) without the accents of words that nobody has, then without
        all; (3) words that nobody has as left by a keyboard that joins no marks; (4) words that
        nobody has, or one of those that nobody has together, with one letter wrong; (5) the whole
        in one with one letter wrong.
        """
        text = parse_number(query.q) or query.q
        typed = spelt(text)
        words = tuple(dict.fromkeys(typed))[:MOST_WORDS]
        first = Reading(words, in_one(typed), text, self._fitting(words, in_one(typed)))
        if any(first.fitting):
            return first
        return next((found for found in self._meant(words) if any(found.fitting)), first)

    def _meant(self, words: tuple[Word, ...]) -> Iterator[Reading]:
        """What may have been meant instead, the nearest first."""
        accented = [word for word in words if word.accented]
        lost = [word for word in accented if not self._anybody(word)]
        if lost:
            yield self._replaced(words, {word: word.bare for word in lost})
        if accented:
            yield self._replaced(words, {word: word.bare for word in accented})
        joined = self._joined(words)
        bare = {word: joined.get(word, word).bare for word in words}
        if joined:
            yield self._replaced(words, joined)
            yield self._replaced(words, bare)
        yield from self._misspelt(words, bare)
        if len(words) > 1:
            whole = Word(
                in_one(tuple(bare.values())).plain, typed=" ".join(word.typed for word in words)
            )
            yield from self._misspelt((whole,), {whole: whole})

    def _joined(self, words: Sequence[Word]) -> dict[Word, Word]:
        """Words that nobody has → as a Vietnamese keyboard would have joined their letters."""
        meant: dict[Word, Word] = {}
        for word in words:
            joined = telex.joined(word.typed)
            if joined and not self._anybody(word.bare):
                (syllable,) = spelt(joined)
                meant[word] = syllable if self._anybody(syllable) else syllable.bare
        return meant

    def _misspelt(self, words: tuple[Word, ...], bare: Mapping[Word, Word]) -> Iterator[Reading]:
        """One letter wrong in the words that nobody has; else in one that the others lack."""
        lost = [word for word in words if not self._anybody(bare[word])]
        if lost:
            kept = self._with_all(bare[word] for word in words if word not in lost)
            meant = self._chosen([bare[word] for word in lost], kept)
        else:
            meant = self._one_chosen([bare[word] for word in words])
        if meant:
            yield self._replaced(words, {w: meant.get(bare[w], bare[w]) for w in words})

    def _chosen(self, lost: Sequence[Word], kept: Sets) -> dict[Word, Word]:
        """For each of `lost` the spelling that most of `kept` have; {} when that is nobody."""
        options = {word: self._spellings(word) for word in lost}
        for spellings in options.values():
            kept = _both(kept, self._any(each.begun for each in spellings))
        meant: dict[Word, Word] = {}
        for word, spellings in options.items():
            if not any(kept):
                return {}
            best = min(spellings, key=lambda each: each.standing(kept))
            kept = _both(kept, best.begun)
            meant[word] = Word(best.plain)
        return meant

    def _one_chosen(self, bare: Sequence[Word]) -> dict[Word, Word]:
        """The one word and its spelling that make most members fit; {} when none does."""
        found: list[tuple[tuple[int, int, str], int]] = []
        for at, word in enumerate(bare):
            others = self._with_all(other for other in bare if other != word)
            if any(others):
                found += [(each.standing(others), at) for each in self._spellings(word)]
        if not found:
            return {}
        (_having, begun, plain), at = min(found)
        return {bare[at]: Word(plain)} if begun else {}

    def _spellings(self, word: Word) -> list["_Spelling"]:
        """Words one error away that somebody has; those that most have, when they are many."""
        if not correctable(word.plain):
            return []
        near = sorted(variants(word.plain))
        terms = [name + variant for name in _PLAIN for variant in near]
        known = {term[1:] for part in self._parts for term in part.known(terms)}
        having = {each: self._having(each) for each in known}
        sizes = {each: _size(sets) for each, sets in having.items() if any(sets)}
        best = sorted(sizes, key=lambda each: (-sizes[each], each))[:MOST_SPELLINGS]
        return [_Spelling(each, having[each], self._matching(Word(each))) for each in best]

    def _having(self, plain: str) -> Sets:
        """Who has this very word."""
        return tuple(
            BitMap.union(*(part.has(name + plain) for name in _PLAIN)) & part.everyone
            for part in self._parts
        )

    def _replaced(self, words: tuple[Word, ...], meant: Mapping[Word, Word]) -> Reading:
        """The reading with other words in the place of some."""
        read = tuple(meant.get(word, word) for word in words)
        corrected = {
            word.typed: new.accented or new.plain
            for word, new in zip(words, read, strict=True)
            if (new.accented, new.plain) != (word.accented, word.plain)
        }
        text = " ".join(word.accented or word.plain for word in read)
        return Reading(read, in_one(read), text, self._fitting(read, in_one(read)), corrected)

    def _fitting(self, words: tuple[Word, ...], whole: Word) -> Sets:
        """Who has all words, or a name or handle that all of them in one begin."""
        every = self._with_all(words)
        if not words:
            return every
        return tuple(
            each | (one & part.everyone)
            for part, each, one in zip(self._parts, every, self._in_one(whole), strict=True)
        )

    def _in_one(self, whole: Word) -> Sets:
        if not whole.accented:
            return self._matching(whole)
        handle = HANDLE_IN_ONE + whole.plain  # handles are written without accents
        either = self._matching(whole)
        return tuple(e | part.has(handle) for e, part in zip(either, self._parts, strict=True))

    def _matching(self, word: Word) -> Sets:
        """Who has a word that begins with `word`, or a name or handle in one that does."""
        beginning = (
            [name + word.accented for name in _ACCENTED]
            if word.accented
            else [name + word.plain for name in _PLAIN]
        )
        return tuple(BitMap.union(*map(part.begins, beginning)) for part in self._parts)

    def _anybody(self, word: Word) -> bool:
        return any(self._with_all((word,)))

    def _with_all(self, words: Iterable[Word]) -> Sets:
        """Who is in the index today and has each of `words`."""
        every: Sets = tuple(part.everyone for part in self._parts)
        for word in words:
            every = _both(every, self._matching(word))
        return every

    def _any(self, several: Iterable[Sets]) -> Sets:
        nobody = tuple(BitMap() for _part in self._parts)
        return tuple(BitMap.union(*each) for each in zip(nobody, *several, strict=True))


def _both(some: Sets, others: Sets) -> Sets:
    return tuple(a & b for a, b in zip(some, others, strict=True))


def _size(sets: Sets) -> int:
    return sum(map(len, sets))
