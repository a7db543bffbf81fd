"""Why somebody is in a list: which of the words asked for stand where on their own page. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.text import fold, tidy

SNIPPET = 110  # characters of a biography, cut between words
BEFORE = 40  # of them, those before the first hit
MOST_REASONS = 3
_TOKEN = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `hit` when it is one of the words asked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One place where words asked for stand.

    `kind`: "name", "legal_name", "number", "handle", "topic" or "biography".
    """

    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is looked through: nothing but what the member's own page shows.

    `topics` has for each topic its name for the reader, and all names that the search knows.
    """

    name: str
    number: str = ""
    legal_name: str = ""
    handles: tuple[str, ...] = ()
    topics: tuple[tuple[str, tuple[str, ...]], ...] = ()
    biography: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """The words asked for, as the search read them; `joined` is all of them in one."""

    words: tuple[str, ...]  # folded
    accented: Mapping[str, str]  # folded → as typed, of those typed with accents
    joined: str
    read: tuple[str, ...]  # as typed, the corrected ones as they were read

    @classmethod
    def of(cls, q: str, corrected: Mapping[str, str]) -> "Sought":
        """The words of `q` as the search read them: `Found.corrected` of each, or of all in one."""
        typed = [token.casefold() for token in _TOKEN.findall(tidy(q))]
        whole = corrected.get(" ".join(typed))
        read = [whole] if whole else [corrected.get(word) or word for word in typed]
        tokens = [token for words in read for token in _TOKEN.findall(words)]
        folded = tuple(dict.fromkeys(map(fold, tokens)))
        accented = {fold(token): token for token in tokens if fold(token) != token}
        return cls(folded, accented, "".join(map(fold, tokens)), tuple(tokens))


def why(sought: Sought, shown: Shown) -> tuple[Reason, ...]:
    """Where the words stand, from the name to the biography; no place that tells nothing new."""
    told: list[tuple[Reason, set[str]]] = []
    covered: set[str] = set()
    for reason, words in _candidates(sought, shown):
        if not words <= covered:
            told.append((reason, words))
            covered |= words
        if len(told) == MOST_REASONS or covered >= set(sought.words):
            break
    for each in tuple(told):  # one that a later place tells as well, with more
        others = [words for other, words in told if other is not each[0]]
        if each[1] <= set().union(*others):
            told.remove(each)
    return tuple(reason for reason, _words in told)


def _candidates(sought: Sought, shown: Shown) -> Iterator[tuple[Reason, set[str]]]:
    """Reasons in their order, each with the words that it explains."""
    for kind, text in (("name", shown.name), ("legal_name", shown.legal_name)):
        yield from _whole(kind, text, sought)
    for handle in shown.handles:
        yield from _whole("handle", handle, sought)
    yield from _whole("number", shown.number, sought)
    for name, names in shown.topics:
        yield from _topic(name, names, sought)
    found = _hits(shown.biography, sought)
    if found:
        pieces = _snippet(shown.biography, [span for span, _words in found])
        yield Reason("biography", pieces), _all_words(found)


def _whole(kind: str, text: str, sought: Sought) -> Iterator[tuple[Reason, set[str]]]:
    """A text told in full: its words, or all that was typed begins it when both are in one."""
    found = _hits(text, sought)
    words = _all_words(found)
    if words < set(sought.words) and _in_one(text).startswith(sought.joined or "\0"):
        yield Reason(kind, (Piece(text, hit=True),)), set(sought.words)
    elif found:
        yield Reason(kind, _marked(text, [span for span, _words in found])), words


def _topic(name: str, names: Sequence[str], sought: Sought) -> Iterator[tuple[Reason, set[str]]]:
    """A topic, told in the reader's language whichever language it was found in."""
    found = _hits(name, sought)
    if found:
        yield Reason("topic", _marked(name, [s for s, _w in found])), _all_words(found)
        return
    words = {word for other in names for word in _all_words(_hits(other, sought))}
    if words:
        yield Reason("topic", (Piece(name, hit=True),)), words


Span = tuple[int, int]
Hits = list[tuple[Span, set[str]]]


def _hits(text: str, sought: Sought) -> Hits:
    """Where words of `text` begin with words asked for.

    Of a word that was typed with accents those that have them; others only when none has.
    """
    if not text or not sought.words:
        return []
    text = unicodedata.normalize("NFC", text)
    found: Hits = []
    for match in _pattern(sought.words).finditer(text.translate(_PLAIN)):
        token = match.group()
        words = {word for word in sought.words if token.startswith(word)}
        found.append((match.span(), words))
    return _narrowed(text, found, sought.accented)


def _narrowed(text: str, found: Hits, accented: Mapping[str, str]) -> Hits:
    for word, typed in accented.items():
        exact = [
            span for span, words in found
            if word in words and text[slice(*span)].casefold().startswith(typed)
        ]  # fmt: skip
        if exact:
            for span, words in found:
                if span not in exact:
                    words.discard(word)
    return [(span, words) for span, words in found if words]


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    every = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<![^\W_])(?:{every})[^\W_]*")


def _all_words(found: Iterable[tuple[Span, set[str]]]) -> set[str]:
    return {word for _span, words in found for word in words}


def _in_one(text: str) -> str:
    return _BETWEEN.sub("", text.translate(_PLAIN))


def _marked(text: str, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """`text` in pieces, those of `spans` marked; hits with only a blank between them are one."""
    text = unicodedata.normalize("NFC", text)
    joined: list[Span] = []
    for start, end in spans:
        if joined and text[joined[-1][1] : start].isspace():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    pieces: list[Piece] = []
    at = 0
    for start, end in joined:
        pieces += [Piece(text[at:start]), Piece(text[start:end], hit=True)]
        at = end
    pieces.append(Piece(text[at:]))
    return tuple(piece for piece in pieces if piece.text)


def _snippet(text: str, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """The part of `text` around its first hit, in one line, with all hits in it marked."""
    text = unicodedata.normalize("NFC", text)
    start = spans[0][0] - BEFORE
    start = 0 if start <= 0 else _after_blank(text, start, spans[0][0])
    end = max(start + SNIPPET, spans[0][1])
    if end < len(text):
        end = max(text.rfind(" ", start, end), spans[0][1])
    part = "".join(" " if c.isspace() else c for c in text[start:end])
    inside = [(a - start, b - start) for a, b in spans if b <= end]
    pieces = list(_marked(part, inside))
    if start > 0:
        pieces.insert(0, Piece("…"))
    if end < len(text):
        pieces.append(Piece("…"))
    return tuple(pieces)


def _after_blank(text: str, start: int, most: int) -> int:
    """The first beginning of a word from `start` on, `most` at the latest."""
    found = re.compile(r"\s").search(text, start, most)
    return found.end() if found else most


class _Plain(dict[int, int]):
    """Each letter without case and accents, one for one, so that places stay what they are."""

    def __missing__(self, code: int) -> int:
        bare = fold(chr(code))
        self[code] = ord(bare) if len(bare) == 1 else code
        return self[code]


_PLAIN = _Plain()
