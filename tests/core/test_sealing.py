"""What is sealed opens with its key, under its name, unchanged; and in no other way."""

import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.core.config import settings
from app.core.sealing import NONCE, NotOpened, can_seal, newest, seal, unseal

ONE = "one:" + b64encode(b"1" * 32).decode()
TWO = "two:" + b64encode(b"2" * 32).decode()


@contextmanager
def keys(given: str) -> Iterator[None]:
    os.environ["PORTAL_TOKEN_KEYS"] = given
    settings.cache_clear()
    try:
        yield
    finally:
        del os.environ["PORTAL_TOKEN_KEYS"]
        settings.cache_clear()


def test_what_was_sealed_opens_and_shows_nothing_meanwhile() -> None:
    with keys(ONE):
        key_id, sealed = seal(b"a token", "row 1")
        assert unseal(key_id, sealed, "row 1") == b"a token"
    assert key_id == "one"
    assert b"token" not in sealed


def test_the_same_is_sealed_in_another_way_each_time() -> None:
    with keys(ONE):
        assert seal(b"a token", "row 1")[1] != seal(b"a token", "row 1")[1]


def test_it_opens_for_its_own_row_alone() -> None:
    with keys(ONE):
        key_id, sealed = seal(b"a token", "row 1")
        with pytest.raises(NotOpened):
            unseal(key_id, sealed, "row 2")


@pytest.mark.parametrize("at", [0, NONCE, -1])
def test_a_single_bit_that_changed_is_noticed(at: int) -> None:
    with keys(ONE):
        key_id, sealed = seal(b"a token", "row 1")
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(NotOpened):
            unseal(key_id, bytes(changed), "row 1")


@pytest.mark.parametrize("sealed", [b"", b"short", b"0" * NONCE, b"0" * (NONCE + 15)])
def test_what_is_too_short_is_not_opened(sealed: bytes) -> None:
    with keys(ONE), pytest.raises(NotOpened):
        unseal("one", sealed, "row 1")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    with keys(ONE):
        key_id, sealed = seal(b"a token", "row 1")
    with keys(f"{TWO}, {ONE}"):
        assert unseal(key_id, sealed, "row 1") == b"a token"
        assert seal(b"a token", "row 1")[0] == "two"
        assert (newest("two"), newest("one")) == (True, False)
    with keys(TWO), pytest.raises(NotOpened):
        unseal(key_id, sealed, "row 1")


def test_another_key_of_the_same_name_opens_nothing() -> None:
    with keys(ONE):
        key_id, sealed = seal(b"a token", "row 1")
    with keys(TWO.replace("two", "one")), pytest.raises(NotOpened):
        unseal(key_id, sealed, "row 1")


def test_without_a_key_nothing_is_sealed() -> None:
    assert not can_seal()
    with pytest.raises(RuntimeError, match="PORTAL_TOKEN_KEYS"):
        seal(b"a token", "row 1")
