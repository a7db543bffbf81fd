"""The rules of disputes, every case of them."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from app.channels.models import Verdict
from app.channels.policy import disputes as policy
from app.channels.policy import merging, sightings
from app.channels.policy.disputes import End, Side
from app.core.viewer import STAFF_ROLES, Viewer

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENDS = {
    (Side.HOLDER, Verdict.HOLDER, None): End.KEPT,
    (Side.HOLDER, Verdict.CLAIMANT, None): End.LOST,
    (Side.HOLDER, Verdict.NEITHER, None): End.LOST,
    (Side.HOLDER, Verdict.WITHDRAWN, Side.HOLDER): End.LEFT,
    (Side.HOLDER, Verdict.WITHDRAWN, Side.CLAIMANT): End.KEPT,
    (Side.CLAIMANT, Verdict.HOLDER, None): End.LOST,
    (Side.CLAIMANT, Verdict.CLAIMANT, None): End.WON,
    (Side.CLAIMANT, Verdict.NEITHER, None): End.LOST,
    (Side.CLAIMANT, Verdict.WITHDRAWN, Side.HOLDER): End.WON,
    (Side.CLAIMANT, Verdict.WITHDRAWN, Side.CLAIMANT): End.LEFT,
}


@pytest.mark.parametrize(
    ("side", "verdict", "left"), [*product(Side, Verdict, (None, Side.HOLDER, Side.CLAIMANT))]
)
def test_each_verdict_ends_in_one_way_for_each_side(
    side: Side, verdict: Verdict, left: Side | None
) -> None:
    wanted = ENDS.get((side, verdict, left))
    if wanted is None:
        with pytest.raises(ValueError, match="who gave way"):
            policy.end(side, verdict, left)
    else:
        assert policy.end(side, verdict, left) is wanted


@pytest.mark.parametrize(
    ("verdict", "left"), [(v, left) for s, v, left in ENDS if s is Side.HOLDER]
)
def test_never_do_both_sides_have_the_channel(verdict: Verdict, left: Side | None) -> None:
    ends = [policy.end(side, verdict, left) for side in Side]
    has = [end for end in ends if end in (End.KEPT, End.WON)]
    assert len(has) == (0 if verdict is Verdict.NEITHER else 1)


@pytest.mark.parametrize(("one", "other"), [*product(End, End)])
def test_a_holder_who_loses_to_one_of_several_has_lost(one: End, other: End) -> None:
    worst = next(e for e in (End.LEFT, End.LOST, End.WON, End.KEPT) if e in (one, other))
    assert policy.end_of_all([one, other]) is worst


def test_a_claim_is_decided_by_who_has_the_channel() -> None:
    claimant, holder, third = (UUID(int=n) for n in (1, 2, 3))
    assert policy.verdict(claimant, holder, claimant) is Verdict.CLAIMANT
    assert policy.verdict(claimant, holder, holder) is Verdict.HOLDER
    assert policy.verdict(claimant, holder, third) is Verdict.NEITHER
    assert policy.verdict(claimant, holder, None) is Verdict.NEITHER


@pytest.mark.parametrize(
    ("heard", "late", "wanted"),
    [
        ((True, True), False, True),
        ((True, False), False, False),
        ((False, False), False, False),
        ((False, False), True, True),
        ((True, True, False), False, False),
        ((True,), False, True),  # the other has given way
    ],
)
def test_it_is_decided_once_all_are_heard_or_were_waited_for(
    *, heard: tuple[bool, ...], late: bool, wanted: bool
) -> None:
    until = policy.answers_until(AT)
    assert until == AT + timedelta(days=7)
    now = until if late else until - timedelta(microseconds=1)
    assert policy.may_be_decided(heard, until, now) is wanted


def test_who_lost_rests_for_ninety_days() -> None:
    over = AT + timedelta(days=90)
    assert policy.rests(AT, over - timedelta(microseconds=1))
    assert not policy.rests(AT, over)


@pytest.mark.parametrize("role", [*STAFF_ROLES, ""])
def test_reviewers_and_administrators_decide_and_auditors_read(role: str) -> None:
    viewer = Viewer(roles=frozenset(filter(None, [role])))
    assert policy.may_decide(viewer) is (role in ("reviewer", "administrator"))
    assert policy.may_see(viewer) is (role in ("reviewer", "administrator", "auditor"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The channel was sold by Lê Thị Giữ in May.", "Lê Thị Giữ"),
        ("LE THI GIU, who", "Lê Thị Giữ"),
        ("«lê thị giữ»", "Lê Thị Giữ"),
        ("Write to Giu@Example.vn.", "giu@example.vn"),
        ("Lê Thị Giữa", None),
        ("Thị Giữ", None),
        ("We saw a contract of sale.", None),
        ("Ng", None),  # too short to tell anybody by
    ],
)
def test_a_text_that_names_somebody_is_found(text: str, wanted: str | None) -> None:
    assert policy.named_in(text, ["Ng", "", "Lê Thị Giữ", "giu@example.vn"]) == wanted


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ((), False),
        ((None, None), False),
        ((1_000_000,), False),
        ((1_000_001,), True),
        ((5, 1_000_001), True),  # said to be less since
        ((None, 2_000_000), True),
    ],
)
def test_more_than_a_million_followers_want_two_reviewers(
    *, counts: tuple[int | None, ...], wanted: bool
) -> None:
    assert sightings.needs_second(counts) is wanted


def test_of_two_rows_the_proven_is_kept_then_the_one_seen_lately_then_the_older() -> None:
    def row(n: int, days: int, *, held: bool = False, stale: bool = False) -> merging.Row:
        return merging.Row(UUID(int=n), AT + timedelta(days=days), held=held, stale=stale)

    for first, second in (
        (row(1, 5, held=True), row(2, 0)),
        (row(1, 5, held=True, stale=True), row(2, 0)),
        (row(1, 5, held=True), row(2, 0, held=True, stale=True)),
        (row(1, 0), row(2, 5)),
        (row(1, 0, held=True), row(2, 5, held=True)),
        (row(1, 0), row(2, 0)),
    ):
        assert merging.kept(first, second) == merging.kept(second, first) == first.id
