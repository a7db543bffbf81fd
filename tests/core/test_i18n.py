from datetime import UTC, date, datetime

import pytest

from app.core import i18n


@pytest.mark.parametrize(
    ("locale", "long", "number", "compact"),
    [
        ("vi", "24/11/2026", "1.234.567", "12,3 nghìn"),
        ("en", "24 November 2026", "1,234,567", "12.3K"),
        ("fr", "24 novembre 2026", "1\u202f234\u202f567", "12,3 k"),
    ],
)
def test_dates_and_numbers_are_written_as_the_reader_writes_them(
    locale: str, long: str, number: str, compact: str
) -> None:
    with i18n.use_locale(locale):
        assert i18n.format_date(date(2026, 11, 24)) == long
        assert i18n.format_number(1_234_567) == number
        assert i18n.compact_number(12_345) == compact
        assert i18n.compact_number(999) == "999"


@pytest.mark.parametrize(
    ("value", "compact"),
    [
        (1_000, "1K"), (1_049, "1K"), (1_050, "1K"), (1_051, "1.1K"), (1_150, "1.2K"),
        (999_949, "999.9K"), (999_951, "1M"), (1_050_001, "1.1M"), (999_999_999, "1B"),
    ],
)  # fmt: skip
def test_a_short_number_is_rounded_into_the_unit_it_is_told_in(value: int, compact: str) -> None:
    with i18n.use_locale("en"):
        assert i18n.compact_number(value) == compact


def test_an_instant_is_shown_on_vietnams_calendar_and_clock() -> None:
    late = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    with i18n.use_locale("en"):
        assert i18n.format_date(late) == "25 November 2026"
        assert i18n.format_datetime(late) == "25 November 2026, 01:30"


def test_a_lazy_text_speaks_the_language_of_whoever_reads_it() -> None:
    lazy = i18n.lazy_gettext("Please fill this in.")
    said = {}
    for locale in i18n.LOCALES:
        with i18n.use_locale(locale):
            said[locale] = str(lazy)
    assert said["en"] == "Please fill this in."
    assert len(set(said.values())) == 3


def test_an_unknown_language_is_vietnamese_and_the_former_one_comes_back() -> None:
    with i18n.use_locale("fr"):
        with i18n.use_locale("xx"):
            assert i18n.current_locale() == "vi"
        assert i18n.current_locale() == "fr"


def test_a_form_for_a_number_takes_the_number_as_the_reader_writes_it() -> None:
    one, many = "Use at most %(n)s character.", "Use at most %(n)s characters."
    with i18n.use_locale("en"):
        assert i18n.ngettext(one, many, 1) == "Use at most 1 character."
        assert i18n.ngettext(one, many, 1500) == "Use at most 1,500 characters."
    with i18n.use_locale("vi"):
        assert "1.500" in i18n.ngettext(one, many, 1500)


def test_the_empty_text_stays_empty() -> None:
    with i18n.use_locale("vi"):
        assert i18n.gettext("") == ""
