"""200 people at once for two minutes on a million members, with staff at work meanwhile."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import psycopg

from app.core.crypto import digest, token, uuid7
from bench import questions, serving
from bench.client import Measured, Plan
from bench.place import database, plain
from bench.serving import CLIENT_CPU, Served

PEOPLE = 200
SECONDS = 120
STAFF = ("/vi/staff", "/vi/staff/members", "/vi/staff/applications")


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it."""

    public: Measured
    staff: Measured
    memory: list[tuple[float, float, float]]  # after so many seconds: RSS and PSS in MB


def measure(size: int, seconds: float = SECONDS) -> Load:
    """Let people open the mix of pages, all at once and without a pause."""
    url = database(size)
    here = questions.sample(plain(url))
    with serving.portal(url, size) as portal, _administrator(plain(url)) as cookie:
        crowd = Plan(
            portal.port, questions.mix(here), clients=PEOPLE, seconds=seconds, cpu=CLIENT_CPU
        )
        desk = Plan(
            portal.port, [(path, {"Cookie": cookie}) for path in STAFF], rate=1, seconds=seconds,
            cpu=CLIENT_CPU,
        )  # fmt: skip
        running = [start(crowd), start(desk)]
        memory = _watch(portal, running, seconds)
        public, staff = (Measured(**json.loads(each.communicate()[0])) for each in running)
    return Load(public, staff, memory)


def start(plan: Plan) -> subprocess.Popen[str]:
    """Let a client of its own carry out `plan`; what it measured comes as JSON at its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.client"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(plan)))
    process.stdin.close()
    process.stdin = None
    return process


def _watch(
    portal: Served, running: list[subprocess.Popen[str]], seconds: float
) -> list[tuple[float, float, float]]:
    began, seen = time.monotonic(), []
    while time.monotonic() - began < seconds and running[0].poll() is None:
        seen.append((time.monotonic() - began, *portal.memory()))
        time.sleep(seconds / 12)
    return seen


@contextmanager
def _administrator(url: str) -> Iterator[str]:
    """Somebody of staff who is signed in; gone afterwards. Gives their cookie."""
    value, account = token(32), str(uuid7())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO accounts (id, created_at, display_name, email, locale)"
            " VALUES (%s, now(), 'Staff', 's@example.vn', 'vi')",
            [account],
        )
        connection.execute(
            "INSERT INTO staff_roles (id, created_at, account_id, role)"
            " VALUES (%s, now(), %s, 'administrator')",
            [str(uuid7()), account],
        )
        connection.execute(
            "INSERT INTO sessions (id, created_at, token_hash, account_id, provider, issuer,"
            " signed_in_at, last_seen_at, address, user_agent)"
            " VALUES (%s, now(), %s, %s, 'bench', 'bench', now(), now(), '127.0.0.1', 'bench')",
            [str(uuid7()), digest(value), account],
        )
        try:
            yield f"session={value}"
        finally:
            connection.execute("DELETE FROM sessions WHERE account_id = %s", [account])
            connection.execute("DELETE FROM staff_roles WHERE account_id = %s", [account])
            connection.execute("DELETE FROM accounts WHERE id = %s", [account])


def told(load: Load) -> str:
    """The outcome in words and a table."""
    lines = [
        f"{PEOPLE} people, {load.public.seconds:.0f} s: {load.public.answers:,} answers"
        f" ({load.public.rate:.0f} a second), {load.public.errors} errors,"
        f" p50 {load.public.p50:.0f} ms, p95 {load.public.p95:.0f} ms, worst"
        f" {load.public.worst:.0f} ms. Staff pages meanwhile: {load.staff.answers} answers,"
        f" {load.staff.errors} errors, p50 {load.staff.p50:.0f} ms, p95 {load.staff.p95:.0f} ms.",
        "",
        "| after, s | RSS, MB | PSS, MB |",
        "| --- | --- | --- |",
        *(f"| {at:.0f} | {rss:.0f} | {pss:.0f} |" for at, rss, pss in load.memory),
    ]
    return "\n".join(lines)
