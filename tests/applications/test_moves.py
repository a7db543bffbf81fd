"""Every pair of statuses with every party, and everybody who may or may not begin."""

from datetime import date, timedelta
from itertools import product

import pytest

from app.applications.models import OPEN, Party, Section, Status
from app.applications.policy import moves
from app.core.errors import Conflict, Refused

# As design §2 "Applications" writes it, and the release of a claim.
ALLOWED = {
    ("draft", "submitted", "applicant"),
    ("submitted", "in_review", "reviewer"),
    ("in_review", "submitted", "reviewer"),
    ("in_review", "info_requested", "reviewer"),
    ("info_requested", "submitted", "applicant"),
    ("in_review", "approved", "reviewer"),
    ("in_review", "declined", "reviewer"),
    ("draft", "withdrawn", "applicant"),
    ("submitted", "withdrawn", "applicant"),
    ("in_review", "withdrawn", "applicant"),
    ("info_requested", "withdrawn", "applicant"),
    ("draft", "expired", "clock"),
    ("info_requested", "expired", "clock"),
}
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(("old", "new", "party"), list(product(Status, Status, Party)))
def test_an_application_moves_as_the_table_says_and_in_no_other_way(
    old: Status, new: Status, party: Party
) -> None:
    if (old.value, new.value, party.value) in ALLOWED:
        moves.check_move(old, new, party)
    else:
        with pytest.raises(Conflict) as refused:
            moves.check_move(old, new, party)
        assert str(refused.value) == (
            f"An application that is “{moves.STATUS_NAMES[old]}” cannot become"
            f" “{moves.STATUS_NAMES[new]}” in this way."
        )


def test_what_is_closed_stays_closed() -> None:
    assert {status.value for status in moves.CLOSED} == {
        "approved", "declined", "withdrawn", "expired",
    }  # fmt: skip
    assert not [old for old, _new in moves.MOVES if old in moves.CLOSED]


def start(
    *,
    has_open: bool = False,
    is_member: bool = False,
    bar_until: date | None = None,
    reapply_on: date | None = None,
) -> None:
    moves.check_start(
        TODAY, has_open=has_open, is_member=is_member, bar_until=bar_until, reapply_on=reapply_on
    )


def test_anybody_may_begin_whom_nothing_holds_back() -> None:
    start()


def test_nobody_begins_twice() -> None:
    with pytest.raises(Conflict, match="under way already"):
        start(has_open=True)


def test_a_member_does_not_apply() -> None:
    with pytest.raises(Conflict, match="a member already"):
        start(is_member=True)


def test_the_bar_of_an_expulsion_holds_to_the_end_of_its_last_day() -> None:
    start(bar_until=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match=r"^You cannot apply before the end of 2 March 2026\.$"):
        start(bar_until=TODAY)


def test_the_delay_after_a_refusal_ends_on_its_day() -> None:
    start(reapply_on=TODAY)
    with pytest.raises(Refused, match=r"^You can apply again from 3 March 2026\.$"):
        start(reapply_on=TODAY + timedelta(days=1))


@pytest.mark.parametrize(("status", "section"), list(product(Status, Section)))
def test_a_section_is_open_in_a_draft_and_where_a_change_was_asked_for(
    status: Status, section: Section
) -> None:
    asked = frozenset({Section.TOPICS, Section.PORTRAIT})
    expected = status is Status.DRAFT or (status is Status.INFO_REQUESTED and section in asked)
    assert moves.may_edit(status, asked, section) is expected


def test_names_of_statuses_and_sections_are_whole() -> None:
    assert set(moves.STATUS_NAMES) == set(Status)
    assert set(moves.SECTION_NAMES) == set(Section)
    assert set(OPEN) | moves.CLOSED == set(Status)


@pytest.mark.parametrize(
    "spelling",
    [
        "Nguyễn Thị Sương",
        "NGUYEN THI SUONG",
        " sương  nguyễn thị ",
        "Nguye\u0302\u0303n Thi\u0323 Sương",
    ],
)
def test_one_name_has_one_key(spelling: str) -> None:
    assert moves.name_key(spelling) == "nguyen suong thi"
