"""The files of a base: written once, to the disk, with their sums; read through memory maps."""

import json
import mmap
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

HEADER = "header.json"
FORMAT = "members-1"  # another one for every change of what the files hold or mean
_BLOCK = 1 << 20


class DamagedError(Exception):
    """A folder holds no whole base of this format: build another."""


class Writer:
    """Writes the files of one base into a folder, the header last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, dict[str, int]] = {}

    @contextmanager
    def file(self, name: str) -> Iterator["Summed"]:
        """A file to append to; on the disk when the block ends."""
        with (self.folder / name).open("wb") as raw:
            summed = Summed(raw)
            yield summed
            raw.flush()
            os.fsync(raw.fileno())
        self._files[name] = {"bytes": summed.size, "crc32": summed.crc}

    def array(self, name: str, values: NDArray[Any]) -> None:
        """A file of numbers, as `Reader.array` reads them."""
        with self.file(name) as file:
            file.write(np.ascontiguousarray(values).data)

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the header: from now on this is a base."""
        body = json.dumps({"format": FORMAT, "files": self._files, "facts": dict(facts)})
        with (self.folder / HEADER).open("w", encoding="utf-8") as raw:
            json.dump({"crc32": zlib.crc32(body.encode()), "body": body}, raw)
            raw.flush()
            os.fsync(raw.fileno())
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


class Summed:
    """A file being written, with its size and sum so far."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.size = 0
        self.crc = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        self.crc = zlib.crc32(data, self.crc)
        self.size += self._raw.write(data)


class Reader:
    """Reads the files of one base.

    Raises:
        DamagedError: the header or a file is missing, shorter, longer or not what was written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            outer = json.loads((folder / HEADER).read_text(encoding="utf-8"))
            body = str(outer["body"])
            if zlib.crc32(body.encode()) != outer["crc32"]:
                raise DamagedError("the header is not what was written")
            header = json.loads(body)
            if header["format"] != FORMAT:
                raise DamagedError("a base of another format")
            self.facts: dict[str, Any] = header["facts"]
            for name, expected in header["files"].items():
                self._check(name, expected)
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise DamagedError(f"no whole base: {type(wrong).__name__}") from wrong

    def _check(self, name: str, expected: Mapping[str, int]) -> None:
        with (self._folder / name).open("rb") as file:
            if os.fstat(file.fileno()).st_size != expected["bytes"]:
                raise DamagedError(f"{name} has another size")
            crc = 0
            while block := file.read(_BLOCK):
                crc = zlib.crc32(block, crc)
        if crc != expected["crc32"]:
            raise DamagedError(f"{name} is not what was written")

    def array(self, name: str, kind: str) -> NDArray[Any]:
        """The numbers of a file, mapped."""
        return np.frombuffer(self.text(name), dtype=kind)

    def text(self, name: str) -> mmap.mmap | bytes:
        """The bytes of a file, mapped."""
        with (self._folder / name).open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return b""
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def whole(self, name: str) -> bytes:
        """The bytes of a file, in memory."""
        return (self._folder / name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        """A file to read pieces of; pieces that are read so do not stay in this process."""
        return (self._folder / name).open("rb", buffering=0)
