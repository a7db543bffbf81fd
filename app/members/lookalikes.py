"""Which members a handle or a name looks like, by the skeletons kept with both (decision 21)."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Select,
    TableValuedAlias,
    Text,
    Uuid,
    bindparam,
    cast,
    collate,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel
from app.channels.policy import lookalikes as policy
from app.channels.policy.confusables import plain
from app.channels.policy.differences import Difference, difference
from app.channels.policy.lookalikes import Likeness
from app.channels.queries import PROVEN, PUBLIC_COLUMNS
from app.core.errors import NotReady
from app.members.models import Member
from app.members.policy import PRESENT, words
from app.members.queries import COLUMNS, MemberView, view

MOST = 5  # members that one name is compared with on a page
_SOME = 12  # of one skeleton that are looked at: names that many have are nobody's disguise
_ORDER = tuple(Likeness)
_Row = Row[*tuple[Any, ...]]
Known = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Of skeletons, those that somebody may have. Raises `NotReady` when it cannot tell."""
_BLANK = " "  # no skeleton has one
_C = Channel.__table__.c


def _asked(parameter: str) -> TableValuedAlias:
    """The skeletons of a parameter, a text with blanks between them, as a table."""
    every = func.unnest(func.string_to_array(bindparam(parameter, type_=Text), _BLANK))
    return every.table_valued("skeleton").render_derived(f"asked_{parameter}")


def _hits() -> Select[*tuple[Any, ...]]:
    """Members by the skeletons of their proven channels (`handles`) and of their names (`names`).

    Made once: it is asked often, and to put it together takes longer than to answer it.
    """
    handles, names = _asked("handles"), _asked("names")
    held = (
        select(Channel.skeleton, Channel.account_id, Channel.id.label("channel_id"))
        .where(Channel.skeleton == collate(handles.c.skeleton, "C"), *PROVEN)
        .limit(_SOME)
        .lateral("held")
    )
    named = (
        select(Member.skeleton, Member.account_id, cast(null(), Uuid).label("channel_id"))
        .where(Member.skeleton == collate(names.c.skeleton, "C"))
        .limit(_SOME)
        .lateral("named")
    )
    hit = union_all(
        select(held).select_from(handles).join(held, true()),
        select(named).select_from(names).join(named, true()),
    ).subquery("hit")
    # One look-up a hit: a planner that expects many would read whole tables for these few.
    person = (
        select(*COLUMNS)
        .where(Member.account_id == hit.c.account_id, Member.standing.in_(PRESENT))
        .limit(1)
        .lateral("person")
    )
    own = select(*PUBLIC_COLUMNS).where(_C.id == hit.c.channel_id).limit(1).lateral("own")
    return (
        select(hit.c.skeleton, *person.c, *own.c)
        .select_from(hit)
        .join(person, true())
        .outerjoin(own, true())
    )


_HITS = _hits()


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks about: a handle on a platform, a bare handle (""), or a name."""

    text: str
    platform: str = ""
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A member who is imitated, perhaps: by one of their proven channels, or by their name.

    `channel` is the true one, with the columns of `channels` that pages show; None where it is
    the name that is alike.
    """

    member: MemberView
    channel: _Row | None
    likeness: Likeness
    difference: Difference


async def find(
    session: AsyncSession,
    asked: Collection[Asked],
    *,
    known: Known | None = None,
    own: UUID | None = None,
) -> dict[Asked, tuple[LookAlike, ...]]:
    """The members of today that each of `asked` looks like, the closest first, each once.

    One statement, however many are asked about; none where `known` knows nobody.

    Args:
        known: spares the database some 800 look-ups for each that is asked about. Whom it names
            is looked up all the same: the answer is what the database has now.
        own: the account whose own name and channels are no look-alikes.
    """
    ways = {one: _ways(one) for one in asked}
    handles = frozenset().union(*ways.values())
    if known is not None and handles:
        with suppress(NotReady):
            handles = frozenset(await known(handles))
    if not handles:
        return dict.fromkeys(asked, ())
    ways = {one: keys & handles for one, keys in ways.items()}
    names = frozenset().union(
        *(
            keys if one.is_name else keys.intersection(policy.exact(one.text))
            for one, keys in ways.items()
        )
    )
    found: dict[str, list[_Row]] = defaultdict(list)
    given = {"handles": _BLANK.join(sorted(handles)), "names": _BLANK.join(sorted(names))}
    for row in await session.execute(_HITS, given):
        if row.account_id != own:
            found[row.skeleton].append(row)
    return {
        one: _closest(
            one, _compared(one, (row for key in sorted(keys & found.keys()) for row in found[key]))
        )
        for one, keys in ways.items()
    }


def _ways(asked: Asked) -> frozenset[str]:
    """The skeletons with which somebody would look like `asked`, or nearly."""
    exact = policy.exact(asked.text)
    return frozenset(exact).union(*map(policy.near, exact))


def _compared(asked: Asked, rows: Iterable[_Row]) -> Iterator[LookAlike]:
    for row in rows:
        channel = None if row.channel_id is None else row
        text, real = _written_alike(asked, row, channel)
        likeness = policy.likeness(text, real)
        if channel is None and words(text) == words(real):
            likeness = Likeness.SAME  # accents may be left out of a name
        if likeness is Likeness.NEAR and channel is None and not asked.is_name:
            continue  # a handle that nearly is a name is like too many names
        if likeness is Likeness.SAME:
            yield LookAlike(view(row), channel, likeness, difference(real, real))
        elif likeness is not None:
            yield LookAlike(view(row), channel, likeness, difference(text, real))


def _written_alike(asked: Asked, member: _Row, channel: _Row | None) -> tuple[str, str]:
    """What is asked about and what is true, both as names or both as handles (no blanks)."""
    if channel is None:
        if asked.is_name:
            return asked.text, member.stage_name
        return words(asked.text).replace(" ", ""), _bare(member.stage_name)
    real = policy.named(channel.platform, channel.key, channel.handle)
    return (_bare(asked.text) if asked.is_name else asked.text), real


def _bare(name: str) -> str:
    return words(plain(name)).replace(" ", "")


def _closest(asked: Asked, found: Iterable[LookAlike]) -> tuple[LookAlike, ...]:
    """Each member once, by what is closest of theirs: handles by a handle, names by a name."""

    def rank(like: LookAlike) -> tuple[bool, int, int]:
        followers = like.channel.followers if like.channel else None
        unlike = asked.is_name != (like.channel is None)
        return (unlike, _ORDER.index(like.likeness), -(followers or 0))

    best: dict[UUID, LookAlike] = {}
    for one in sorted(found, key=rank):
        best.setdefault(one.member.id, one)
    return tuple(best.values())[:MOST]
