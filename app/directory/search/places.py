"""Where somebody stopped reading: the place of the last hit, to go on behind it. Pure."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from hashlib import blake2s

from app.directory.policy import Query, Sort
from app.directory.search.parts import Key

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
    body = json.dumps([place.rank, *place.key], separators=(",", ":"), ensure_ascii=False).encode()
    return urlsafe_b64encode(_mark(body, query) + body).decode().rstrip("=")


def parsed(text: str, query: Query) -> Place:
    """The place that `written` wrote.

    Raises:
        ValueError: it was not, or as the place of another question.
    """
    if len(text) > _LONGEST or not text.isascii():
        raise ValueError("not a place: too long, or not of our letters")
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    mark, body = raw[:_MARK], raw[_MARK:]
    if mark != _mark(body, query):
        raise ValueError("not a place in the answers to this question")
    rank, *key = json.loads(body)
    place = Place(rank, tuple(key))
    if tuple(map(type, key)) != _SHAPES[query.sort] or written(place, query) != text:
        raise ValueError("not a place as it is written")
    return place


_MARK = 6  # bytes that tie a place to its question


def _mark(body: bytes, query: Query) -> bytes:
    asked = replace(query, page=1).address().encode()
    return blake2s(body + b"\0" + asked, digest_size=_MARK, person=b"place").digest()
