"""Around the crash tests: processes that append and sign, and somebody outside who looks on."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy.exc import SQLAlchemyError

from app.core.config import ROOT
from app.core.db import Database
from app.trustlog import keys
from app.trustlog.memory import Memory
from app.trustlog.policy.checkpoints import Checkpoint, parse
from app.trustlog.policy.notes import opened
from app.trustlog.policy.tiles import Tile, read_bundle
from app.trustlog.queries import tree

LOOKS = 0.02  # seconds between looks of who looks on


@contextmanager
def process(
    url: str, memory: Memory, *arguments: str, out: IO[str] | int = subprocess.PIPE
) -> Iterator["subprocess.Popen[str]"]:
    """One of `tests.trustlog.sequencing`, which ends when its input does."""
    environment = {**os.environ, "DATABASE_URL": url, "PORTAL_LOG_MEMORY": str(memory.path)}
    child = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "tests.trustlog.sequencing", *arguments],
        cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield child
    finally:
        if child.stdin and not child.stdin.closed:
            child.stdin.close()
        child.kill()
        child.wait()


class Signers:
    """Starts signers, one after another, and kills them."""

    def __init__(self, parent: "subprocess.Popen[str]") -> None:
        self._parent = parent
        self._running: set[int] = set()
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"

    def start(self, how: str = "sign") -> int:
        """Start one. Returns: its number."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{how}\n")
        self._parent.stdin.flush()
        pid = int(self._parent.stdout.readline())
        self._running.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        """`kill -9`."""
        self._running.discard(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """`kill -9` of all that were started and not killed."""
        for pid in tuple(self._running):
            self.kill(pid)


@contextmanager
def signers(url: str, memory: Memory) -> Iterator[Signers]:
    """Signers to start and kill; none is left at the end."""
    with process(url, memory, "sign") as parent:
        found = Signers(parent)
        try:
            yield found
        finally:
            found.kill_all()


@dataclass
class Appended:
    """What processes have appended: surely, and perhaps."""

    surely: list[str] = field(default_factory=list)
    perhaps: list[str] = field(default_factory=list)


@asynccontextmanager
async def appending(url: str, memory: Memory, processes: int = 2) -> AsyncIterator[Appended]:
    """Processes that append all the while; what they did is whole after the block."""
    appended = Appended()
    with ExitStack() as stack:
        outs = [stack.enter_context(TemporaryFile("w+")) for _ in range(processes)]
        children = [
            stack.enter_context(process(url, memory, "append", str(seed), out=out))
            for seed, out in enumerate(outs)
        ]
        yield appended
        for child, out in zip(children, outs, strict=True):
            await asyncio.to_thread(child.communicate)
            assert child.returncode == 0
            out.seek(0)
            for line in out:
                ids = line.split()
                (appended.perhaps if ids[0] == "?" else appended.surely).extend(ids)


@asynccontextmanager
async def looking_on(database: Database, memory: Memory) -> AsyncIterator[set[Checkpoint]]:
    """All checkpoints that somebody outside sees published, or finds in the memory."""
    seen: set[Checkpoint] = set()

    async def look() -> None:
        note = None
        while True:
            with suppress(SQLAlchemyError, OSError):
                async with database.read() as session:
                    newest = await tree.latest(session)
                if newest is not None and newest.note != note:
                    note = newest.note
                    seen.add(parse(opened(note, keys.verifiers()).text))
            seen.update(memory.all())
            await asyncio.sleep(LOOKS)

    looks = asyncio.ensure_future(look())
    try:
        yield seen
    finally:
        looks.cancel()
        with suppress(asyncio.CancelledError):
            await looks


async def served(database: Database) -> Counter[str]:
    """The ids of all entries in the bundles that the log serves."""
    found: Counter[str] = Counter()
    async with database.read() as session:
        newest = await tree.latest(session)
        assert newest is not None
        for number in range(-(-newest.size // 256)):
            width = min(256, newest.size - number * 256)
            data = await tree.tile(session, Tile(None, number, width), newest.size)
            assert data is not None
            found.update(str(json.loads(body)["id"]) for body in read_bundle(data, width))
    return found
