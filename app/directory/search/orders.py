"""In which order members stand, as keys to compare: decision 0019. Pure."""

from datetime import UTC, datetime, timedelta

from app.directory.policy import Sort
from app.directory.search.documents import Document
from app.directory.search.facets import followers
from app.directory.search.parts import Key

SORTS = (Sort.NAME, Sort.NEWEST, Sort.FOLLOWERS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def key(document: Document, sort: Sort) -> Key:
    """The place of `document` in the order `sort`; relevance has the order of names in a class.

    Total: every key ends with the serial.
    """
    if sort is Sort.NEWEST:
        return (-moment(document.joined_at), -document.serial)
    if sort is Sort.FOLLOWERS:
        return (*largest_first(followers(document)), document.sort_key, document.serial)
    return (document.sort_key, document.serial)


def moment(at: datetime) -> int:
    """A moment in whole microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def largest_first(count: int | None) -> Key:
    """A number of followers as a part of a key: the largest first, the unknown last."""
    return (1, 0) if count is None else (0, -count)
