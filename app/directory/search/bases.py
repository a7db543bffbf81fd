"""The folder of bases: files that a process opens at its start, so that it serves at once.

A base is a folder named `<kind>-<life>-<xmax>`, whole as soon as it has that name. Anything else
beside it is being written, is damaged, or was left by a builder that died.
"""

import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.directory.search import base as files
from app.directory.search.feed import Moment, State

HALF = ".half-"
_DAMAGED = ".damaged-"
_FACTS = "facts.json"  # beside the engine's files
_NAME = re.compile("[0-9a-f]{8}-[0-9a-f]{16}-[0-9]{20}")


@dataclass(frozen=True, slots=True)
class Base:
    """One base, and the state of the database before any of it was read."""

    folder: Path
    state: State
    built_at: datetime
    members: int

    @property
    def name(self) -> str:
        """What tells it from every other base."""
        return self.folder.name


def name_of(state: State) -> str:
    """What a base of this state and release is called; later ones of the same life sort last."""
    return f"{files.kind()}-{state.life}-{state.moment.xmax:020d}"


def newest(folder: Path, state: State) -> Base | None:
    """The newest base of this very database that this release reads; None when there is none.

    One from a time that the database has not reached is none of its own: it went back since.
    """
    latest = name_of(state)
    for name in sorted(_names(folder), reverse=True):
        if name.startswith(latest[: -len("-") - 20]) and name <= latest:
            return _read(folder / name, state.life)
    return None


def _names(folder: Path) -> list[str]:
    try:
        return [found.name for found in folder.iterdir() if _NAME.fullmatch(found.name)]
    except FileNotFoundError:
        return []


def _read(folder: Path, life: str) -> Base | None:
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError:  # taken away meanwhile, for a newer one
        return None
    state = State(life, Moment.parse(facts["moment"]))
    return Base(folder, state, datetime.fromisoformat(facts["built_at"]), facts["members"])


def write_facts(half: Path, state: State, built_at: datetime, members: int) -> None:
    """Say what base is being written into `half`."""
    facts = {"moment": str(state.moment), "built_at": built_at.isoformat(), "members": members}
    with (half / _FACTS).open("w", encoding="utf-8") as file:
        json.dump(facts, file)
        file.flush()
        os.fsync(file.fileno())


def publish(half: Path, state: State) -> Base:
    """Give a base that is complete, and on the disk, the name by which it is found."""
    _sync(half)
    whole = half.rename(half.with_name(name_of(state)))
    _sync(whole.parent)
    found = _read(whole, state.life)
    assert found is not None  # noqa: S101 - it was written a moment ago
    return found


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def set_aside(base: Base) -> None:
    """Let nobody open a damaged base any more, so that another is built."""
    with suppress(FileNotFoundError):  # somebody else did
        base.folder.rename(base.folder.with_name(_DAMAGED + base.name))


def tidy(folder: Path, keep: Base) -> None:
    """Remove every other base, whole or not. Only who builds may.

    Processes that have an old one open keep it: its memory stays theirs until they let go.
    """
    left = (found for found in folder.iterdir() if found.name.startswith((HALF, _DAMAGED)))
    for found in (*left, *(folder / name for name in _names(folder) if name != keep.name)):
        shutil.rmtree(found, ignore_errors=True)
