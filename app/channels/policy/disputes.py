"""Two accounts that both showed control of one channel: who is heard, when staff may decide. Pure.

Source: issue 5 §3; decision 0024.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.channels.models import Verdict
from app.core.text import fold
from app.core.viewer import Viewer

HEARING = timedelta(days=7)
"""How long each side may be heard before staff decide without them."""
REST = timedelta(days=90)
"""How long after an end against them a side opens no dispute by itself: staff look first."""
MOST_OF_A_SIDE = 4000  # characters of what a side says at once
SHORTEST_NAME = 3  # letters; less stands in too many words to be told by


class Side(StrEnum):
    """Who somebody is in a dispute. Several claimants may stand against one holder."""

    HOLDER = "holder"
    CLAIMANT = "claimant"


class End(StrEnum):
    """What the end of a dispute is for one side."""

    KEPT = "kept"
    WON = "won"
    LOST = "lost"
    LEFT = "left"  # gave way, or removed the channel


_ENDS: Mapping[tuple[Side, Verdict], End] = MappingProxyType(
    {
        (Side.HOLDER, Verdict.HOLDER): End.KEPT,
        (Side.HOLDER, Verdict.CLAIMANT): End.LOST,
        (Side.HOLDER, Verdict.NEITHER): End.LOST,
        (Side.CLAIMANT, Verdict.HOLDER): End.LOST,
        (Side.CLAIMANT, Verdict.CLAIMANT): End.WON,
        (Side.CLAIMANT, Verdict.NEITHER): End.LOST,
    }
)
_WORST_FIRST = (End.LEFT, End.LOST, End.WON, End.KEPT)


def end(side: Side, verdict: Verdict, left: Side | None = None) -> End:
    """What a verdict is for `side`.

    Args:
        left: which side gave way; only with `Verdict.WITHDRAWN`, and then always.

    Raises:
        ValueError: somebody gave way and the verdict is another, or the other way round.
    """
    if (verdict is Verdict.WITHDRAWN) is not (left is not None):
        raise ValueError("who gave way is said with that verdict alone")
    if verdict is not Verdict.WITHDRAWN:
        return _ENDS[side, verdict]
    if left is side:
        return End.LEFT
    return End.KEPT if side is Side.HOLDER else End.WON


def end_of_all(ends: Iterable[End]) -> End:
    """What several claims came to for the holder, who has one thread for all of them.

    Raises:
        ValueError: there are none.
    """
    return min(ends, key=_WORST_FIRST.index)


def verdict(claimant_channel_id: UUID, holder_channel_id: UUID, winner: UUID | None) -> Verdict:
    """How one claim is decided when the channel goes to `winner`.

    Args:
        winner: the channel whose account it is; None for nobody's of those who were heard. When
            it goes to another claimant, neither side of this claim has it.
    """
    return {
        claimant_channel_id: Verdict.CLAIMANT,
        holder_channel_id: Verdict.HOLDER,
    }.get(winner or UUID(int=0), Verdict.NEITHER)


def answers_until(opened_at: datetime) -> datetime:
    """Until when a side that is told at `opened_at` is waited for, at least."""
    return opened_at + HEARING


def may_be_decided(heard: Collection[bool], waited_until: datetime, now: datetime) -> bool:
    """Whether it is time to decide: every side has spoken, or was waited for.

    Args:
        heard: of each side that is still there, whether it has said anything.
        waited_until: the latest of the days until which sides are waited for.
    """
    return now >= waited_until or all(heard)


def rests(ended_at: datetime, now: datetime) -> bool:
    """Whether an end against somebody is so fresh that staff look before others are asked anew."""
    return now < ended_at + REST


def may_see(viewer: Viewer) -> bool:
    """Whether the viewer may read disputes in which they have no part."""
    return viewer.has("reviewer", "administrator", "auditor")


def may_decide(viewer: Viewer) -> bool:
    """Whether the viewer may speak and decide in disputes in which they have no part."""
    return viewer.has("reviewer", "administrator")


def named_in(text: str, names: Iterable[str]) -> str | None:
    """The first of `names` that `text` says, in whatever case and with or without accents.

    Args:
        names: of people, and their addresses; very short ones are passed over.

    Returns: the name as given; None when there is none.
    """
    said = fold(text)
    for name in names:
        folded = fold(name)
        if len(folded) < SHORTEST_NAME:
            continue
        if re.search(rf"(?<!\w){re.escape(folded)}(?!\w)", said):
            return name
    return None
