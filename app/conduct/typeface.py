"""Which characters the document's typeface can show: PDF/A refuses a document that lacks one.

Names of other scripts and whatever a browser calls itself may hold any character there is.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache

from app.core.config import ROOT

FOLDER = ROOT / "static" / "vendor" / "be-vietnam-pro-print"
_SEGMENTS = 4  # the format of a character map that every font has for Unicode's first plane


@lru_cache
def characters() -> frozenset[int]:
    """The code points that every face of the folder has."""
    faces = [frozenset(_mapped(path.read_bytes())) for path in FOLDER.glob("*.ttf")]
    return frozenset.intersection(*faces)


def readable(text: str) -> str:
    """`text`, with the number of each character that cannot be shown in its place: [U+6F22]."""
    known = characters()
    return "".join(
        char if ord(char) in known or char.isspace() else f"[U+{ord(char):04X}]" for char in text
    )


def _mapped(font: bytes) -> Iterator[int]:
    """The code points in the font's character map (OpenType specification, "cmap", format 4)."""
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", table, 2)
    for _, _, offset in struct.iter_unpack(">HHL", table[4 : 4 + 8 * count]):
        kind, _, _, twice = struct.unpack_from(">HHHH", table, offset)
        if kind != _SEGMENTS:
            continue
        ends = struct.unpack_from(f">{twice // 2}H", table, offset + 14)
        starts = struct.unpack_from(f">{twice // 2}H", table, offset + 16 + twice)
        for first, last in zip(starts, ends, strict=True):
            yield from range(first, min(last, 0xFFFE) + 1)  # 0xFFFF only ends the list


def _table(font: bytes, wanted: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for tag, _, offset, length in struct.iter_unpack(">4sLLL", font[12 : 12 + 16 * count]):
        if tag == wanted:
            return font[offset : offset + length]
    raise ValueError(f"the font has no table {wanted!r}")
