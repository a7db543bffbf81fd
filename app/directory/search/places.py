"""Where somebody stopped reading: the place of the last hit, to go on behind it. Pure."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from hashlib import blake2s

from app.directory.policy import Query, Sort
from app.directory.search.parts import Key

_MARK = 6  # bytes that tie a place to its question
_LONGEST = 4_000  # characters; names are far shorter
_SHAPES: dict[Sort, tuple[type, ...]] = {
    Sort.RELEVANCE: (str, int),
    Sort.NAME: (str, int),
    Sort.NEWEST: (int, int),
    Sort.FOLLOWERS: (int, int, str, int),
}


@dataclass(frozen=True, slots=True)
class Place:
    """The class (0 but by relevance) and the key of a hit."""

    rank: int
    key: Key


def written(place: Place, query: Query) -> str:
    """`place` among the answers to `query`, whatever its page, as text for an address."""
    if tuple(map(type, (place.rank, *place.key))) != (int, *_SHAPES[query.sort]):
        raise ValueError("not the place of a hit in this order")
    body = json.dumps([place.rank, *place.key], separators=(",", ":"), ensure_ascii=False).encode()
    return urlsafe_b64encode(_mark(body, query) + body).decode().rstrip("=")


def parsed(text: str, query: Query) -> Place:
    """The place that `written` wrote.

    Raises:
        ValueError: it was not, or as the place of another question.
    """
    try:
        place = _read(text)
        if len(text) <= _LONGEST and written(place, query) == text:
            return place
    except (ValueError, TypeError, RecursionError):
        pass
    raise ValueError("not a place in the answers to this question")


def _read(text: str) -> Place:
    body = urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4))[_MARK:]
    rank, *key = json.loads(body)
    return Place(rank, tuple(key))


def _mark(body: bytes, query: Query) -> bytes:
    asked = replace(query, page=1).address().encode()
    return blake2s(body + b"\0" + asked, digest_size=_MARK, person=b"place").digest()
