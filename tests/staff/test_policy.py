"""What an address of the lists means, and that it is written in one way."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from app.applications.models import Status
from app.applications.queries.queue import WAITING, Filter
from app.staff.policy import ALL, WORK, Question


def parse(place: str, query: str = "") -> Question:
    return Question.parse(place, dict(parse_qsl(query)))


@pytest.mark.parametrize("place", [WORK, ALL])
def test_a_bare_address_asks_for_its_place(place: str) -> None:
    asked = parse(place)
    assert asked == Question(place)
    assert asked.address() == place
    assert not asked.narrowed


def test_the_work_list_is_what_waits_for_the_alliance() -> None:
    assert parse(WORK).filter == Filter(statuses=WAITING)
    assert parse(WORK, "status=info_requested").filter.statuses == (Status.INFO_REQUESTED,)
    assert Status.DRAFT not in parse(ALL).filter.statuses
    assert set(parse(ALL).filter.statuses) == set(Status) - {Status.DRAFT}


@pytest.mark.parametrize(
    "query",
    [
        "status=draft", "status=approved", "status=x", "holder=anybody", "overdue=1", "topic=x",
        "province=99", "page=0", "page=-1", "page=x", "page=1234567", "q=", "q=%00", "z=1",
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_left_out(query: str) -> None:
    assert parse(WORK, query) == Question(WORK)


@pytest.mark.parametrize(
    "query",
    ["status=in_review", "holder=mine", "overdue=yes", "topic=food", "province=79", "q=a+b%26c",
     "page=3", "q=%C4%91&status=submitted&holder=nobody&overdue=yes&topic=food&province=79&page=2"],
)  # fmt: skip
def test_an_address_is_read_as_it_was_written(query: str) -> None:
    asked = parse(WORK, query)
    assert asked != Question(WORK)
    assert parse(WORK, urlsplit(asked.address()).query) == asked


def test_a_filter_goes_on_and_off_and_back_to_page_one() -> None:
    asked = parse(WORK, "holder=mine&page=4")
    assert asked.toggled("holder", "mine") == "/staff"
    assert asked.toggled("holder", "nobody") == "/staff?holder=nobody"
    assert asked.toggled("overdue", True) == "/staff?holder=mine&overdue=yes"
    assert asked.toggled("status", Status.SUBMITTED) == "/staff?status=submitted&holder=mine"
    assert asked.on_page("{page}") == "/staff?holder=mine&page={page}"
    assert parse(WORK).on_page(2) == "/staff?page=2"
    assert asked.pairs("holder") == []
