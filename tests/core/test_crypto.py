import re
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import pytest

from app.core import clock
from app.core.crypto import CROCKFORD, canonical_json, crockford, digest, token, uuid7


def test_json_has_one_form_whatever_the_order_of_its_keys() -> None:
    one = canonical_json({"b": [1, 2.0, "ữ"], "a": None})
    assert one == '{"a":null,"b":[1,2,"ữ"]}'.encode()
    assert one == canonical_json({"a": None, "b": [1, 2, "ữ"]})


def test_ids_sort_by_the_time_they_were_made_and_say_their_version() -> None:
    made = [uuid7() for _ in range(50)]
    assert {value.version for value in made} == {7}
    assert len(set(made)) == 50
    assert {value.variant for value in made} == {RFC_4122}
    assert made[0].int >> 80 <= made[-1].int >> 80


def test_ids_made_within_a_millisecond_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 11, 28, 12, tzinfo=UTC)
    times = [start + timedelta(microseconds=n) for n in range(3_000)]
    monkeypatch.setattr(clock, "now", iter(times).__next__)
    made = [uuid7() for _ in times]
    assert made == sorted(made)
    assert [value.int >> 80 for value in made[::1000]] == [
        int(start.timestamp() * 1000) + n for n in range(3)
    ]


def test_tokens_are_long_and_never_the_same() -> None:
    made = {token() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", value) for value in made)


def test_codes_hold_no_letter_that_is_misread() -> None:
    assert set(crockford(2000)) <= set(CROCKFORD)
    assert not set("ILOU") & set(CROCKFORD)


def test_a_digest_is_the_same_for_text_and_its_bytes() -> None:
    assert digest("Đen") == digest("Đen".encode())
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
