"""Search, behind one function: from a `Query` to the members that fit, in order, with counts.

PostgreSQL answers it from the tables themselves (decision 0010); nothing outside this module knows
how. Two statements, whatever is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel
from app.core.reference import reference
from app.core.text import fold, tidy
from app.directory.policy import FILTERS, PER_PAGE, Query, Sort, pages, vocabulary
from app.members.models import Member

_ACCENTED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_BETWEEN = "._-·@"  # what parts the words of a handle
_PLAIN = "".join(map(fold, _ACCENTED)) + " " * len(_BETWEEN)


@dataclass(frozen=True, slots=True)
class Found:
    """What a query finds.

    `counts` has, for each filter and each of its values as an address writes them, how many
    members would be found were that value chosen and all other filters kept; a value without
    members is not in it. `loosened` has, for each filter, how many were found without it.
    """

    ids: tuple[UUID, ...]
    total: int
    page: int
    counts: Mapping[str, Mapping[str, int]]
    loosened: Mapping[str, int]


async def search(session: AsyncSession, query: Query) -> Found:
    """The members that fit `query`, one page of them; the last page when it asks for a later one.

    The order is total: members that tie otherwise are told apart by name and serial.
    """
    fits = _fitting(query)
    counts: dict[str, dict[str, int]] = {name: {} for name in FILTERS}
    loosened: dict[str, int] = {}
    total = 0
    addresses = {name: {key: value for value, key in vocabulary(name).items()} for name in FILTERS}
    for name, key, count in (await session.execute(_counting(fits))).tuples():
        if name == "total":
            total = count
        elif key is None:
            loosened[name] = count
        elif key in addresses[name]:
            counts[name][addresses[name][key]] = count
    page = min(query.page, pages(total))
    ids = await session.scalars(
        select(fits.c.id)
        .where(*(fits.c[f"by_{name}"] for name in FILTERS))
        .order_by(*_order(fits, query.sort))
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return Found(tuple(ids), total, page, MappingProxyType(counts), MappingProxyType(loosened))


def _reach() -> Subquery:
    """What the proven channels of an account add up to: reach, platforms, words of handles."""
    handle = func.coalesce(Channel.handle, Channel.key)
    plain = func.translate(func.lower(handle), _ACCENTED + _BETWEEN, _PLAIN)
    joined = func.replace(plain, " ", "")
    return (
        select(
            Channel.account_id,
            func.max(Channel.followers).label("followers"),
            func.array_agg(Channel.platform.distinct(), type_=ARRAY(Text)).label("platforms"),
            func.string_agg(func.concat(" ", plain, " ", joined), " ").label("handles"),
        )
        .where(
            Channel.proven_at.is_not(None), Channel.lost_at.is_(None), Channel.removed_at.is_(None)
        )
        .group_by(Channel.account_id)
        .subquery("reach")
    )


def _fitting(query: Query) -> CTE:
    """Members that the free text finds, and for each filter whether they pass it."""
    reach = _reach()
    handles = func.coalesce(reach.c.handles, "")
    platform = func.coalesce(reach.c.platforms, cast([], ARRAY(Text)))
    tier = case(
        *((reach.c.followers >= t.least, t.key) for t in reversed(reference.tiers.values())),
        else_=None,
    )
    passes: dict[str, ColumnElement[bool]] = {
        "topic": Member.topics.overlap(query.keys("topic")),
        "province": Member.province.in_(query.keys("province")),
        "platform": platform.op("&&")(cast(query.keys("platform"), ARRAY(Text))),
        "tier": func.coalesce(tier.in_(query.keys("tier")), False),
        "language": Member.languages.overlap(query.keys("language")),
        "standing": cast(Member.standing, Text).in_(query.keys("standing")),
    }
    return (
        select(
            Member.id,
            Member.serial,
            Member.sort_key,
            Member.joined_at,
            reach.c.followers,
            Member.topics.label("topic"),
            Member.languages.label("language"),
            Member.province.label("province"),
            cast(Member.standing, Text).label("standing"),
            platform.label("platform"),
            tier.label("tier"),
            _rank(query, handles).label("rank"),
            *(
                (test if query.chosen(name) else literal(True)).label(f"by_{name}")
                for name, test in passes.items()
            ),
        )
        .outerjoin(reach, reach.c.account_id == Member.account_id)
        .where(
            *(
                or_(Member.search_text.like(f"% {word}%"), handles.like(f"% {word}%"))
                for word in query.words
            )
        )
        .cte("fits")
        .prefix_with("MATERIALIZED")
    )


def _rank(query: Query, handles: ColumnElement[str]) -> ColumnElement[int]:
    """How well the free text fits, 0 best: decision 0010 has the order and why."""
    if not query.words:
        return literal(0)
    name = func.split_part(Member.search_text, "|", 1)
    whole = " ".join(query.words)
    joined = "".join(query.words)
    return case(
        (func.lower(Member.stage_name) == tidy(query.q).lower(), 0),
        (name == f" {whole} ", 1),
        (or_(handles.like(f"% {joined} %"), handles.like(f"% {joined}")), 2),
        (name.like(f" {whole}%"), 3),
        (and_(*(name.like(f"% {word}%") for word in query.words)), 4),
        (handles.like(f"% {joined}%"), 5),
        else_=6,
    )


def _counting(fits: CTE) -> Select[tuple[str, str | None, int]]:
    """Rows (filter, value, how many); value None: without that filter; "total": with all."""
    parts = [
        select(literal("total"), cast(None, Text), func.count()).where(
            *(fits.c[f"by_{name}"] for name in FILTERS)
        )
    ]
    for name in FILTERS:
        others = and_(*(fits.c[f"by_{other}"] for other in FILTERS if other != name))
        parts.append(select(literal(name), cast(None, Text), func.count()).where(others))
        value = fits.c[name]
        if name in ("topic", "language", "platform"):
            each = func.unnest(value).table_valued("value").lateral()
            parts.append(
                select(literal(name), each.c.value, func.count())
                .select_from(fits.join(each, literal(True)))
                .where(others)
                .group_by(each.c.value)
            )
        else:
            parts.append(
                select(literal(name), value, func.count())
                .where(others, value.is_not(None))
                .group_by(value)
            )
    every = union_all(*(part.select_from(fits) for part in parts)).subquery()
    return select(cast(every.c[0], Text), cast(every.c[1], Text), cast(every.c[2], Integer))


def _order(fits: CTE, sort: Sort) -> tuple[ColumnElement[object], ...]:
    by_name = (fits.c.sort_key, fits.c.serial)
    return {
        Sort.RELEVANCE: (fits.c.rank, *by_name),
        Sort.NEWEST: (fits.c.joined_at.desc(), fits.c.serial.desc()),
        Sort.NAME: by_name,
        Sort.FOLLOWERS: (fits.c.followers.desc().nulls_last(), *by_name),
    }[sort]
