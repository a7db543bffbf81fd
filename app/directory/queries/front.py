"""What the front door and the map of the site show of the database."""

from dataclasses import dataclass

from app.directory.policy import Query
from app.directory.queries.cards import cards
from app.directory.queries.results import Line
from app.directory.search import live

RECENT = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is today, of members in good standing."""

    members: int
    platforms: int
    provinces: int


@dataclass(frozen=True, slots=True)
class Front:
    """What the front door shows of the directory.

    `figures` is None while there is no member to count; `recent` has who joined last.
    """

    figures: Figures | None
    recent: tuple[Line, ...]


async def front() -> Front:
    """The directory in a few figures and faces, out of one question to the search."""
    answer = await live().found(Query())
    shown = await cards(answer.hits[:RECENT])
    figures = Figures(answer.total, len(answer.counts["platform"]), len(answer.counts["province"]))
    return Front(
        figures if answer.total else None,
        tuple(Line(card, hit.version, ()) for hit, card in shown),
    )
