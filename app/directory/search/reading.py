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
        yield from self._typed_without_joining(words)
        yield from self._misspelt(words)
        if len(words) > 1:
            whole = in_one(tuple(word.bare for word in words))
            yield from self._misspelt((Word(whole.plain, typed=" ".join(w.typed for w in words)),))

    def _typed_without_joining(self, words: tuple[Word, ...]) -> Iterator[Reading]:
        meant: dict[Word, Word] = {}
        for word in words:
            joined = telex.joined(word.typed)
            if joined and not self._anybody(word.bare):
                (syllable,) = spelt(joined)
                meant[word] = syllable if self._anybody(syllable) else syllable.bare
        if meant:
            yield self._replaced(words, meant)
            bare = {word: meant.get(word, word).bare for word in words}
            yield self._replaced(words, bare)

    def _misspelt(self, words: tuple[Word, ...]) -> Iterator[Reading]:
        bare = [word.bare for word in words]
        lost = [word for word in bare if not self._anybody(word)]
        kept = self._everyone()
        for word in bare:
            if word not in lost:
                kept = _both(kept, self._matching(word))
        meant = self._chosen(lost, kept) if lost else self._one_chosen(bare)
        if meant:
            spelt_so = {word: meant.get(word.bare, word.bare) for word in words}
            yield self._replaced(words, spelt_so)

    def _chosen(self, lost: Sequence[Word], kept: Sets) -> dict[Word, Word]:
        """For each of `lost` the spelling that most of `kept` have; {} when that is nobody."""
        options = {word: self._spellings(word) for word in lost}
        for having in options.values():
            kept = _both(kept, _either(having.values(), self._parts))
        meant: dict[Word, Word] = {}
        for word, having in options.items():
            if not any(kept):
                return {}
            sizes = {each: _size(_both(kept, sets)) for each, sets in having.items()}
            best = min(sizes, key=lambda each: (-sizes[each], each))
            kept = _both(kept, having[best])
            meant[word] = Word(best)
        return meant

    def _one_chosen(self, bare: Sequence[Word]) -> dict[Word, Word]:
        """The one word and its spelling that make most members fit; {} when none does."""
        found: list[tuple[int, int, str]] = []
        for at, word in enumerate(bare):
            others = self._everyone()
            for other in bare:
                if other != word:
                    others = _both(others, self._matching(other))
            for spelling, sets in self._spellings(word).items() if any(others) else ():
                found.append((-_size(_both(others, sets)), at, spelling))
        if not found or min(found)[0] == 0:
            return {}
        _most, at, spelling = min(found)
        return {bare[at]: Word(spelling)}

    def _spellings(self, word: Word) -> dict[str, Sets]:
        """Words one error away that somebody has, those that most have; with who has them."""
        if not correctable(word.plain):
            return {}
        near = variants(word.plain)
        terms = [name + variant for name in _PLAIN for variant in near]
        known = {term[1:] for part in self._parts for term in part.known(terms)}
        sizes = {each: self._having(each) for each in known}
        best = sorted(
            (each for each in known if sizes[each]), key=lambda each: (-sizes[each], each)
        )
        return {each: self._matching(Word(each)) for each in best[:MOST_SPELLINGS]}

    def _having(self, plain: str) -> int:
        """How many have this very word."""
        return sum(
            BitMap.union(*(part.has(name + plain) for name in _PLAIN)).intersection_cardinality(
                part.everyone
            )
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
        every = self._everyone()
        for word in words:
            every = _both(every, self._matching(word))
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
        return any(_both(self._everyone(), self._matching(word)))

    def _everyone(self) -> Sets:
        return tuple(part.everyone for part in self._parts)


def _both(some: Sets, others: Sets) -> Sets:
    return tuple(a & b for a, b in zip(some, others, strict=True))


def _either(several: Iterable[Sets], parts: Sequence[Part]) -> Sets:
    nobody = tuple(BitMap() for _part in parts)
    return tuple(BitMap.union(*each) for each in zip(nobody, *several, strict=True))


def _size(sets: Sets) -> int:
    return sum(map(len, sets))
