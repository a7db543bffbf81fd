"""Who may do what with an application, and what the points mean: every case, no database."""

import itertools
from uuid import uuid4

import pytest

from app.applications.models import Status
from app.applications.policy import reviewing
from app.applications.policy.assessment import (
    UNSCORED,
    Score,
    Sheet,
    bears_out,
    lacks,
    least,
)
from app.applications.policy.moves import DECLINE_REASONS, MOVES, Party
from app.applications.policy.reviewing import Act, Holder
from app.core.reference import reference
from app.core.viewer import STAFF_ROLES, Viewer

ALLOWED = {
    (Status.SUBMITTED, Holder.NOBODY): {Act.CLAIM},
    (Status.SUBMITTED, Holder.ME): {Act.CLAIM, Act.RELEASE},
    (Status.SUBMITTED, Holder.OTHER): {Act.TAKE_OVER},
    (Status.IN_REVIEW, Holder.ME): {
        Act.RELEASE, Act.SCORE, Act.WRITE, Act.ASK, Act.APPROVE, Act.DECLINE,
    },
    (Status.IN_REVIEW, Holder.OTHER): {Act.TAKE_OVER},
    (Status.INFO_REQUESTED, Holder.ME): {Act.WRITE},
    (Status.INFO_REQUESTED, Holder.OTHER): {Act.TAKE_OVER},
}  # fmt: skip


@pytest.mark.parametrize(("status", "held_by"), list(itertools.product(Status, Holder)))
def test_each_act_has_its_moment(status: Status, held_by: Holder) -> None:
    assert reviewing.acts(status, held_by) == ALLOWED.get((status, held_by), set())


@pytest.mark.parametrize(
    ("act", "new"),
    [
        (Act.CLAIM, Status.IN_REVIEW),
        (Act.ASK, Status.INFO_REQUESTED),
        (Act.APPROVE, Status.APPROVED),
        (Act.DECLINE, Status.DECLINED),
    ],
)
def test_an_act_that_moves_is_offered_just_where_the_table_of_moves_has_it(
    act: Act, new: Status
) -> None:
    offered = {status for status in Status if act in reviewing.acts(status, Holder.ME)}
    assert offered == {old for (old, to), by in MOVES.items() if to is new and by is Party.REVIEWER}


def test_who_holds_it_is_seen_from_whoever_asks() -> None:
    mine = uuid4()
    by = Viewer(account_id=mine)
    assert reviewing.holder(None, by) is Holder.NOBODY
    assert reviewing.holder(mine, by) is Holder.ME
    assert reviewing.holder(uuid4(), by) is Holder.OTHER


def test_who_reads_and_who_acts() -> None:
    hats = {role: Viewer(roles=frozenset({role})) for role in STAFF_ROLES}
    readers = {role for role, viewer in hats.items() if reviewing.may_read(viewer)}
    assert readers == {"reviewer", "administrator", "auditor"}
    assert {role for role, viewer in hats.items() if reviewing.may_review(viewer)} == {"reviewer"}
    assert not reviewing.may_read(Viewer())


FULL = {key: pillar.points for key, pillar in reference.pillars.items()}
EXACT = {"transparency": 15, "conduct": 15, "engagement": 14, "values": 12, "compliance": 14}


def sheet(points: dict[str, int | None], note: str = "Đã xem.") -> Sheet:
    return Sheet({key: Score(given, note) for key, given in points.items()})


def test_the_files_add_up() -> None:
    assert sum(FULL.values()) == reference.assessment.total == 100
    assert [least(pillar) for pillar in reference.pillars.values()] == [13, 10, 10, 8, 10]
    assert sum(EXACT.values()) == reference.assessment.pass_mark


@pytest.mark.parametrize(
    ("points", "total", "reaches"),
    [
        (FULL, 100, True),
        (EXACT, 70, True),
        ({**EXACT, "values": 11}, 69, False),
        ({**FULL, "transparency": 12}, 87, False),
        ({**FULL, "transparency": 13}, 88, True),
        ({**FULL, "values": 7}, 92, False),
        (dict.fromkeys(FULL, 0), 0, False),
    ],
)
def test_the_mark_is_reached_in_all_and_in_each(
    points: dict[str, int | None], total: int, *, reaches: bool
) -> None:
    found = sheet(points)
    assert (found.complete, found.total, found.reaches_mark) == (True, total, reaches)
    assert found.is_against(Status.APPROVED) is not reaches
    assert found.is_against(Status.DECLINED) is reaches


@pytest.mark.parametrize(
    "found",
    [Sheet({}), sheet(FULL, note=""), sheet({**FULL, "values": None}), sheet({"values": 15})],
)
def test_what_is_not_complete_speaks_for_nothing(found: Sheet) -> None:
    assert not found.complete
    assert not found.reaches_mark
    assert not found.is_against(Status.APPROVED)
    assert not found.is_against(Status.DECLINED)


@pytest.mark.parametrize(
    ("found", "borne_out"),
    [
        (sheet(EXACT), False),
        (sheet({**EXACT, "values": 11}), True),
        (sheet({**FULL, "transparency": 12}), True),
        (sheet({**FULL, "transparency": 12}, note=""), False),
        (Sheet({}), False),
    ],
)
def test_who_is_below_the_mark_is_said_by_the_sheet_alone(found: Sheet, *, borne_out: bool) -> None:
    borne = {reason for reason in DECLINE_REASONS if bears_out(found, reason)}
    assert borne == set(DECLINE_REASONS) - (set() if borne_out else {"below_mark"})


def test_the_lines_come_in_the_order_of_the_file_and_name_the_weak() -> None:
    found = sheet({"values": 7, "transparency": 25})
    assert [line.pillar.key for line in found] == list(reference.pillars)
    assert [line.pillar.key for line in found if line.weak] == ["values"]
    assert found.done == 2


def test_a_mark_changes_with_each_part_of_a_score() -> None:
    marks = {
        score.mark for score in (UNSCORED, Score(0), Score(1), Score(1, "a"), Score(1, "", "a"))
    }
    assert len(marks) == 5
    assert Score(1, "a").mark == Score(1, "a", "").mark


@pytest.mark.parametrize(
    ("complete", "proof", "signed"), list(itertools.product((True, False), repeat=3))
)
def test_everything_that_lacks_is_named(*, complete: bool, proof: bool, signed: bool) -> None:
    found = lacks(sheet(FULL) if complete else Sheet({}), has_proof=proof, has_signed=signed)
    assert len(found) == [complete, proof, signed].count(False)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
def test_each_pillar_asks_in_each_language(locale: str) -> None:
    asked = [pillar.asked(locale) for pillar in reference.pillars.values()]
    assert all(len(questions) == 2 for questions in asked)
    assert len({q for questions in asked for q in questions}) == 10
