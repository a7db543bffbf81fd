"""The folder of bases remembers how far the database was, which one put back has forgotten."""

import os
from pathlib import Path

from app.directory.search.feed import State

_SEEN = "seen"


def went_back(folder: Path, now: State) -> bool:
    """Whether this very database was further once: its files were put back from a copy."""
    try:
        life, xmax = (folder / _SEEN).read_text(encoding="ascii").split()
        return life == now.life and int(xmax) > now.moment.xmax
    except (FileNotFoundError, ValueError):  # the folder may be emptied at any time
        return False


def note(folder: Path, now: State) -> None:
    """Remember how far the database is.

    Raises:
        OSError: no room, or no right to write.
    """
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{_SEEN}-{os.getpid()}"
    half.write_text(f"{now.life} {now.moment.xmax}\n", encoding="ascii")
    half.replace(folder / _SEEN)
