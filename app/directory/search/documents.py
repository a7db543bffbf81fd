"""What the search knows of a member, and what it answers. Nothing here knows how it searches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Handle:
    """One channel that a member holds the proof of today."""

    platform: str
    text: str  # the handle without "@", else the channel's key; as its owner writes it
    followers: int | None
    method: str  # a key of `channels.methods.METHODS`


@dataclass(frozen=True, slots=True)
class Document:
    """One member as the search may know them: nothing in it that their page does not show.

    `skeletons` are those kept with the name and the handles, by which look-alikes are found.
    Of who is no member today biography, topics and languages are empty, as on their page; the
    legal name is empty unless its owner made it public.
    """

    serial: int
    version: int  # another one after every change of what the public sees (`MemberChange`)
    number: str
    name: str
    sort_key: str  # `core.text.vietnamese_sort_key` of the name
    legal_name: str
    biography: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    province: str  # its key
    standing: str
    joined_at: datetime
    handles: tuple[Handle, ...]
    skeletons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """One member who fits."""

    serial: int
    version: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a query finds.

    `counts` has, for each filter and each of its values as an address writes them, how many
    members would be found were that value chosen and all other filters kept; a value without
    members is not in it. `loosened` has, for each filter, how many were found without it.
    `corrected` has the words that nobody has, each with what it was read as instead. `after` goes
    on behind the last hit, as `search` takes it; "" when there is nothing more.
    """

    hits: tuple[Hit, ...]
    total: int
    page: int
    counts: Mapping[str, Mapping[str, int]]
    loosened: Mapping[str, int]
    corrected: Mapping[str, str] = field(default_factory=dict)
    after: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to complete what is being typed. `kind`: "name", "handle", "topic" or "word"."""

    text: str
    kind: str


class UnknownCursor(ValueError):
    """An `after` that was not given with an answer to this very question."""
