"""Who of the staff may read an application, and what its reviewer may do as it stands."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.applications.models import Status
from app.core.viewer import Viewer

READERS = ("reviewer", "administrator", "auditor")
MOST_MESSAGE = 3000  # characters, of a message, a note or a request
MOST_REASON = 2000


class Act(StrEnum):
    """What a reviewer does with an application."""

    CLAIM = "claim"
    TAKE_OVER = "take_over"
    RELEASE = "release"
    SCORE = "score"
    WRITE = "write"
    ASK = "ask"
    APPROVE = "approve"
    DECLINE = "decline"


class Holder(StrEnum):
    """Who holds the review, as the one who asks sees it."""

    NOBODY = "nobody"
    ME = "me"
    OTHER = "other"


NONE: frozenset[Act] = frozenset()
ACTS: Mapping[tuple[Status, Holder], frozenset[Act]] = MappingProxyType(
    {
        (Status.SUBMITTED, Holder.NOBODY): frozenset({Act.CLAIM}),
        # An answer to a request for changes comes back to whoever asked.
        (Status.SUBMITTED, Holder.ME): frozenset({Act.CLAIM, Act.RELEASE}),
        (Status.SUBMITTED, Holder.OTHER): frozenset({Act.TAKE_OVER}),
        (Status.IN_REVIEW, Holder.ME): frozenset(
            {Act.RELEASE, Act.SCORE, Act.WRITE, Act.ASK, Act.APPROVE, Act.DECLINE}
        ),
        (Status.IN_REVIEW, Holder.OTHER): frozenset({Act.TAKE_OVER}),
        (Status.INFO_REQUESTED, Holder.ME): frozenset({Act.WRITE}),
        (Status.INFO_REQUESTED, Holder.OTHER): frozenset({Act.TAKE_OVER}),
    }
)


def holder(reviewer_id: UUID | None, by: Viewer) -> Holder:
    """Who holds a review, seen from `by`."""
    if reviewer_id is None:
        return Holder.NOBODY
    return Holder.ME if reviewer_id == by.account_id else Holder.OTHER


def acts(status: Status, held_by: Holder) -> frozenset[Act]:
    """What a reviewer who is no party may do now; what is missing here is refused."""
    return ACTS.get((status, held_by), NONE)


def may_read(viewer: Viewer) -> bool:
    """Whether `viewer` may read applications: those who decide, who run the portal, who audit."""
    return viewer.has(*READERS)


def may_review(viewer: Viewer) -> bool:
    """Whether `viewer` may act on applications, party or not."""
    return viewer.has("reviewer")
