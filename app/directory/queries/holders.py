"""Who has proven, or had proven, the accounts and numbers that somebody asks about."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Function, Row, Text, and_, any_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel, ChannelProof, ProofStatus
from app.channels.queries import PROVEN, PUBLIC_COLUMNS
from app.members.models import Member
from app.members.queries import COLUMNS, MemberView, view

Key = tuple[str, str]
"""What makes two claims to one channel the same: its platform, its key within it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A member with one of their channels (as `lines.line` takes it), or with none."""

    member: MemberView
    channel: Row[*tuple[Any, ...]] | None
    seen_at: datetime | None  # when its proof was last looked at

    @property
    def until(self) -> datetime | None:
        """When the proof ended; None while it holds."""
        return None if self.channel is None else self.channel.lost_at or self.channel.removed_at


def order(found: Found) -> tuple[bool, float, int, str, str]:
    """Proofs that hold first, then those that ended last; the most followed first among them."""
    channel, until = found.channel, found.until
    if channel is None:
        return (True, 0, 0, "", "")
    followers = -1 if channel.followers is None else channel.followers
    ended = until.timestamp() if until else 0
    return (until is not None, -ended, -followers, channel.platform, channel.key)


_KEPT = (ProofStatus.PROVEN, ProofStatus.STALE)
_SEEN = func.coalesce(ChannelProof.checked_at, Channel.proven_at).label("seen_at")
_FOUND = select(*COLUMNS, *PUBLIC_COLUMNS, _SEEN)  # a member and a channel of the same account
_OF_CHANNEL = (ChannelProof.channel_id == Channel.id) & ChannelProof.status.in_(
    (*_KEPT, ProofStatus.LOST)
)
_BETWEEN = "\x1f"  # stands between texts; no key has one


def _parted(parameter: str) -> Function[list[str]]:
    return func.string_to_array(bindparam(parameter, type_=Text), _BETWEEN)


# Put together once: that takes longer than to answer them.
_ASKED = (
    func.unnest(_parted("platforms"), _parted("keys"))
    .table_valued("platform", "key")
    .render_derived("asked")
)
_OF_KEYS = (
    _FOUND.select_from(_ASKED)
    .join(
        Channel,
        (Channel.platform == _ASKED.c.platform)
        & (Channel.key == _ASKED.c.key)
        & Channel.proven_at.is_not(None),
    )
    .join(Member, Member.account_id == Channel.account_id)
    .outerjoin(ChannelProof, _OF_CHANNEL)
    .order_by(_SEEN.desc())
)
_OF_NUMBERS = (
    _FOUND.select_from(Member)
    .outerjoin(Channel, and_(Channel.account_id == Member.account_id, *PROVEN))
    .outerjoin(ChannelProof, _OF_CHANNEL & ChannelProof.status.in_(_KEPT))
    .where(Member.number == any_(_parted("numbers")))
)


async def of_keys(session: AsyncSession, keys: Collection[Key]) -> dict[Key, list[Found]]:
    """Who has or had a proof of each channel. One statement, or none without keys.

    Who has proven a channel and is no member is nobody here: an application is not public.
    """
    found: dict[Key, list[Found]] = defaultdict(list)
    if not keys:
        return found
    given = {
        "platforms": _BETWEEN.join(platform for platform, _key in keys),
        "keys": _BETWEEN.join(key for _platform, key in keys),
    }
    rows = await session.execute(_OF_KEYS, given)
    met = set()
    for row in rows:
        if row.channel_id not in met:  # lost and proven anew: two proofs of one channel
            met.add(row.channel_id)
            found[row.platform, row.key].append(Found(view(row), row, row.seen_at))
    return found


async def of_numbers(session: AsyncSession, numbers: Collection[str]) -> dict[str, list[Found]]:
    """The member of each canonical number with every channel that they hold, largest first.

    One statement, or none without numbers.
    """
    found: dict[str, list[Found]] = defaultdict(list)
    if not numbers:
        return found
    rows = await session.execute(_OF_NUMBERS, {"numbers": _BETWEEN.join(numbers)})
    for row in rows:
        channel = None if row.channel_id is None else row
        found[row.number].append(Found(view(row), channel, row.seen_at))
    return {number: sorted(people, key=order) for number, people in found.items()}
