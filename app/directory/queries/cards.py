"""The cards of a list: read from the database once a version of a member, then kept."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.channels.models import Channel
from app.channels.queries import PROVEN
from app.core.db import database
from app.directory.queries.lines import Card, CardChannel, shown, state
from app.directory.search import Hit, live
from app.members.models import Member
from app.members.policy import PRESENT
from app.members.queries import portrait_path

MOST = 8192  # cards kept by a process; each has some 2 kB, most of it the biography

Version = tuple[tuple[str, int], int]  # of a member, in an era of the index
_kept: OrderedDict[int, tuple[Version, Card]] = OrderedDict()


async def cards(hits: Sequence[Hit]) -> tuple[tuple[Hit, Card], ...]:
    """The members found, in the order given; who is gone meanwhile is left out.

    One statement for those of whom no card of this very version is kept; none when all are. The
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


# A member in one row, put together once: to read entities takes longer than PostgreSQL does.
_M, _C = Member.__table__.c, Channel.__table__.c
_HELD = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_array(
                    _C.platform, _C.url, _C.key, _C.handle, _C.followers, _C.followers_as_of,
                    _C.stale_since, _C.disputed_since,
                ),
                _C.followers.desc().nulls_last(), _C.platform, _C.key,
            )
        )
    )
    .where(_C.account_id == _M.account_id, *PROVEN)
    .scalar_subquery()
    .label("channels")
)  # fmt: skip
_MEMBERS = select(
    _M.serial, _M.number, _M.stage_name, _M.standing, _M.legal_name, _M.legal_name_public,
    _M.biography, _M.topics, _M.province, _M.portrait, _HELD,
).where(_M.serial == any_(bindparam("serials", type_=ARRAY(BigInteger))))  # fmt: skip


async def _read(hits: Sequence[Hit]) -> dict[int, Card]:
    async with database().read() as session:
        rows = await session.execute(_MEMBERS, {"serials": [hit.serial for hit in hits]})
        found = {row.serial: _card(row) for row in rows}
    for hit in hits:
        if hit.serial in found:
            _keep(hit, found[hit.serial])
    return found


def _card(row: Row[*tuple[Any, ...]]) -> Card:
    """A member as a list shows them; of who is none today less, as on their page."""
    present = row.standing in PRESENT
    return Card(
        serial=row.serial,
        number=row.number,
        stage_name=row.stage_name,
        standing=row.standing.value,
        legal_name=row.legal_name if row.legal_name_public else "",
        biography=row.biography if present else "",
        topic_keys=tuple(row.topics) if present else (),
        province=row.province,
        portrait_url=portrait_path(row.portrait, "card") if present else None,
        channels=tuple(map(_channel, row.channels or ())),
    )


def _channel(held: Sequence[Any]) -> CardChannel:
    platform, url, key, handle, followers, day, stale, disputed = held
    counted_on = date.fromisoformat(day) if day else None
    named = shown(platform, url, key, handle)
    return CardChannel(platform, named, followers, counted_on, state(None, stale, disputed))


def _keep(hit: Hit, found: Card) -> None:
    _kept[hit.serial] = ((live().era, hit.version), found)
    _kept.move_to_end(hit.serial)
    if len(_kept) > MOST:
        _kept.popitem(last=False)
