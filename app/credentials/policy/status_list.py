"""A list of states, a bit for each credential (W3C Bitstring Status List 1.0)."""

import gzip
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from enum import StrEnum

from app.credentials.models import LIST_SIZE

BYTES = LIST_SIZE // 8
LARGEST = 1 << 20  # bytes of a list that is read: 8 million places
LONGEST = 2 << 20  # characters of it


class Purpose(StrEnum):
    """What a list tells."""

    REVOCATION = "revocation"  # for good
    SUSPENSION = "suspension"  # until it is lifted


def bits(places: Iterable[int]) -> bytes:
    """The list in which these places are set; place 0 is the left-most bit of the first byte."""
    found = bytearray(BYTES)
    for place in places:
        found[place // 8] |= 0x80 >> place % 8
    return bytes(found)


def is_set(found: bytes, place: int) -> bool:
    """Whether a place is set.

    Raises:
        ValueError: the list has no such place.
    """
    if not 0 <= place < len(found) * 8:
        raise ValueError("no such place in the list")
    return bool(found[place // 8] & 0x80 >> place % 8)


def encoded(found: bytes) -> str:
    """The list as `encodedList` has it: the same text for the same bits."""
    packed = gzip.compress(found, compresslevel=9, mtime=0)
    return "u" + urlsafe_b64encode(packed).rstrip(b"=").decode()


def decoded(text: object) -> bytes:
    """The bits that an `encodedList` writes.

    Raises:
        ValueError: it writes none, too few for a list (`LIST_SIZE`), or more than `LARGEST`.
    """
    if not isinstance(text, str) or not text.startswith("u") or len(text) > LONGEST:
        raise ValueError("not base64url behind a u")
    if "=" in text or not text.isascii() or "+" in text or "/" in text:
        raise ValueError("not base64url without padding")
    packed = urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    unpacking = zlib.decompressobj(wbits=31)  # gzip alone
    try:
        found = unpacking.decompress(packed, LARGEST + 1)
    except zlib.error as wrong:
        raise ValueError("not packed by gzip") from wrong
    if len(found) > LARGEST or not unpacking.eof or unpacking.unused_data:
        raise ValueError("too long, cut short, or followed by something else")
    if len(found) < BYTES:
        raise ValueError("a list is to have 131,072 places at least")
    return found
