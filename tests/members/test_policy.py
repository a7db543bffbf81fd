"""Numbers, moves, terms: every case, no database."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict, Refused
from app.core.i18n import use_locale
from app.members import policy
from app.members.models import Party, Standing

NUMBERS = [policy.number(2026, serial) for serial in (1, 12, 999, 54321, 99999, 123456, 1000000)]


def test_a_number_reads_as_people_quote_it() -> None:
    assert policy.number(2026, 12) == "DTA-26-00012-4"
    assert policy.number(2031, 1234567).startswith("DTA-31-1234567-")


@pytest.mark.parametrize("number", NUMBERS)
def test_every_single_wrong_digit_is_caught(number: str) -> None:
    assert policy.parse_number(number) == number
    for at, digit in itertools.product(range(len(number)), "0123456789"):
        if number[at].isdigit() and number[at] != digit:
            assert policy.parse_number(number[:at] + digit + number[at + 1 :]) is None


@pytest.mark.parametrize("number", NUMBERS)
def test_every_swap_of_neighbours_is_caught(number: str) -> None:
    digits = [i for i, char in enumerate(number) if char.isdigit()]
    for left, right in itertools.pairwise(digits):
        typed = list(number)
        typed[left], typed[right] = typed[right], typed[left]
        if "".join(typed) != number:
            assert policy.parse_number("".join(typed)) is None


@given(st.integers(2025, 2099), st.integers(1, 99_999_999))
def test_whatever_is_written_is_read_again(year: int, serial: int) -> None:
    number = policy.number(year, serial)
    assert policy.parse_number(number) == number
    assert policy.parse_number(number.lower().replace("-", "")) == number


@pytest.mark.parametrize(
    "typed",
    [
        "dta-26-00012-4", "DTA 26 00012 4", "dta26000124", " DTA–26–00012–4 ", "DTA.26.00012.4",
        "DTA-26-00012 - 4", "dta/26/00012/4",
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(typed: str) -> None:
    assert policy.parse_number(typed) == "DTA-26-00012-4"


@pytest.mark.parametrize(
    "typed",
    ["", "DTA", "26-00012-4", "DTA-26-0012-4", "DTA-26-000012-4", "@dta26000124x", "DTA-26-00012",
     "DTA-٢٦-00012-4", "X DTA-26-00012-4"],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert policy.parse_number(typed) is None


def test_a_mistyped_number_is_known_for_what_it_was_meant_to_be() -> None:
    assert policy.looks_like_number("dta-26-00012-9")
    assert policy.looks_like_number("DTA 26 OOO12")
    assert not policy.looks_like_number("dtatravel")
    assert not policy.looks_like_number("https://www.tiktok.com/@dta")


ALLOWED = {
    (Standing.ACTIVE, Standing.SUSPENDED, Party.ADMINISTRATOR),
    (Standing.ACTIVE, Standing.EXPELLED, Party.ADMINISTRATOR),
    (Standing.ACTIVE, Standing.LAPSED, Party.CLOCK),
    (Standing.ACTIVE, Standing.LEFT, Party.MEMBER),
    (Standing.SUSPENDED, Standing.ACTIVE, Party.ADMINISTRATOR),
    (Standing.SUSPENDED, Standing.ACTIVE, Party.CLOCK),
    (Standing.SUSPENDED, Standing.EXPELLED, Party.ADMINISTRATOR),
    (Standing.SUSPENDED, Standing.LEFT, Party.MEMBER),
    (Standing.LAPSED, Standing.ACTIVE, Party.ADMINISTRATOR),
    (Standing.LAPSED, Standing.ACTIVE, Party.REVIEWER),
    (Standing.LAPSED, Standing.EXPELLED, Party.ADMINISTRATOR),
    (Standing.LAPSED, Standing.LEFT, Party.MEMBER),
    (Standing.EXPELLED, Standing.ACTIVE, Party.ADMINISTRATOR),
    (Standing.EXPELLED, Standing.ACTIVE, Party.REVIEWER),
    (Standing.LEFT, Standing.ACTIVE, Party.REVIEWER),
}


@pytest.mark.parametrize(
    ("old", "new", "party"), list(itertools.product(Standing, Standing, Party))
)
def test_every_pair_of_standings_with_every_party(
    old: Standing, new: Standing, party: Party
) -> None:
    if (old, new, party) in ALLOWED:
        policy.check_move(old, new, party)
    else:
        with pytest.raises(Conflict):
            policy.check_move(old, new, party)


def test_a_term_ends_on_the_same_day_a_year_later() -> None:
    assert policy.term_ends(date(2026, 3, 5)) == date(2027, 3, 5)
    assert policy.term_ends(date(2028, 2, 29)) == date(2029, 2, 28)
    assert policy.months_after(date(2026, 10, 31), 16) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("left", "reminder"),
    [(31, None), (30, 30), (29, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_the_nearest_reminder_is_due(left: int, reminder: int | None) -> None:
    ends = date(2026, 12, 31)
    assert policy.reminder_due(date.fromordinal(ends.toordinal() - left), ends) == reminder


@pytest.mark.parametrize("days", [-1, 0, 6, 181])
def test_a_suspension_keeps_to_the_ladder(days: int) -> None:
    today = date(2026, 3, 2)
    with pytest.raises(Refused):
        policy.check_suspension(today, date.fromordinal(today.toordinal() + days))
    for fine in (7, 180):
        policy.check_suspension(today, date.fromordinal(today.toordinal() + fine))


def test_an_expulsion_bars_for_one_to_five_years() -> None:
    for months in (11, 61, 0, -12):
        with pytest.raises(Refused):
            policy.check_bar(months)
    policy.check_bar(12)
    policy.check_bar(60)


def test_reasons_are_asked_for() -> None:
    assert policy.check_reasons("  Quảng cáo hàng giả.\n") == "Quảng cáo hàng giả."
    for none in ("", " \n "):
        with pytest.raises(Refused):
            policy.check_reasons(none)
    with pytest.raises(Refused):
        policy.check_reasons("từ " * 501)


def test_the_words_of_a_name_each_have_a_blank_before() -> None:
    assert policy.name_words(" Đen  Vâu! ") == " den vau"


def test_standings_have_a_name_in_every_language() -> None:
    names = {}
    for locale in ("vi", "en", "fr"):
        with use_locale(locale):
            names[locale] = {policy.standing_name(s) for s in Standing}
    assert all(len(found) == len(Standing) for found in names.values())
    assert not names["vi"] & names["en"]
