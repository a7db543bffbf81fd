"""The bank of questions is whole, in every language, and gives nothing away."""

import unicodedata
from collections import Counter

import pytest

from app.conduct import policy
from app.conduct.bank import FILE, bank
from app.core.i18n import LOCALES
from tests.factories.conduct import make_content


def test_the_bank_covers_version_one_and_names_no_other_duty_or_theme() -> None:
    content = make_content()
    policy.check_covered(content, bank().values())
    assert {q.duty for q in bank().values()} == {duty.key for duty in content.duties}
    assert {q.focus for q in bank().values()} - {""} == set(content.test.focus)


def test_every_theme_has_at_least_two_questions() -> None:
    themes = Counter(q.focus for q in bank().values())
    assert all(themes[theme] >= 2 for theme in make_content().test.focus)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_question_is_asked_twice_and_no_answer_offered_twice(locale: str) -> None:
    asked = [q.said(locale).ask for q in bank().values()]
    assert len(set(asked)) == len(asked)
    for question in bank().values():
        answers = question.said(locale).answers
        assert len(set(answers)) == len(answers), question.key


@pytest.mark.parametrize("locale", LOCALES)
def test_the_length_of_an_answer_gives_nothing_away(locale: str) -> None:
    said = [q.said(locale) for q in bank().values()]
    longest = sum(len(s.right) > max(map(len, s.wrong)) for s in said)
    shortest = sum(len(s.right) < min(map(len, s.wrong)) for s in said)
    assert longest <= len(said) / 3
    assert shortest <= len(said) / 3


def test_the_file_is_written_in_composed_characters() -> None:
    assert unicodedata.is_normalized("NFC", FILE.read_text("utf-8"))


def test_french_puts_no_plain_blank_before_high_punctuation() -> None:
    for question in bank().values():
        french = question.fr
        for text in (french.ask, french.because, *french.answers):
            assert not any(f" {mark}" in text for mark in "?;:!»"), (question.key, text)
            assert "« " not in text, (question.key, text)
