"""How a proof is kept: every state, outcome and moment, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.channels.methods import FAILURES
from app.channels.models import Outcome, ProofStatus
from app.channels.policy import keeping, notices
from app.channels.policy.keeping import Kept, step
from app.channels.policy.notices import Letter
from app.core.crypto import uuid7

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY, HOUR, INSTANT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
PROVEN, STALE, LOST = ProofStatus.PROVEN, ProofStatus.STALE, ProofStatus.LOST
SEEN, NOT_SEEN, UNSURE = Outcome.SEEN, Outcome.NOT_SEEN, Outcome.UNSURE
MIDDLE = 0.5  # no jitter to either side


def kept(status: ProofStatus = PROVEN, failures: int = 0, since: timedelta = DAY) -> Kept:
    """A proof seen a week before it began to fail, so many times, so long ago."""
    if not failures:
        return Kept(status, NOON - 7 * DAY, next_check_at=NOON)
    return Kept(status, NOON - since - 7 * DAY, failures, NOON - since, NOON)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize(
    "before", [kept(), kept(STALE, 1), kept(STALE, 2, 6 * DAY), kept(STALE, 9, 60 * DAY)]
)
def test_to_be_seen_puts_everything_right(before: Kept, asked: bool) -> None:  # noqa: FBT001
    after = step(before, SEEN, NOON, MIDDLE, asked=asked)
    assert after == Kept(PROVEN, NOON, 0, None, NOON + 7 * DAY)


def test_the_first_failure_makes_it_stale_and_looks_again_after_a_day() -> None:
    after = step(kept(), NOT_SEEN, NOON, MIDDLE)
    assert after == Kept(STALE, NOON - 7 * DAY, 1, NOON, NOON + DAY)


@pytest.mark.parametrize(
    ("failures", "since", "status", "next_after"),
    [
        (1, DAY, STALE, 2 * DAY),
        (1, 7 * DAY, STALE, 2 * DAY),  # the second, however late
        (1, 90 * DAY, STALE, 2 * DAY),
        (2, 3 * DAY, STALE, 4 * DAY),
        (2, HOUR, STALE, 7 * DAY - HOUR),  # the next may be the last: not before its time
        (2, 7 * DAY - INSTANT, STALE, 4 * DAY),
        (2, 7 * DAY, LOST, None),
        (2, 7 * DAY + INSTANT, LOST, None),
        (3, 7 * DAY - INSTANT, STALE, 7 * DAY),
        (3, 7 * DAY, LOST, None),
        (4, 6 * DAY, STALE, 7 * DAY),
        (40, 90 * DAY, LOST, None),
    ],
)
def test_it_is_lost_with_the_third_failure_or_a_later_one_a_week_after_the_first(
    failures: int, since: timedelta, status: ProofStatus, next_after: timedelta | None
) -> None:
    after = step(kept(STALE, failures, since), NOT_SEEN, NOON, MIDDLE)
    assert after == Kept(
        status,
        NOON - since - 7 * DAY,
        failures + 1,
        NOON - since,
        next_after and NOON + next_after,
    )


@pytest.mark.parametrize(
    ("before", "seen_ago", "waits"),
    [
        (kept(), 7 * DAY, DAY),
        (kept(), 8 * DAY, DAY),
        (kept(), 16 * DAY, 2 * DAY),
        (kept(), 56 * DAY, 7 * DAY),
        (kept(), 400 * DAY, 7 * DAY),
        (kept(STALE, 1), 400 * DAY, DAY),
        (kept(STALE, 3, 30 * DAY), 400 * DAY, DAY),
    ],
)
def test_to_be_unsure_changes_nothing_but_when_to_look_again(
    before: Kept, seen_ago: timedelta, waits: timedelta
) -> None:
    before = Kept(before.status, NOON - seen_ago, before.failures, before.failing_since, NOON)
    after = step(before, UNSURE, NOON, MIDDLE)
    expected = Kept(
        before.status, before.seen_at, before.failures, before.failing_since, NOON + waits
    )
    assert after == expected


@pytest.mark.parametrize("outcome", [NOT_SEEN, UNSURE])
@pytest.mark.parametrize("before", [kept(), kept(STALE, 1), kept(STALE, 2, 30 * DAY)])
@pytest.mark.parametrize(("due_in", "looks_in"), [(6 * DAY, DAY), (HOUR, HOUR)])
def test_who_asks_in_vain_is_only_looked_at_sooner(
    outcome: Outcome, before: Kept, due_in: timedelta, looks_in: timedelta
) -> None:
    before = Kept(before.status, NOON - DAY, before.failures, before.failing_since, NOON + due_in)
    after = step(before, outcome, NOON, MIDDLE, asked=True)
    expected = Kept(
        before.status, before.seen_at, before.failures, before.failing_since, NOON + looks_in
    )
    assert after == expected


@given(
    steps=some.lists(
        some.tuples(
            some.sampled_from(list(Outcome)),
            some.timedeltas(INSTANT, 40 * DAY),
            some.floats(0, 1),
            some.booleans(),
        ),
        max_size=40,
    )
)
def test_whatever_comes_no_proof_is_lost_before_its_time(
    steps: list[tuple[Outcome, timedelta, float, bool]],
) -> None:
    now, here = NOON, Kept(PROVEN, NOON, next_check_at=NOON + 7 * DAY)
    counted: list[datetime] = []  # failures that count, since it was last seen
    for outcome, passed, chance, asked in steps:
        now += passed
        here = step(here, outcome, now, chance, asked=asked)
        if outcome is SEEN:
            counted = []
        elif outcome is NOT_SEEN and not asked:
            counted.append(now)
        assert here.failures == len(counted)
        assert here.failing_since == (counted[0] if counted else None)
        due = len(counted) >= 3 and counted[-1] - counted[0] >= 7 * DAY
        assert (here.status is LOST) == due
        if due:
            assert here.next_check_at is None
            return
        assert here.next_check_at is not None
        assert here.status is (STALE if counted else PROVEN)
        assert here.next_check_at <= now + 1.1 * 7 * DAY
        assert here.next_check_at > now or asked  # which only makes it sooner


@given(chance=some.floats(0, 1))
def test_who_is_never_seen_again_is_lost_within_nine_days_of_the_first_failure(
    chance: float,
) -> None:
    here, now = kept(), NOON
    times = []
    while here.status is not LOST:
        times.append(now)
        here = step(here, NOT_SEEN, now, chance)
        now = here.next_check_at or now
    assert len(times) == 4
    assert 7 * DAY <= times[-1] - times[0] <= 9 * DAY
    assert all(later - earlier >= 0.9 * DAY for earlier, later in pairwise(times))


def test_the_jitter_is_a_tenth_to_either_side_and_differs_from_look_to_look() -> None:
    assert keeping.spread(10 * DAY, 0) == 9 * DAY
    assert keeping.spread(10 * DAY, 1) == 11 * DAY
    ids = [uuid7() for _ in range(200)]
    chances = [keeping.chance_of(one, NOON) for one in ids]
    assert [keeping.chance_of(one, NOON) for one in ids] == chances
    assert len(set(chances)) == 200
    assert (min(chances) < 0.1, max(chances) > 0.9, min(chances) >= 0, max(chances) <= 1) == (
        True,
    ) * 4
    assert keeping.chance_of(ids[0], NOON) != keeping.chance_of(ids[0], NOON + DAY)


def test_a_proof_of_now_is_looked_for_again_in_about_a_week() -> None:
    proof_id = UUID(int=7)
    first = keeping.first_check_at(proof_id, NOON)
    assert NOON + 6.3 * DAY <= first <= NOON + 7.7 * DAY
    assert keeping.first_check_at(proof_id, NOON) == first


@pytest.mark.parametrize(
    ("failure", "status", "own_site", "nothing"),
    [
        ("busy", None, True, True),  # our own turns
        ("busy", None, False, True),
        *[("http_failed", status, own, True) for status in keeping.CLOSED for own in (True, False)],
        *[("http_failed", status, own, False) for status in (404, 410) for own in (True, False)],
        ("http_failed", 500, True, False),
        ("http_failed", 500, False, True),
        ("http_failed", 503, True, False),
        ("no_connection", None, True, False),  # a website that is down shows nothing
        ("no_connection", None, False, True),  # a platform that is down says nothing
        ("too_slow", None, True, False),
        ("wrong_type", None, False, True),
        ("not_found", None, True, False),
    ],
)
def test_who_answers_for_a_site_answers_for_its_being_there(
    failure: str,
    status: int | None,
    own_site: bool,  # noqa: FBT001
    nothing: bool,  # noqa: FBT001
) -> None:
    assert keeping.says_nothing(failure, status, own_site=own_site) is nothing


def test_failures_of_the_line_are_failures_that_the_fetcher_knows() -> None:
    assert keeping.NETWORK - FAILURES.keys() == set()


@pytest.mark.parametrize(
    ("failures", "doubt"),
    [
        ([], False),
        ([None], False),
        (["no_connection"], True),
        (["no_connection", None], False),
        (["no_connection", "too_slow", None], True),
        (["code_not_found", "gone", "no_connection"], False),
        (["zone_silent", "not_found", "http_failed"], True),
    ],
)
def test_the_line_is_in_doubt_when_most_looks_got_no_answer(
    failures: list[str | None],
    doubt: bool,  # noqa: FBT001
) -> None:
    assert keeping.line_in_doubt(failures) is doubt


@pytest.mark.parametrize(
    ("checked_ago", "wait"),
    [(None, None), (10 * HOUR, None), (timedelta(minutes=10), None), (HOUR / 6 - INSTANT, INSTANT)],
)
def test_an_owner_may_ask_every_ten_minutes(
    checked_ago: timedelta | None, wait: timedelta | None
) -> None:
    checked_at = None if checked_ago is None else NOON - checked_ago
    assert keeping.ask_again_at(checked_at, NOON) == (None if wait is None else NOON + wait)


@pytest.mark.parametrize(
    ("status", "ago", "wanted"),
    [
        (PROVEN, 180 * DAY - INSTANT, False),
        (PROVEN, 180 * DAY, True),
        (STALE, 30 * DAY - INSTANT, False),
        (STALE, 30 * DAY, True),
    ],
)
def test_staff_look_where_the_portal_could_not_for_long(
    status: ProofStatus,
    ago: timedelta,
    wanted: bool,  # noqa: FBT001
) -> None:
    assert keeping.wants_eyes(Kept(status, NOON - ago), NOON) is wanted


@pytest.mark.parametrize(
    ("left", "letter"),
    [
        (30 * DAY, None),
        (7 * DAY + INSTANT, None),
        (7 * DAY, Letter.SOON),
        (INSTANT, Letter.SOON),
        (timedelta(), Letter.OVER),
        (-10 * DAY, Letter.OVER),
    ],
)
def test_a_notice_is_told_of_a_week_before_its_end_and_at_it(
    left: timedelta, letter: Letter | None
) -> None:
    assert notices.letter_due(NOON + left, NOON) == letter
