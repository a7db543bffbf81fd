"""100,000 kept proofs are due at once; one worker looks at them while pages are asked.

The sites stand on loopback, over TLS, each under a name of its own. Of twenty, one takes two
seconds, one never answers, one answers 503 and one 403, one breaks off in the middle and one has a
body without end; fourteen are as they should be.

    python -m bench.rechecks site FOLDER       (started by `measure`)
    python -m bench.rechecks worker PORT CA
"""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from app import worker
from app.channels.fetcher import Fetcher, install_fetcher
from app.core.config import ROOT
from bench import place, questions, serving
from bench.client import Measured, Plan
from bench.load import start
from bench.place import FOLDER, plain
from bench.serving import CLIENT_CPU
from tests.channels.local_web import LOOPBACK, certify

MEMBERS = 10_000
PROOFS = 100_000
SEED = 2  # a database of its own: this one is written to
SECONDS = 60.0
PAGES_A_SECOND = 20.0
BASE = "http://localhost:8000"
A_DAY = 24 * 3600

_FILL = """
INSERT INTO identity_links (account_id, token, created_at)
    SELECT account_id, 't' || serial, now() FROM members ON CONFLICT DO NOTHING;
INSERT INTO channels (id, created_at, account_id, platform, url, key, proven_at, proof_method,
                      changed_at, version)
    SELECT gen_random_uuid(), now(), m.account_id, 'website', 'https://s' || n || '.example/',
           's' || n || '.example', now(), CASE n % 2 WHEN 0 THEN 'rel_me' ELSE 'page_code' END,
           now(), 1
    FROM generate_series(0, {proofs} - 1) AS n
    JOIN (SELECT account_id, row_number() OVER (ORDER BY serial) - 1 AS place FROM members) AS m
      ON m.place = n % {members};
INSERT INTO channel_proofs (id, created_at, channel_id, method, status, asked_at, proven_at,
                            checked_at, seen_at, note, because, evidence, failures, code)
    SELECT gen_random_uuid(), now(), id, proof_method, 'proven', now(), now(), now(), now(), '',
           '', '{{}}', 0, 'DTA-0123456789'
    FROM channels WHERE url LIKE 'https://s%.example/';
CREATE TABLE bench_proofs ();
"""
_DUE = """
UPDATE channels SET stale_since = NULL WHERE stale_since IS NOT NULL;
UPDATE channel_proofs SET status = 'proven', failures = 0, failing_since = NULL, failure = NULL,
    seen_at = now(), next_check_at = now() - random() * interval '1 hour'
    WHERE status IN ('proven', 'stale');
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of it: pages without the worker and with it, and what the worker did meanwhile."""

    alone: Measured
    beside: Measured
    looks: int
    seconds: float
    outcomes: dict[str, int]
    processor: float  # seconds of the worker's

    @property
    def a_day(self) -> int:
        """Looks in a day at this rate."""
        return round(self.looks / self.seconds * A_DAY)


def measure(members: int = MEMBERS, seconds: float = SECONDS) -> Kept:
    """Ask pages alone, then beside a worker that has everything to do at once."""
    url = place.database(members, SEED)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('bench_proofs')").fetchone() == (None,):
            connection.execute(_FILL.format(proofs=PROOFS, members=members))
        connection.execute("UPDATE channel_proofs SET next_check_at = NULL")
        serving.build_base(url, members)
        plan = questions.mix(questions.sample(plain(url)))
        with serving.portal(url, members) as portal, _site() as (port, authority):
            crowd = Plan(portal.port, plan, rate=PAGES_A_SECOND, seconds=seconds, cpu=CLIENT_CPU)
            _asked(replace(crowd, seconds=10))  # so that what is kept is there in both
            alone = _asked(crowd)
            connection.execute(_DUE)
            connection.execute("ANALYZE channel_proofs")
            before = _tallies(connection)
            with _worker(url, members, port, authority) as process:
                while _tallies(connection) == before:  # the clock begins the first at a minute
                    time.sleep(1)
                began, at = time.monotonic(), sum(_tallies(connection).values())
                beside = _asked(crowd)
                looked = _tallies(connection)
                took = time.monotonic() - began
                processor = _processor_seconds(process.pid)
    outcomes = {name: count - before.get(name, 0) for name, count in looked.items()}
    return Kept(alone, beside, sum(looked.values()) - at, took, outcomes, processor)


def _tallies(connection: psycopg.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT outcome, sum(checks)::int FROM channel_check_tallies GROUP BY outcome"
    )
    return dict(rows.fetchall())


def _asked(plan: Plan) -> Measured:
    return Measured(**json.loads(start(plan).communicate()[0]))


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def told(kept: Kept) -> str:
    """The outcome in words and a table."""
    outcomes = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in kept.outcomes.items())
    rows = (("alone", kept.alone), ("beside the worker", kept.beside))
    lines = [
        f"One worker: {kept.looks:,} looks in {kept.seconds:.0f} s, {kept.looks / kept.seconds:.1f}"
        f" a second, {kept.a_day:,} a day ({kept.a_day / PROOFS:.0f} times what is asked for). All"
        f" in all {outcomes}. It took {kept.processor:.0f} s of a processor.",
        "",
        f"| pages, {PAGES_A_SECOND:.0f} a second | answers | errors | p50, ms | p95 | p99 |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {name} | {m.answers:,} | {m.errors} | {m.p50:.1f} | {m.p95:.1f} | {m.p99:.1f} |"
            for name, m in rows
        ),
    ]
    return "\n".join(lines)


# The sites


@contextmanager
def _site() -> Iterator[tuple[int, Path]]:
    folder = FOLDER / "sites"
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.rechecks", "site", str(folder)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    os.sched_setaffinity(process.pid, {CLIENT_CPU})
    try:
        yield int(process.stdout.readline()), folder / "cert.pem"
    finally:
        process.terminate()
        process.wait()


async def _serve(folder: Path) -> None:
    tls, _ = certify(folder, ["sites.example"])
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=tls, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        host = head.lower().split("\r\nhost:", 1)[1].split("\r\n", 1)[0].strip()
        number = int(host.removeprefix("s").split(".")[0])
        async for part in _said(number):
            if writer.is_closing():  # who asked has had enough; to write on raises nothing
                return
            writer.write(part)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def _said(number: int) -> AsyncIterator[bytes]:
    links = "".join(f'<a rel="me" href="https://elsewhere.example/{n}">{n}</a>' for n in range(4))
    links += f'<a rel="me" href="{BASE}/is/t{number % MEMBERS + 1}">DTA</a>'
    body = f"<!doctype html><title>s{number}</title>{links}{'<p>Bếp nhà.</p>' * 1500}".encode()
    status, length = "200 OK", len(body)
    match number % 20:
        case 3:
            await asyncio.sleep(2)
        case 5:
            await asyncio.sleep(10)
        case 7:
            status = "503 Busy"
        case 9:
            status = "403 No"
        case 11:
            length *= 2
        case 13:
            length *= 10_000
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n"
    yield head.encode()
    yield body
    while number % 20 == 13:
        yield body


# The worker


@contextmanager
def _worker(
    url: str, members: int, port: int, authority: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    env = {**serving.environment(url, members, 1), "PORTAL_BASE_URL": BASE}
    log = (FOLDER / "worker.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.rechecks", "worker", str(port), str(authority)],
        cwd=ROOT, env=env, stdout=log, stderr=log,
    )  # fmt: skip
    os.sched_setaffinity(process.pid, {CLIENT_CPU})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _work(port: int, authority: str) -> None:
    """The portal's own worker, for which names under `.example` lead to the sites."""
    tls = ssl.create_default_context(cafile=authority)
    tls.check_hostname = False  # one certificate for a hundred thousand names

    async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
        if not host.endswith(".example"):
            raise OSError("no such name")
        return [("127.0.0.1", port)]

    install_fetcher(Fetcher(allowed=lambda ip: ip == LOOPBACK, resolve=resolve, tls=tls))
    worker.main()


if __name__ == "__main__":
    if sys.argv[1] == "site":
        asyncio.run(_serve(Path(sys.argv[2])))
    else:
        _work(int(sys.argv[2]), sys.argv[3])
