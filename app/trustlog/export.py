"""The whole log as files with the names of C2SP tlog-tiles: for a mirror, or a store."""

import os
from collections.abc import Iterator
from pathlib import Path

from app.core.db import Database
from app.trustlog.policy import tiles
from app.trustlog.policy.tiles import HEIGHT, WIDTH, Tile
from app.trustlog.queries import tree


async def export(database: Database, folder: Path) -> tuple[int, int]:
    """Write the newest published tree into `folder`: full tiles once, `checkpoint` at the very end.

    Safe to break off and to begin again: a file is there whole or not at all, and the checkpoint
    never tells of tiles that are not there.

    Returns: the tree's size, and how many files were written.
    """
    async with database.read() as session:
        newest = await tree.latest(session)
    if newest is None:
        return 0, 0
    written = 0
    for tile in _of(newest.size):
        target = folder / tiles.path(tile)
        if not target.exists():
            async with database.read() as session:
                data = await tree.tile(session, tile, newest.size)
            if data is None:
                raise LookupError(f"{tiles.path(tile)} is not in the database")
            _write(target, data)
            written += 1
    _write(folder / "checkpoint", newest.note.encode())
    return newest.size, written


def _of(size: int) -> Iterator[Tile]:
    """All tiles and bundles of a tree of `size` entries: the full ones, and the last of a level."""
    levels = range((size.bit_length() - 1) // HEIGHT + 1)
    for level in (None, *levels):
        for number in range(-(-(size >> HEIGHT * (level or 0)) // WIDTH)):
            yield Tile(level, number, tiles.width_at(level, number, size))


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
