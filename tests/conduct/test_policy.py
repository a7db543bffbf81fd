"""Which version may follow, how the test is drawn and marked, the pause, whose name it is."""

import unicodedata
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conduct import policy
from app.conduct.bank import bank
from app.conduct.policy import Drawn
from app.core.errors import Conflict, Refused
from tests.factories.conduct import make_content

CONTENT = make_content()
RULES = CONTENT.test
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


# Versions


def test_the_first_version_may_be_dated_back() -> None:
    policy.check_publication(CONTENT, {}, date(2030, 1, 1))


@pytest.mark.parametrize(
    ("number", "day", "message"),
    [
        ("1.0", date(2026, 12, 1), "version 1.0 does not follow version 1.2"),
        ("1.2", date(2026, 12, 1), "version 1.2 does not follow version 1.2"),
        ("1.3", date(2026, 3, 1), "version 1.3 must be in force from a day after 2026-03-01"),
        ("1.3", date(2026, 11, 23), "version 1.3 cannot be in force from a day that is past"),
    ],
)
def test_a_version_that_does_not_follow_the_others_is_refused(
    number: str, day: date, message: str
) -> None:
    content = make_content(version=number, effective_from=day)
    others = {"1.1": date(2026, 1, 1), "1.2": date(2026, 3, 1)}
    with pytest.raises(Conflict) as refusal:
        policy.check_publication(content, others, date(2026, 11, 24))
    assert str(refusal.value) == message


def test_version_ten_follows_version_nine() -> None:
    content = make_content(version="1.10", effective_from=date(2026, 11, 24))
    policy.check_publication(content, {"1.9": date(2026, 1, 1)}, date(2026, 11, 24))


def test_a_duty_with_one_question_is_not_covered() -> None:
    questions = [q for q in bank().values() if q.key != "ai-before-after"]
    with pytest.raises(Refused, match=r"not two questions on duty 14 \(ai\)"):
        policy.check_covered(CONTENT, questions)


def test_a_theme_without_a_question_is_not_covered() -> None:
    questions = [q for q in bank().values() if q.focus != "giveaways"]
    extra = [q.model_copy(update={"focus": ""}) for q in bank().values() if q.focus == "giveaways"]
    with pytest.raises(Refused, match="no question on giveaways"):
        policy.check_covered(CONTENT, [*questions, *extra])


# The test


@given(st.text(min_size=1))
def test_a_try_is_drawn_by_its_seed_alone(seed: str) -> None:
    drawn = policy.draw(bank().values(), CONTENT, seed)
    assert drawn == policy.draw(bank().values(), CONTENT, seed)


@given(st.integers())
def test_a_try_has_every_theme_once_and_no_duty_twice(number: int) -> None:
    drawn = policy.draw(bank().values(), CONTENT, str(number))
    questions = [bank()[one.question] for one in drawn]
    assert len({q.key for q in questions}) == RULES.questions
    themes = Counter(q.focus for q in questions)
    assert all(themes[theme] >= 1 for theme in RULES.focus)
    assert len({q.duty for q in questions}) >= RULES.questions - 1  # two themes may meet in duty 1
    for one, question in zip(drawn, questions, strict=True):
        assert sorted(one.order) == list(range(question.answers))


def test_every_question_and_every_place_of_the_right_answer_comes_up() -> None:
    seen, places = Counter[str](), Counter[int]()
    for number in range(300):
        for one in policy.draw(bank().values(), CONTENT, str(number)):
            seen[one.question] += 1
            places[one.right] += 1
    assert set(seen) == set(bank())
    assert min(places[place] for place in range(4)) > 0.15 * places.total()


def test_a_second_try_asks_what_the_first_did_not() -> None:
    first = policy.draw(bank().values(), CONTENT, "1")
    seen = {one.question for one in first}
    again = policy.draw(bank().values(), CONTENT, "2", seen)
    assert {one.question for one in again} & seen == set()


def test_a_short_code_is_asked_only_of_its_own_duties() -> None:
    short = make_content(duties=CONTENT.duties[:3])
    drawn = policy.draw(bank().values(), short, "x")
    assert {bank()[one.question].duty for one in drawn} == {"disclose", "verify", "know"}
    assert len(drawn) == 9  # all there are


def test_right_answers_are_counted_where_they_were_shown() -> None:
    drawn = (Drawn("a", (2, 0, 1)), Drawn("b", (0, 1, 2)), Drawn("c", (1, 2, 0)))
    assert [one.right for one in drawn] == [1, 0, 2]
    assert policy.correct(drawn, [1, 0, 2]) == 3
    assert policy.correct(drawn, [0, 0, 2]) == 2
    assert policy.correct(drawn, [0, 1, 1]) == 0


@pytest.mark.parametrize("given_answers", [[], [0], [0, 0, 0], [0, 3], [-1, 0]])
def test_answers_that_fit_no_question_are_refused(given_answers: list[int]) -> None:
    with pytest.raises(Refused):
        policy.check_given([Drawn("a", (2, 0, 1)), Drawn("b", (0, 1, 2))], given_answers)


@pytest.mark.parametrize(
    ("after", "pausing"),
    [
        (timedelta(0), True),
        (timedelta(minutes=9, seconds=59, microseconds=999_999), True),
        (timedelta(minutes=10), False),
        (timedelta(days=1), False),
    ],
)
def test_the_pause_ends_at_its_last_instant(after: timedelta, *, pausing: bool) -> None:
    assert policy.pausing(NOON, RULES, NOON + after) is pausing


def test_there_is_no_pause_without_a_failure() -> None:
    assert policy.next_try(None, RULES) is None
    assert not policy.pausing(None, RULES, NOON)


# The name


@pytest.mark.parametrize(
    ("typed", "legal"),
    [
        ("Nguyễn Thị Hòa", "Nguyễn Thị Hòa"),
        ("nguyễn thị hòa", "NGUYỄN THỊ HÒA"),
        ("  Nguyễn   Thị\u00a0Hòa ", "Nguyễn Thị Hòa"),
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"),
        ("Lê Thúy", "Lê Thuý"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hòa"), "Nguyễn Thị Hòa"),
        ("Nguyễn\u200b Thị Hòa", "Nguyễn Thị Hòa"),
        ("Đỗ Mười", "đỗ mười"),
    ],
)
def test_the_same_name_is_known_however_it_is_typed(typed: str, legal: str) -> None:
    assert policy.same_name(typed, legal)


@pytest.mark.parametrize(
    ("typed", "legal"),
    [
        ("Nguyen Thi Hoa", "Nguyễn Thị Hòa"),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hòa"),
        ("Nguyễn Thị Hóa", "Nguyễn Thị Hòa"),
        ("Nguyễn Hòa", "Nguyễn Thị Hòa"),
        ("Hòa Nguyễn Thị", "Nguyễn Thị Hòa"),
        ("NguyễnThị Hòa", "Nguyễn Thị Hòa"),
        ("Đỗ Mười", "Dỗ Mười"),
        ("Lê Ân", "Lê An"),
        ("", ""),
        (" \u200b", " "),
    ],
)
def test_another_name_is_another(typed: str, legal: str) -> None:
    assert not policy.same_name(typed, legal)
