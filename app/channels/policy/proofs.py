"""How a proof moves, who may move it, and for how long its parts are good.

Source: design §2 "Channels"; issue 3 §3.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.channels.models import ProofStatus as S
from app.core.crypto import crockford
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.viewer import Viewer

CODE_LENGTH = 10  # Crockford's characters: 50 bits
CODE_PREFIX = "DTA-"
CODE_LIFE = timedelta(hours=72)
VISIT_LIFE = timedelta(minutes=10)  # to a platform and back
CHECK_PATIENCE = timedelta(minutes=2)  # after which a check that never answered may be repeated
MOST_CHANNELS = 20  # an account
MOST_WORDS = 1000  # characters of a note or a reason of staff's

CONTESTED = "with_staff"
"""The failure kept with a proof that was seen while another account holds the channel."""
SAME_CHANNEL = "same_channel"
"""The failure kept with a proof that was seen of a channel that is there under another name."""
LEFT_TO_STAFF = frozenset({CONTESTED, SAME_CHANNEL})


class Party(StrEnum):
    """In which part somebody moves a proof."""

    OWNER = "owner"
    PORTAL = "portal"  # the check that the portal itself makes
    REVIEWER = "reviewer"
    CLOCK = "clock"
    COUNCIL = "council"  # a dispute between two accounts, decided by staff


MOVES: Mapping[tuple[S, S], frozenset[Party]] = MappingProxyType(
    {
        (S.PENDING, S.PROVEN): frozenset({Party.PORTAL, Party.REVIEWER, Party.COUNCIL}),
        # The portal's own check never ends an attempt: who mends the page checks again.
        (S.PENDING, S.FAILED): frozenset({Party.OWNER, Party.REVIEWER, Party.CLOCK, Party.COUNCIL}),
        (S.PROVEN, S.STALE): frozenset({Party.PORTAL}),
        (S.STALE, S.PROVEN): frozenset({Party.PORTAL, Party.REVIEWER}),
        # The owner's own: who gives way in a dispute.
        (S.STALE, S.LOST): frozenset({Party.PORTAL, Party.REVIEWER, Party.COUNCIL, Party.OWNER}),
        (S.PROVEN, S.LOST): frozenset({Party.REVIEWER, Party.COUNCIL, Party.OWNER}),
    }
)


class State(StrEnum):
    """What a channel is, all its attempts taken together."""

    PROVEN = "proven"
    STALE = "stale"  # proven, but not seen again when last looked for
    PENDING = "pending"  # a check runs, or staff are asked to look
    LOST = "lost"
    UNPROVEN = "unproven"


def check_move(old: S, new: S, party: Party) -> None:
    """Let a move of the table pass.

    Raises:
        Conflict: there is no such move, or not by this party.
    """
    if party not in MOVES.get((old, new), frozenset()):
        raise Conflict(_("This proof has been settled meanwhile. Open the page again."))


def state(
    proven_at: datetime | None,
    lost_at: datetime | None,
    stale_since: datetime | None = None,
    *,
    waiting: bool,
) -> State:
    """What a channel is now.

    Args:
        waiting: whether an attempt waits for the portal's check or for staff.
    """
    if proven_at is not None and lost_at is None:
        return State.PROVEN if stale_since is None else State.STALE
    if waiting:
        return State.PENDING
    return State.UNPROVEN if lost_at is None else State.LOST


def page_code() -> str:
    """A new code for a page, a bio or a post."""
    return CODE_PREFIX + crockford(CODE_LENGTH)


def is_page_code(code: str) -> bool:
    """Whether `code` is one that `page_code` makes."""
    return code.startswith(CODE_PREFIX) and len(code) == len(CODE_PREFIX) + CODE_LENGTH


def is_checking(checking_since: datetime | None, now: datetime) -> bool:
    """Whether a check asked for at `checking_since` may still be under way."""
    return checking_since is not None and now - checking_since < CHECK_PATIENCE


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a code that is good until `expires_at` no longer counts."""
    return expires_at is not None and expires_at <= now


def may_see_evidence(viewer: Viewer) -> bool:
    """Whether the viewer may open the staff's page of channels."""
    return viewer.has("reviewer", "administrator", "auditor")


def may_settle(viewer: Viewer, owner_id: UUID) -> bool:
    """Whether the viewer may confirm, refuse or take away a proof of this owner's channel."""
    return viewer.has("reviewer", "administrator") and viewer.account_id != owner_id
