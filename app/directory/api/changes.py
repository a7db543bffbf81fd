"""Changes, for those who keep a copy."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.db import database
from app.core.errors import Gone
from app.core.i18n import gettext as _
from app.directory.api import reading, shapes
from app.directory.api.answers import answer, with_parameter
from app.directory.api.asked import ChangesQuery, refused
from app.directory.api.described import PREFIX, described
from app.directory.search import feed
from app.members import queries
from app.members.queries import Changed

router = APIRouter(prefix=PREFIX, tags=["changes"])
Place = tuple[int, int]  # version and serial of the last change told
BEGINNING: Place = (0, 0)
LARGEST = 2**63 - 1  # serial that PostgreSQL can be asked for


@router.get("/changes", **described("changes", 410, 422))
async def changes(request: Request, asked: ChangesQuery) -> Response:
    """Read what changed since a cursor: standing, names, channels, everything that is public.

    Start without `since` and follow `next` until `more` is false: that is a whole copy. Ask again
    with the last `next` whenever you like. A member who changed twice is told once, as they are
    now. Take over what is told even if you have it: something may be told twice, nothing never.
    After the portal was restored from a backup the answer is 410: begin again without `since`.
    """
    async with database().read() as session:
        now = await feed.state(session)
        place = _place(asked.since, now) if asked.since else BEGINNING
        found = await queries.changes(session, place, asked.limit + 1)
    more = len(found) > asked.limit
    found = found[: asked.limit]
    people = await reading.told({change.serial: change.version for change in found})
    if found:
        place = (found[-1].version, found[-1].serial)
    cursor = _cursor(now.life, place)
    told = ",".join(_change(change, people.get(change.serial)) for change in found)
    body = f'{{"changes":[{told}],{json.dumps({"next": cursor, "more": more})[1:]}'
    return answer(request, body, next_=with_parameter(request, "since", cursor) if more else "")


def _change(change: Changed, member: str | None) -> str:
    """One change as JSON; `member` is JSON already."""
    known = json.loads(member) if member else None
    head = {
        "serial": change.serial,
        "number": known["number"] if known else None,
        "standing": known["standing"] if known else None,
        "changed_at": shapes.utc(change.at),
        "gone": known is None,
    }
    return f'{json.dumps(head, ensure_ascii=False)[:-1]},"member":{member or "null"}}}'


def _cursor(life: str, place: Place) -> str:
    """A place in the changes of this very database; opaque to whoever keeps it."""
    return urlsafe_b64encode(f"{life}:{place[0]}:{place[1]}".encode()).decode().rstrip("=")


def _place(cursor: str, now: feed.State) -> Place:
    """Where to go on.

    Raises:
        RequestValidationError: this is none of our cursors.
        Gone: it is one of another life of the database, or of a time that it has not reached, from
            which nothing can be said.
    """
    try:
        known = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        of, version, serial = known.split(":")
        place = (int(version), int(serial))
    except (NoBase64, ValueError) as unknown:
        raise refused("since", "unknown_cursor") from unknown
    if place < BEGINNING or not 0 <= place[1] <= LARGEST:
        raise refused("since", "unknown_cursor")
    if of != now.life or place[0] >= now.moment.xmax:
        raise Gone(_("The portal was restored since this cursor was given. Begin without “since”."))
    return place
