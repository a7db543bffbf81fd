"""The files of a base: written once, to the disk, with their sums; read through memory maps."""

import json
import mmap
import os
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

HEADER = "header.json"
FORMAT = "members-3"  # another one for every change of what the files hold or mean
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

    @contextmanager
    def texts(self, name: str) -> Iterator["TextWriter"]:
        """A file of texts, as `Reader.texts` reads them."""
        with self.file(name) as file:
            writer = TextWriter(file)
            yield writer
        self.array(f"{name}_at", np.frombuffer(writer.starts, "<u8"))

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


class TextWriter:
    """Texts one behind the other."""

    def __init__(self, file: Summed) -> None:
        self._file = file
        self.starts = array("Q", [0])

    def add(self, text: bytes) -> None:
        """Append `text`."""
        self._file.write(text)
        self.starts.append(self._file.size)


class Numbers:
    """Numbers of a file, some of them read when they are asked for: what is read does not stay.

    For long files of which few are needed at a time: mapped, each would soon be all in memory.
    """

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file, self._kind = file, np.dtype(kind)
        self._size = os.fstat(file.fileno()).st_size // self._kind.itemsize

    def __len__(self) -> int:
        return self._size

    def part(self, start: int, stop: int) -> NDArray[Any]:
        """Those from `start` to `stop`."""
        each = self._kind.itemsize
        data = os.pread(self._file.fileno(), (stop - start) * each, start * each)
        return np.frombuffer(data, self._kind)


class Texts:
    """Texts of a file, each read when it is asked for: what is read does not stay."""

    def __init__(self, file: BinaryIO, starts: Numbers) -> None:
        self._file, self._starts = file, starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> bytes:
        start, stop = self._starts.part(at, at + 2).tolist()
        return os.pread(self._file.fileno(), stop - start, start)

    def several(self, start: int, stop: int) -> list[bytes]:
        """Those from `start` to `stop`."""
        starts = self._starts.part(start, stop + 1).tolist()
        first = starts[0]
        data = os.pread(self._file.fileno(), starts[-1] - first, first)
        return [data[a - first : b - first] for a, b in pairwise(starts)]

    def place(self, text: bytes, start: int, stop: int) -> int:
        """Where `text` stands, or would, among those from `start` to `stop`, which are sorted."""
        starts = self._starts.part(start, stop + 1).tolist()
        first = starts[0]
        data = os.pread(self._file.fileno(), starts[-1] - first, first)

        def each(at: int) -> bytes:  # to cut all of them out would take longer than to search
            return data[starts[at] - first : starts[at + 1] - first]

        return start + bisect_left(range(stop - start), text, key=each)


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
        with self.open(name) as file:
            if os.fstat(file.fileno()).st_size == 0:
                return np.empty(0, kind)
            return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), kind)

    def numbers(self, name: str, kind: str) -> Numbers:
        """The numbers of a file, not mapped."""
        return Numbers(self.open(name), kind)

    def texts(self, name: str) -> Texts:
        """The texts of a file, not mapped."""
        return Texts(self.open(name), self.numbers(f"{name}_at", "<u8"))

    def whole(self, name: str) -> bytes:
        """The bytes of a file, in memory."""
        return (self._folder / name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        """A file to read pieces of; pieces that are read so do not stay in this process."""
        return (self._folder / name).open("rb", buffering=0)
