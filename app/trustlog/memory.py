"""The memory of what was signed: a file apart from the database, so that no restore takes it back.

It holds the last checkpoint that was signed under each name the log has had, and is safe on disk
before that checkpoint is published. Whoever signs holds it for as long, by a lock of the system:
workers of one machine, or of several that share the folder, never sign beside each other.
"""

import fcntl
import json
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from app.core.config import settings
from app.trustlog.policy.checkpoints import Checkpoint, parse
from app.trustlog.policy.signing import Because, WillNotSign


class Busy(Exception):
    """Somebody else signs just now."""


class Memory:
    """The file at `path`; made with the first checkpoint."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def configured(cls) -> "Memory":
        """The memory of this installation."""
        return cls(settings().log_memory_file)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else from signing; ends with the block, or with the process.

        Raises:
            Busy: somebody else has it.
            WillNotSign: the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_name(self.path.name + ".lock").open("a")
        except OSError as trouble:
            raise self._unwritable(trouble) from trouble
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as busy:
                raise Busy from busy
            yield

    def last(self) -> Checkpoint | None:
        """The last checkpoint signed, under whichever name; None when there is no file.

        Raises:
            WillNotSign: the file cannot be understood.
        """
        return next(reversed(self.all()), None)

    def all(self) -> tuple[Checkpoint, ...]:
        """The last checkpoint signed under each name, the present name's last.

        Raises:
            WillNotSign: the file cannot be understood.
        """
        try:
            written = json.loads(self.path.read_bytes())
            return tuple(map(_read, written["signed"])) or _nothing()
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as trouble:
            raise WillNotSign(
                Because.UNREADABLE,
                f"The memory of what was signed cannot be read ({type(trouble).__name__}):"
                f" {self.path}. Put the file back. If this database is surely the newest, move"
                " the file away and say so with `portal log adopt`.",
            ) from trouble

    def write(self, signed: Checkpoint) -> None:
        """Keep `signed`; it is on disk when this returns, and the file is whole at every instant.

        Raises:
            WillNotSign: the file that is there cannot be understood, or no other be written.
        """
        others = [one for one in self.all() if one.origin != signed.origin]
        told: list[dict[str, str | int]] = [
            {"origin": one.origin, "size": one.size, "root": b64encode(one.root).decode()}
            for one in (*others, signed)
        ]
        try:
            self._replace(told)
        except OSError as trouble:
            raise self._unwritable(trouble) from trouble

    def _replace(self, told: Sequence[Mapping[str, str | int]]) -> None:
        fresh = self.path.with_name(self.path.name + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump({"signed": told}, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _unwritable(self, trouble: OSError) -> WillNotSign:
        return WillNotSign(
            Because.UNWRITABLE,
            f"The memory of what is signed cannot be written ({trouble.strerror}): {self.path}."
            " It has to be on disk before anything is published. Make room, or let the worker"
            " write there; it goes on by itself then.",
        )


def _read(one: Mapping[str, Any]) -> Checkpoint:
    """A checkpoint as `write` has written it. Raises ValueError, LookupError or TypeError."""
    return parse(f"{one['origin']}\n{one['size']}\n{one['root']}\n")


def _nothing() -> NoReturn:
    raise ValueError("there is a file, and nothing in it")
