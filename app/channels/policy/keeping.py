"""How a proven channel is kept proven: when it is looked for again, and what each look does. Pure.

Source: issue 5 §3. A look has three outcomes (`Outcome`). *Seen* puts everything right. *Not seen*
counts; the first makes the proof stale, and from the third on it is lost, once a week has passed
since the first. *Unsure* counts for nothing: a page that is closed to us, a platform that is down.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from app.channels.models import Outcome, ProofStatus

EVERY = timedelta(days=7)
JITTER = 0.1  # of each wait, to either side: what was proven in one hour drifts apart
BACK_OFF = tuple(timedelta(days=days) for days in (1, 2, 4, 7))  # after so many failures running
LEAST_FAILURES = 3  # before a loss
LEAST_TIME = timedelta(days=7)  # from the first of them to the loss
LEASE = timedelta(minutes=10)  # for which who took a proof up has it alone; then it is due again
NO_LINE_WAIT = timedelta(hours=1)  # when nothing could be read because our own line was down
ASK_AGAIN = timedelta(minutes=10)  # between two looks that the owner asks for
LATE = timedelta(hours=6)  # due for so long: the worker does not keep up
CLOSED_FOR = timedelta(days=180)  # not seen by us for so long: staff look
DOUBTED_FOR = timedelta(days=30)  # so long stale and closed to us: staff look

KEPT = (ProofStatus.PROVEN, ProofStatus.STALE)
"""The proofs that count, and so are looked for again."""

NETWORK = frozenset({"no_connection", "too_slow", "not_found", "zone_silent"})
"""Failures that a line of our own that is down brings about as well."""

CLOSED = frozenset({401, 403, 407, 429, 451})
"""Answers that keep us out; who is let in may well see the proof."""

GONE = frozenset({404, 410})
"""Answers by which a site says itself that a page is no longer there."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a proof that is kept stands. `seen_at`: when it was last seen, proving included."""

    status: ProofStatus
    seen_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    next_check_at: datetime | None = None


def step(
    kept: Kept, outcome: Outcome, now: datetime, chance: float, *, asked: bool = False
) -> Kept:
    """Where a proof stands after a look.

    Args:
        kept: where it stood; proven or stale.
        chance: from 0 to 1, settles the jitter.
        asked: the owner asked for the look. Such a look can only help: who checks their own page
            three times in an hour must not come nearer to a loss, so not to see anything merely
            lets the portal look again by itself within a day.
    """
    if outcome is Outcome.SEEN:
        return Kept(ProofStatus.PROVEN, now, next_check_at=now + spread(EVERY, chance))
    if outcome is Outcome.UNSURE:
        later = now + spread(_after_unsure(kept, now), chance)
    elif not asked:
        return _failed(kept, now, chance)
    else:
        later = now + spread(BACK_OFF[0], chance)
    if asked and kept.next_check_at is not None:
        later = min(later, kept.next_check_at)
    return replace(kept, next_check_at=later)


def _failed(kept: Kept, now: datetime, chance: float) -> Kept:
    failures, since = kept.failures + 1, kept.failing_since or now
    if failures >= LEAST_FAILURES and now - since >= LEAST_TIME:
        return Kept(ProofStatus.LOST, kept.seen_at, failures, since)
    later = now + spread(BACK_OFF[min(failures, len(BACK_OFF)) - 1], chance)
    if failures >= LEAST_FAILURES:  # the next may be the last; a little too early it could not be
        later = max(later, since + LEAST_TIME)
    return Kept(ProofStatus.STALE, kept.seen_at, failures, since, later)


def _after_unsure(kept: Kept, now: datetime) -> timedelta:
    """Sooner than usual at first; what stays closed to us is asked ever less, at most weekly."""
    if kept.failures:
        return BACK_OFF[0]
    return min(EVERY, max(BACK_OFF[0], (now - kept.seen_at) / 8))


def spread(wait: timedelta, chance: float) -> timedelta:
    """`wait`, up to a tenth shorter or longer."""
    return wait * (1 - JITTER + 2 * JITTER * chance)


def chance_of(proof_id: UUID, at: datetime) -> float:
    """A number from 0 to 1 that differs from proof to proof and from look to look."""
    seed = proof_id.bytes + at.isoformat().encode()
    return int.from_bytes(blake2b(seed, digest_size=4).digest()) / 0xFFFFFFFF


def first_check_at(proof_id: UUID, now: datetime) -> datetime:
    """When a proof of this moment is looked for again."""
    return now + spread(EVERY, chance_of(proof_id, now))


def says_nothing(failure: str, status: int | None, *, own_site: bool) -> bool:
    """Whether a page that could not be read leaves open whether the proof is there.

    Args:
        failure: the key of the `FetchFailed`.
        status: of the answer; None when there was none.
        own_site: whether the owner of the channel answers for the site. A platform that is down
            says nothing of its channels; a website that is down shows nothing.
    """
    if failure == "busy" or status in CLOSED:
        return True
    return not own_site and status not in GONE


def line_in_doubt(failures: Collection[str | None]) -> bool:
    """Whether looks that failed so may have failed because of our own line.

    Args:
        failures: of looks made at about the same time; None for those that got an answer.
    """
    silent = sum(failure in NETWORK for failure in failures)
    return silent * 2 > len(failures)


def ask_again_at(checked_at: datetime | None, now: datetime) -> datetime | None:
    """From when the owner may ask for a look again; None for at once."""
    again = checked_at + ASK_AGAIN if checked_at else now
    return again if again > now else None


def wants_eyes(kept: Kept, now: datetime) -> bool:
    """Whether staff are to look, because the portal has not been able to for so long."""
    doubted = kept.status is ProofStatus.STALE and now - kept.seen_at >= DOUBTED_FOR
    return doubted or now - kept.seen_at >= CLOSED_FOR
