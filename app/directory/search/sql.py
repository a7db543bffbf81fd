"""Search, behind one function: from a `Query` to the members that fit, in order, with counts.

PostgreSQL answers it from the tables themselves (decision 0010); nothing outside this module knows
how. One statement, whatever is asked, so that counts and page are of the same moment.
"""

from types import MappingProxyType
from typing import Any

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
from app.channels.queries import PROVEN
from app.core.reference import reference
from app.core.text import fold, vietnamese_sort_key
from app.directory.policy import FILTERS, PER_PAGE, Query, Sort, pages, vocabulary
from app.directory.search.documents import Found, Hit
from app.members.models import Member
from app.members.policy import words

_ACCENTED = (
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"  # Vietnamese
    "äåçëîïñöûüÿ"  # and what a neighbour's name may bring
)
_BETWEEN = "._-·@/"  # what parts the words of a handle
_PLAIN = "".join(map(fold, _ACCENTED)) + " " * len(_BETWEEN)
_SEVERAL = frozenset({"topic", "language", "platform", "method"})  # a member may have more than one


async def search(session: AsyncSession, query: Query) -> Found:
    """The members that fit `query`, one page of them; the last page when it asks for a later one.

    The order is total: members that tie otherwise are told apart by name and serial.
    """
    counts: dict[str, dict[str, int]] = {name: {} for name in FILTERS}
    loosened: dict[str, int] = {}
    hits: dict[int, Hit] = {}
    total = 0
    addresses = {name: {key: value for value, key in vocabulary(name).items()} for name in FILTERS}
    for what, key, number in await session.execute(_statement(query)):
        if what == "total":
            total = number
        elif what == "member":
            serial, version = map(int, key.split())
            hits[number] = Hit(serial, version)
        elif not key:
            loosened[what] = number
        elif key in addresses[what]:
            counts[what][addresses[what][key]] = number
    return Found(
        hits=tuple(hits[place] for place in sorted(hits)),
        total=total,
        page=min(query.page, pages(total)),
        counts=MappingProxyType(counts),
        loosened=MappingProxyType(loosened),
    )


def _statement(query: Query) -> Select[str, str, int]:
    """Rows (what, value, number), everything told from one pass over the members that fit.

    "total": how many fit. "member": an id and its place in the order, of the page asked for. The
    name of a filter: one of its values and how many have it; "" says without that filter.
    """
    fits = _fitting(query)
    all_pass = and_(*(fits.c[f"by_{name}"] for name in FILTERS))
    parts: list[Select[Any, Any, Any]] = [
        select(literal("total"), literal(""), func.count()).select_from(fits).where(all_pass),
        _page(fits, all_pass, query),
    ]
    for name in FILTERS:
        others = and_(*(fits.c[f"by_{other}"] for other in FILTERS if other != name))
        without = select(literal(name), literal(""), func.count()).select_from(fits).where(others)
        parts += [without, _counts(fits, name, others)]
    every = union_all(*parts).subquery("every")
    return select(cast(every.c[0], Text), cast(every.c[1], Text), cast(every.c[2], Integer))


def _page(fits: CTE, all_pass: ColumnElement[bool], query: Query) -> Select[Any, Any, Any]:
    """The ids of the page asked for, or of the last one, each with its place in the order."""
    last = func.greatest(func.count() - 1, 0) // PER_PAGE
    first = select(func.least(query.page - 1, last) * PER_PAGE).select_from(fits).where(all_pass)
    order = _order(fits, query.sort)
    place = func.row_number().over(order_by=order)
    rows = (
        select(fits.c.hit, place.label("place"))
        .where(all_pass)
        .order_by(*order)
        .limit(PER_PAGE)
        .offset(first.scalar_subquery())
        .subquery("page")
    )
    return select(literal("member"), rows.c.hit, rows.c.place)


def _counts(fits: CTE, name: str, others: ColumnElement[bool]) -> Select[Any, Any, Any]:
    """How many members have each value of the filter `name`, among those that pass the others."""
    value = func.unnest(fits.c[name]) if name in _SEVERAL else fits.c[name]
    each = select(value.label("value")).select_from(fits).where(others).subquery(f"each_{name}")
    return (
        select(literal(name), each.c.value, func.count())
        .where(each.c.value.is_not(None))
        .group_by(each.c.value)
    )


def _fitting(query: Query) -> CTE:
    """Members that the free text finds, and for each filter whether they pass it."""
    reach = _reach(with_handles=bool(query.words))
    handles: ColumnElement[str] = func.coalesce(reach.c.handles, "")
    platform = func.coalesce(reach.c.platforms, cast([], ARRAY(Text)))
    tier = case(
        *((reach.c.followers >= t.least, t.key) for t in reversed(reference.tiers.values())),
        else_=None,
    )
    values: dict[str, ColumnElement[Any]] = {
        "topic": Member.topics.expression,
        "province": Member.province.expression,
        "platform": platform,
        "tier": tier,
        "language": Member.languages.expression,
        "method": func.coalesce(reach.c.methods, cast([], ARRAY(Text))),
        "since": func.to_char(func.timezone("Asia/Ho_Chi_Minh", Member.joined_at), "YYYY"),
        "standing": cast(Member.standing, Text),
    }
    return (
        select(
            func.concat(Member.serial, " ", Member.version).label("hit"),
            Member.serial,
            Member.sort_key,
            Member.joined_at,
            reach.c.followers,
            _rank(query, handles).label("rank"),
            *(value.label(name) for name, value in values.items()),
            *(_passes(query, name, value).label(f"by_{name}") for name, value in values.items()),
        )
        .outerjoin(reach, reach.c.account_id == Member.account_id)
        .where(_finds(query, handles))
        .cte("fits")
        .prefix_with("MATERIALIZED")
    )


def _finds(query: Query, handles: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether each word begins a word of the member's, or all of them in one do."""
    if not query.words:
        return literal(True)

    def begins(word: str) -> ColumnElement[bool]:
        return or_(Member.search_text.like(f"% {word}%"), handles.like(f"% {word}%"))

    joined = words(query.q).replace(" ", "")  # "den vau" finds @denvau
    return or_(and_(*map(begins, query.words)), begins(joined))


def _reach(*, with_handles: bool) -> Subquery:
    """What the proven channels of an account add up to: reach, platforms, words of handles.

    Each handle stands there as its words and in one: " chi bep chibep|".
    """
    handle: ColumnElement[str] = func.lower(func.coalesce(Channel.handle, Channel.key))
    ascii_only = func.octet_length(handle) == func.char_length(handle)
    plain = case(  # most handles are; looking for a hundred letters in each takes most of the time
        (ascii_only, func.translate(handle, _BETWEEN, " " * len(_BETWEEN))),
        else_=func.translate(handle, _ACCENTED + _BETWEEN, _PLAIN),
    )
    method = cast(Channel.proof_method, Text)
    both = func.concat(" ", plain, " ", func.replace(plain, " ", ""), "|")
    return (
        select(
            Channel.account_id,
            func.max(Channel.followers).label("followers"),
            func.array_agg(Channel.platform.distinct(), type_=ARRAY(Text)).label("platforms"),
            func.array_agg(method.distinct(), type_=ARRAY(Text)).label("methods"),
            (func.string_agg(both, "") if with_handles else literal("")).label("handles"),
        )
        .where(*PROVEN)
        .group_by(Channel.account_id)
        .subquery("reach")
    )


def _passes(query: Query, name: str, value: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a member passes the filter `name`; never NULL."""
    if not query.chosen(name):
        return literal(True)
    if name in _SEVERAL:
        return value.op("&&", is_comparison=True)(cast(query.keys(name), ARRAY(Text)))
    return func.coalesce(value.in_(query.keys(name)), False)


def _rank(query: Query, handles: ColumnElement[str]) -> ColumnElement[int]:
    """How well the free text fits, 0 best: decision 0010 has the order and why."""
    if not query.words:
        return literal(0)
    name: ColumnElement[str] = func.split_part(Member.search_text, "|", 1)
    in_one = func.replace(name, " ", "")
    whole = words(query.q)
    joined = whole.replace(" ", "")
    return case(
        (and_(in_one == joined, Member.sort_key == vietnamese_sort_key(query.q)), 0),
        (in_one == joined, 1),
        (handles.like(f"% {joined}|%"), 2),
        (name.like(f" {whole}%"), 3),
        (and_(*(name.like(f"% {word}%") for word in query.words)), 4),
        (handles.like(f"% {joined}%"), 5),
        else_=6,
    )


def _order(fits: CTE, sort: Sort) -> tuple[ColumnElement[Any], ...]:
    by_name = (fits.c.sort_key, fits.c.serial)
    return {
        Sort.RELEVANCE: (fits.c.rank, *by_name),
        Sort.NEWEST: (fits.c.joined_at.desc(), fits.c.serial.desc()),
        Sort.NAME: by_name,
        Sort.FOLLOWERS: (fits.c.followers.desc().nulls_last(), *by_name),
    }[sort]
