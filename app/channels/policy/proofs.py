"""How a proof moves, and for how long its parts are good.

Source: design §2 "Channels"; issue 3 §3.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.channels.models import ProofStatus as S
from app.core.errors import Conflict
from app.core.i18n import gettext as _

CODE_LENGTH = 10  # Crockford's characters: 50 bits
CODE_PREFIX = "DTA-"
CODE_LIFE = timedelta(hours=72)
CHECK_PATIENCE = timedelta(minutes=2)  # after which a check that never answered may be repeated
MOST_CHANNELS = 20  # an account
MOST_FOLLOWERS = 8_000_000_000
OLDEST_COUNT = timedelta(days=365)


class Party(StrEnum):
    """In which part somebody moves a proof."""

    OWNER = "owner"
    PORTAL = "portal"  # the check that the portal itself makes
    REVIEWER = "reviewer"
    CLOCK = "clock"


MOVES: Mapping[tuple[S, S], frozenset[Party]] = MappingProxyType(
    {
        (S.PENDING, S.PROVEN): frozenset({Party.PORTAL, Party.REVIEWER}),
        (S.PENDING, S.FAILED): frozenset(Party),
        (S.PROVEN, S.LOST): frozenset({Party.REVIEWER}),
    }
)


def check_move(old: S, new: S, party: Party) -> None:
    """Let a move of the table pass.

    Raises:
        Conflict: there is no such move, or not by this party.
    """
    if party not in MOVES.get((old, new), frozenset()):
        raise Conflict(_("This proof has been settled meanwhile. Open the page again."))


def is_checking(checking_since: datetime | None, now: datetime) -> bool:
    """Whether a check asked for at `checking_since` may still be under way."""
    return checking_since is not None and now - checking_since < CHECK_PATIENCE


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a code that is good until `expires_at` no longer counts."""
    return expires_at is not None and expires_at <= now


def followers_wrong(followers: int | None, as_of: date | None, today: date) -> str | None:
    """What is wrong with a count as of a day, in a word: `followers` or `as_of`; None if nothing.

    Args:
        followers: how many; 0 or more.
        as_of: the day of the count, in Vietnam.
        today: today's date there.
    """
    if followers is None:
        return None
    if not 0 <= followers <= MOST_FOLLOWERS:
        return "followers"
    if as_of is not None and not today - OLDEST_COUNT <= as_of <= today:
        return "as_of"
    return None
