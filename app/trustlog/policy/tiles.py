"""Tiles and bundles of entries: their names and what is in them (c2sp.org/tlog-tiles)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.trustlog.monitor import WIDTH, read_bundle, tile_path

__all__ = [
    "HEIGHT",
    "WIDTH",
    "Tile",
    "bundle",
    "parse",
    "path",
    "read_bundle",
    "tiles_of",
    "width_at",
]

HEIGHT = 8  # levels of the tree in a tile
HIGHEST = 63
LARGEST = 65_535  # bytes of an entry
NAME = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of hashes, or a bundle of entries when `level` is None. Full ones are 256 wide."""

    level: int | None
    number: int
    width: int = WIDTH


def parse(path: str) -> Tile | None:
    """What `tile/…` names, below the log's address; None when nothing can have that name."""
    match = NAME.fullmatch(path)
    if match is None:
        return None
    level = None if match[1] == "entries" else int(match[1])
    number = int(match[2].replace("x", "").replace("/", ""))
    found = Tile(level, number, int(match[3] or WIDTH))
    fits = (level or 0) <= HIGHEST and (match[3] is None or found.width < WIDTH)
    return found if fits and tile_path(level, number, found.width) == path else None


def path(tile: Tile) -> str:
    """Where a tile is, below the log's address."""
    return tile_path(tile.level, tile.number, tile.width)


def width_at(level: int | None, number: int, size: int) -> int:
    """How wide a tile is in a tree of `size` leaves; 0 when it is not in it."""
    above = HEIGHT * (level or 0)
    return max(0, min(WIDTH, (size >> above) - number * WIDTH))


def tiles_of(old: int, new: int) -> list[Tile]:
    """The tiles of hashes that a tree of `new` leaves has and one of `old` had not.

    In order of levels from the leaves up, in each from left to right.
    """
    found = []
    for level in range(HIGHEST + 1):
        first, end = (old >> HEIGHT * level) // WIDTH, -(-(new >> HEIGHT * level) // WIDTH)
        grown = (number for number in range(first, end))
        found += [
            Tile(level, number, width_at(level, number, new))
            for number in grown
            if width_at(level, number, new) > width_at(level, number, old)
        ]
        if not new >> HEIGHT * (level + 1):
            break
    return found


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after another, each after its length in two bytes.

    Raises:
        ValueError: an entry is too long for that.
    """
    parts = []
    for entry in entries:
        if len(entry) > LARGEST:
            raise ValueError("an entry is too long for a bundle")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)
