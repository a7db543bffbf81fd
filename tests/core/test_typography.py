"""What an editor would mark in the catalogues, whoever wrote them."""

import re

import pytest

from app.core import catalogues

BLANK = "\u00a0\u202f"  # the two that no line breaks at
RULES = {
    "vi": {
        "a blank before a mark": r"\s[,.;:?!]",
        "a mark of hurry": r"!",
        "three dots for an ellipsis": r"\.\.\.",
        "another word for a member": r"[Tt]hành viên(?! ban)",
        "another spelling of email": r"[Ee]-mail",
    },
    "fr": {
        "a plain blank before a high mark": r" [;:?!»]|« ",
        "no blank before a high mark": rf"[^\s{BLANK}][;?!](\s|$)|[^\s{BLANK}\d]:(\s|$)",
        "a typewriter's apostrophe": r"'",
        "three dots for an ellipsis": r"\.\.\.",
    },
}


def _texts(locale: str) -> list[str]:
    found = []
    for name in catalogues.said():
        for message in catalogues.read(locale, name):
            if message.id:
                said = [message.string] if isinstance(message.string, str) else message.string
                found += [text for text in said if text]
    return found


@pytest.mark.parametrize(
    ("locale", "rule"), [(locale, rule) for locale, rules in RULES.items() for rule in rules]
)
def test_no_translation_breaks_a_rule_of_its_language(locale: str, rule: str) -> None:
    texts = _texts(locale)
    assert texts
    assert [text for text in texts if re.search(RULES[locale][rule], text)] == []
