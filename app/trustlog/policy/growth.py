"""How the rows of tiles grow, and the hashes that stand in them. Pure.

A row holds the beginning of a tile of C2SP tlog-tiles: level L, number N, up to 256 hashes. Level 0
holds the hashes of entries; each hash of level L + 1 is that of one full tile of level L.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.trustlog.policy.merkle import EMPTY_ROOT, covering, fold, node_hash
from app.trustlog.policy.tiles import HEIGHT, WIDTH

HASH = 32  # bytes
FULL = WIDTH * HASH  # bytes

Place = tuple[int, int]
"""Level and number: of a tile among tiles, or of a hash in the binary tree."""

Tiles = Mapping[Place, bytes]


class Broken(ValueError):
    """The tiles are not those of a tree of this size."""


def edge(size: int) -> list[Place]:
    """The tiles of a tree of `size` entries that are begun and not full, one a level at most."""
    found, level, count = [], 0, size
    while count:
        number, width = divmod(count, WIDTH)
        if width:
            found.append((level, number))
        level, count = level + 1, number
    return found


def grown(tiles: Tiles, size: int, leaves: Sequence[bytes]) -> dict[Place, bytes]:
    """What the tiles become that change when `leaves` follow a tree of `size` entries.

    Args:
        tiles: at least those of `edge(size)`; longer ones count no further than `size`.

    Raises:
        Broken: one of those is missing or too short.
    """
    changed: dict[Place, bytes] = {}
    level, before, added = 0, size, list(leaves)
    while added:
        number, width = divmod(before, WIDTH)
        run = _begun(tiles, (level, number), width) + b"".join(added)
        parts = [run[at : at + FULL] for at in range(0, len(run), FULL)]
        changed.update({(level, number + n): part for n, part in enumerate(parts)})
        added = [combined(part) for part in parts if len(part) == FULL]
        level, before = level + 1, number
    return changed


def _begun(tiles: Tiles, place: Place, width: int) -> bytes:
    held = tiles.get(place, b"") if width else b""
    if len(held) < width * HASH:
        raise Broken(f"tile {place} holds {len(held) // HASH} hashes, not {width}")
    return held[: width * HASH]


def combined(hashes: bytes) -> bytes:
    """The hash above a run of hashes, whose number is a power of two."""
    row = [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def needed(nodes: Iterable[Place]) -> set[Place]:
    """The tiles in which the hashes of `nodes` stand or are computed from."""
    return {_within(node)[0] for node in nodes}


def node(tiles: Tiles, place: Place) -> bytes:
    """The hash of the complete subtree at `place`: level and number in the binary tree.

    Raises:
        Broken: the tile that has it is missing or too short.
    """
    tile, first, count = _within(place)
    held = tiles.get(tile, b"")[first * HASH : (first + count) * HASH]
    if len(held) < count * HASH:
        raise Broken(f"tile {tile} does not reach to hash {first + count - 1}")
    return combined(held)


def _within(place: Place) -> tuple[Place, int, int]:
    """The tile, the first of its hashes that lies below `place`, and how many do."""
    level, number = place
    above, below = divmod(level, HEIGHT)
    tile, first = divmod(number << below, WIDTH)
    return (above, tile), first, 1 << below


def root(tiles: Tiles, size: int) -> bytes:
    """The root of the first `size` entries.

    Args:
        tiles: at least `needed(covering(0, size))`.

    Raises:
        Broken: one of those is missing or too short.
    """
    return fold([node(tiles, place) for place in covering(0, size)]) if size else EMPTY_ROOT
