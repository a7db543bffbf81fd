"""The trust log as it grows: appending, publishing, and what is asked of it.

For each size the log is grown to it in batches, as the worker does; then one process appends for a
while, a batch of 1,000 is published, and checkpoints, tiles, bundles and proofs are asked for.

    python -m bench log [size …]
"""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import embedded_postgres
from app.core.db import Database, make_engine
from app.trustlog import rounds, service
from app.trustlog.memory import Memory
from app.trustlog.models import Kind, LogEntry
from app.trustlog.policy.entries import Event
from app.trustlog.policy.notes import Signer
from app.trustlog.policy.tiles import Tile
from app.trustlog.queries import tree
from bench.place import FOLDER, plain
from tests import databases
from tests.trustlog.growing import row

SIZES = (10_000, 100_000, 1_000_000)
BATCH = 1_000  # entries; to be published within 2 s
BATCHES = 5
SECONDS = 3.0  # of appending one by one
ASKED = 200
HIDDEN = {"channel": "https://kenh.example/@linh", "member": "DTA-000001", "method": "rel_me"}
ORIGIN = "localhost:8000/log"
_USED = """
SELECT sum(pg_total_relation_size(name::regclass))
    FROM unnest(ARRAY['log_entries', 'log_tiles', 'log_checkpoints']) AS name
"""


@dataclass(frozen=True, slots=True)
class Grown:
    """What was measured at one size; times in milliseconds."""

    size: int
    grown_a_second: float  # entries, appended in bulk and published in rounds of 5,000
    appended_a_second: float  # transactions of one entry each
    published: tuple[float, ...]  # batches of 1,000
    asked: dict[str, tuple[float, float]]  # p50 and p95
    megabytes: float


def measure(sizes: tuple[int, ...] = SIZES) -> list[Grown]:
    """Grow one log through all of `sizes`, in a database of its own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = f"bench_log_{os.getpid()}"
    url = embedded_postgres.database_url(FOLDER, name)
    databases.build(url)
    try:
        with TemporaryDirectory(dir=FOLDER) as folder:
            return asyncio.run(_measure(url, Memory(Path(folder) / "signed"), sizes))
    finally:
        server = embedded_postgres.database_url(FOLDER, "postgres")
        with psycopg.connect(plain(server), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _measure(url: str, memory: Memory, sizes: tuple[int, ...]) -> list[Grown]:
    database = Database(make_engine(url, pool_size=3))
    signers = (Signer(ORIGIN, Ed25519PrivateKey.generate()),)
    found = []

    async def publish() -> None:
        async with rounds.signing_alone(database) as connection:
            assert connection is not None
            while (await rounds.one_round(connection, signers, memory)).more:
                pass

    try:
        for size in sizes:
            rate = await _grow(database, publish, size)
            found.append(await _at(database, publish, size, rate))
            print(f"{size:,} entries measured", flush=True)
    finally:
        await database.close()
    return found


async def _grow(database: Database, publish: Callable[[], Awaitable[None]], size: int) -> float:
    async with database.read() as session:
        newest = await tree.latest(session)
    begun = at = newest.size if newest else 0
    started = time.perf_counter()
    while at < size:
        rows = [row(number, HIDDEN) for number in range(min(5_000, size - at))]
        async with database.write() as session:
            await session.execute(insert(LogEntry), rows)
        await publish()
        at += len(rows)
    return (size - begun) / (time.perf_counter() - started)


async def _at(
    database: Database, publish: Callable[[], Awaitable[None]], size: int, rate: float
) -> Grown:
    async with database.write() as session:
        await session.execute(text("ANALYZE log_entries"))
    appended = await _append(database)
    await publish()
    published = []
    for _batch in range(BATCHES):
        rows = [row(number, HIDDEN) for number in range(BATCH)]
        async with database.write() as session:
            await session.execute(insert(LogEntry), rows)
        started = time.perf_counter()
        await publish()
        published.append((time.perf_counter() - started) * 1000)
    asked = await _ask(database)
    async with database.read() as session:
        size_of = (
            "SELECT pg_total_relation_size('log_entries') + pg_total_relation_size('log_tiles')"
        )
        size_of += " + pg_total_relation_size('log_checkpoints')"
        used = (await (await session.connection()).exec_driver_sql(size_of)).scalar_one()
    return Grown(size, rate, appended, tuple(published), asked, float(used) / 1e6)


async def _append(database: Database) -> float:
    """Transactions a second of one process that appends one entry in each."""
    event = Event(Kind.CODE_SIGNED, facts={"version": "1"}, hidden=HIDDEN)
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        async with database.write() as session:
            await service.append(session, event)
        count += 1
    return count / (time.perf_counter() - started)


async def _ask(database: Database) -> dict[str, tuple[float, float]]:
    async with database.read() as session:
        newest = await tree.latest(session)
        assert newest is not None
        size, chance = newest.size, random.Random(1)

        def anywhere() -> int:
            return chance.randrange(size)

        def full() -> int:
            return chance.randrange(size // 256)

        questions: dict[str, Callable[[AsyncSession], Awaitable[object]]] = {
            "checkpoint": tree.latest,
            "tile": lambda s: tree.tile(s, Tile(0, full()), size),
            "bundle": lambda s: tree.tile(s, Tile(None, full()), size),
            "inclusion": lambda s: tree.inclusion(s, anywhere(), size),
            "consistency": lambda s: tree.consistency(s, anywhere() or 1, size),
            "proof file": lambda s: tree.proof_file(s, anywhere(), None),
        }
        found = {}
        for name, ask in questions.items():
            times = []
            for _time in range(ASKED):
                started = time.perf_counter()
                assert await ask(session) is not None
                times.append((time.perf_counter() - started) * 1000)
            cuts = statistics.quantiles(times, n=20)
            found[name] = (statistics.median(times), cuts[-1])
    return found


def told(found: list[Grown]) -> str:
    """The outcome as a table."""
    names = list(found[0].asked)
    lines = [
        f"Entries of about {len(an_entry()):,} bytes; times in milliseconds, p50 / p95 of"
        f" {ASKED} questions in the process itself, without HTTP. Of {BATCHES} batches of"
        f" {BATCH:,} the slowest is told; it may take 2,000.",
        "",
        "| entries | grown a second | appends a second, one by one | batch published | "
        + " | ".join(names)
        + " | MB |",
        "| ---: " * (5 + len(names)) + "|",
    ]
    lines += [
        f"| {one.size:,} | {one.grown_a_second:,.0f} | {one.appended_a_second:,.0f}"
        f" | {max(one.published):,.0f} | "
        + " | ".join(f"{p50:.1f} / {p95:.1f}" for p50, p95 in one.asked.values())
        + f" | {one.megabytes:,.0f} |"
        for one in found
    ]
    return "\n".join(lines)


def an_entry() -> bytes:
    """An entry as long as those that the log is grown with."""
    body = row(1, HIDDEN)["body"]
    assert isinstance(body, bytes)
    return body


if __name__ == "__main__":
    print(told(measure(tuple(map(int, sys.argv[1:])) or SIZES)))
