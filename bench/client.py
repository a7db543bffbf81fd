"""A small HTTP client for measuring: raw sockets on asyncio, keep-alive, one process of its own.

    python -m bench.client < plan.json > measured.json

It adds some 60 µs to each answer, which is told in the report as the fastest answer of all.
"""

import asyncio
import json
import os
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

READY = 200


@dataclass(slots=True)
class Plan:
    """What to ask, and how.

    `questions` are (path, headers) in the order in which they are asked, over and over; `clients`
    ask each their next one when they have an answer (closed loop), or, with a `rate`, questions
    begin at that many a second whatever the answers do (open loop).
    """

    port: int
    questions: list[tuple[str, dict[str, str]]]
    clients: int = 1
    seconds: float = 3.0
    most: int = 0  # answers in all; 0: as many as there is time for
    rate: float = 0
    cpu: int = -1
    expected: list[int] = field(default_factory=lambda: [READY])


@dataclass(slots=True)
class Measured:
    """What came back; times in milliseconds."""

    answers: int
    seconds: float
    errors: int
    p50: float
    p95: float
    p99: float
    worst: float
    bytes: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds if self.seconds else 0.0


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, int]:
        """Send one request. Returns: status and the length of the body.

        A connection that the server has closed meanwhile, being idle, is opened anew.
        """
        if self.writer is not None:
            try:
                return await self._ask(request)
            except (OSError, EOFError):
                self.writer = None
        return await self._ask(request)

    async def _ask(self, request: bytes) -> tuple[int, int]:
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lower = head.lower()
        length = 0
        if (at := lower.find(b"\r\ncontent-length:")) >= 0:
            length = int(lower[at + 17 : lower.index(b"\r", at + 2)])
            if length:
                await self.reader.readexactly(length)
        elif b"transfer-encoding: chunked" in lower:
            length = await self._chunks(self.reader)
        if b"connection: close" in lower:
            self.writer.close()
        return status, length

    @staticmethod
    async def _chunks(reader: asyncio.StreamReader) -> int:
        total = 0
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
            total += size
        await reader.readline()
        return total


def raw(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass
class Run:
    """One plan under way."""

    plan: Plan
    spent: list[float] = field(default_factory=list)
    errors: int = 0
    received: int = 0

    async def go(self) -> Measured:
        requests = [raw(*question) for question in self.plan.questions]
        began = time.perf_counter()
        if self.plan.rate:
            await self._open(requests, began)
        else:
            shares = [
                requests[i :: self.plan.clients] or requests for i in range(self.plan.clients)
            ]
            await asyncio.gather(*(self._closed(share, began) for share in shares))
        return self._told(time.perf_counter() - began)

    async def _closed(self, requests: list[bytes], began: float) -> None:
        connection, at = Connection(self.plan.port), 0
        while time.perf_counter() - began < self.plan.seconds:
            if self.plan.most and len(self.spent) >= self.plan.most:
                break
            await self._one(connection, requests[at % len(requests)], time.perf_counter())
            at += 1

    async def _open(self, requests: list[bytes], began: float) -> None:
        """Each question has its moment; how long it waited for a free connection counts too."""
        chance, free, tasks, due, at = random.Random(1), [], [], began, 0
        while due - began < self.plan.seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            connection = free.pop() if free else Connection(self.plan.port)
            work = self._one(connection, requests[at % len(requests)], due)
            task = asyncio.create_task(work)
            task.add_done_callback(lambda _t, c=connection: free.append(c))
            tasks.append(task)
            due += chance.expovariate(self.plan.rate)
            at += 1
        await asyncio.gather(*tasks)

    async def _one(self, connection: Connection, request: bytes, since: float) -> None:
        try:
            status, length = await connection.ask(request)
        except (OSError, EOFError, ValueError):
            self.errors += 1
            connection.writer = None
            return
        self.spent.append((time.perf_counter() - since) * 1000)
        self.received += length
        if status not in self.plan.expected:
            self.errors += 1

    def _told(self, seconds: float) -> Measured:
        spent = sorted(self.spent) or [0.0]

        def at(part: float) -> float:
            return spent[min(len(spent) - 1, int(part * len(spent)))]

        return Measured(
            len(self.spent), seconds, self.errors, at(0.5), at(0.95), at(0.99), spent[-1],
            self.received,
        )  # fmt: skip


def ask(plan: Plan) -> Measured:
    """Carry out `plan` in a process of its own."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        input=json.dumps(asdict(plan)), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Measured(**json.loads(done.stdout))


def main() -> None:
    given: dict[str, Any] = json.load(sys.stdin)
    plan = Plan(**given)
    if plan.cpu >= 0:
        os.sched_setaffinity(0, {plan.cpu})
    try:
        import uvloop
    except ImportError:
        measured = asyncio.run(Run(plan).go())
    else:
        measured = uvloop.run(Run(plan).go())
    json.dump(asdict(measured), sys.stdout)


if __name__ == "__main__":
    main()
