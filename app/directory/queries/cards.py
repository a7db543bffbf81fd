"""The cards of a list: read from the database once a version of a member, then kept."""

from collections import OrderedDict
from collections.abc import Sequence

from app.core.db import database
from app.directory.queries.lines import Card, card, held_by
from app.directory.search import Hit, live
from app.members import queries as members

MOST = 4096  # cards kept by a process; each has some 2 kB, most of it the biography

Version = tuple[tuple[str, int], int]  # of a member, in an era of the index
_kept: OrderedDict[int, tuple[Version, Card]] = OrderedDict()


async def cards(hits: Sequence[Hit]) -> tuple[tuple[Hit, Card], ...]:
    """The members found, in the order given; who is gone meanwhile is left out.

    Two statements for those of whom no card of this very version is kept; none when all are. The
    session is opened only here, after the search: what it reads is at least as new as the version
    under which it is kept.
    """
    known = {hit.serial: found for hit in hits if (found := _look(hit))}
    missing = [hit for hit in hits if hit.serial not in known]
    if missing:
        known |= await _read(missing)
    return tuple((hit, known[hit.serial]) for hit in hits if hit.serial in known)


def _look(hit: Hit) -> Card | None:
    version, found = _kept.get(hit.serial, (None, None))
    if found is None or version != (live().era, hit.version):
        return None
    _kept.move_to_end(hit.serial)
    return found


async def _read(hits: Sequence[Hit]) -> dict[int, Card]:
    async with database().read() as session:
        people = await members.by_serials(session, [hit.serial for hit in hits])
        held = await held_by(session, [person.account_id for person in people.values()])
    found = {serial: card(person, held[person.account_id]) for serial, person in people.items()}
    for hit in hits:
        if hit.serial in found:
            _keep(hit, found[hit.serial])
    return found


def _keep(hit: Hit, found: Card) -> None:
    _kept[hit.serial] = ((live().era, hit.version), found)
    _kept.move_to_end(hit.serial)
    if len(_kept) > MOST:
        _kept.popitem(last=False)
