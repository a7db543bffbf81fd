"""Bits and their texts (W3C Bitstring Status List 1.0)."""

import gzip
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials.models import LIST_SIZE
from app.credentials.policy.status_list import bits, decoded, encoded, is_set

PUBLISHED = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""The example of the specification: 131,072 places, none set."""


def text(data: bytes) -> str:
    return "u" + urlsafe_b64encode(gzip.compress(data, mtime=0)).rstrip(b"=").decode()


def test_the_published_list_is_read_and_ours_reads_the_same() -> None:
    assert decoded(PUBLISHED) == bits(()) == bytes(16_384)
    assert decoded(encoded(bits(()))) == decoded(PUBLISHED)


def test_the_first_place_is_the_left_most_bit() -> None:
    assert bits((0,))[0] == 0b1000_0000
    assert bits((7, 8))[:2] == bytes((1, 0b1000_0000))
    assert bits((LIST_SIZE - 1,))[-1] == 1


@given(st.sets(st.integers(0, LIST_SIZE - 1), max_size=50))
def test_a_list_says_what_was_set_and_nothing_else(places: set[int]) -> None:
    found = decoded(encoded(bits(places)))
    assert sum(byte.bit_count() for byte in found) == len(places)
    assert all(is_set(found, place) for place in places)


def test_the_same_bits_have_the_same_text_at_any_time() -> None:
    assert gzip.decompress(gzip.compress(b"")) == b""
    packed = encoded(bits((5,)))
    assert packed == encoded(bits((5,)))
    assert packed.startswith("uH4sIAAAAAAA"), "no time of its own in the header"


@pytest.mark.parametrize("place", [-1, LIST_SIZE, 1 << 70])
def test_there_is_no_place_outside_of_a_list(place: int) -> None:
    with pytest.raises(ValueError, match="no such place"):
        is_set(bits(()), place)


@pytest.mark.parametrize(
    "written",
    [
        None, 7, "", "u", PUBLISHED[1:], f"z{PUBLISHED[1:]}", f"{PUBLISHED}=", PUBLISHED[:-8], "u" + "A" * 64, "uế",
        PUBLISHED.replace("-", "+"), text(bytes(16_383)), text(bytes((1 << 20) + 1)), text(bytes(100 << 20)), "u" + "A" * (3 << 20),
        "u" + urlsafe_b64encode(gzip.compress(bytes(16_384), mtime=0) + b"more").rstrip(b"=").decode(),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(written)
