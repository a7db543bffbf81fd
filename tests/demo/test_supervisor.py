"""The demonstration's processes: started again when they die, gone when their supervisor is."""

import fcntl
import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core import embedded_postgres
from app.core.config import ROOT
from app.demo import run
from app.demo.children import Child, Family

pytestmark = pytest.mark.xdist_group("embedded")

SLEEPS = ("-c", "import time; time.sleep(600)")
SUPERVISOR = """
import os, pathlib, sys, time
from app.demo.children import Child, Family
family = Family(pathlib.Path("."), pathlib.Path(sys.argv[1]), os.environ, os.getpid())
for name in ("one", "two"):
    family.add(Child(name, ("-c", "import time; time.sleep(600)")))
print(*(child.process.pid for child in family.children), flush=True)
time.sleep(600)
"""


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    found = Family(ROOT, tmp_path / "logs", os.environ, os.getpid())
    yield found
    found.end()


def wait_for(done: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_a_child_that_dies_is_started_again_at_once(family: Family) -> None:
    family.add(Child("sleeper", SLEEPS))
    child, said = family.children[0], list[str]()
    first = pid_of(child)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not child.alive)

    def tended() -> bool:
        family.tend(said.append)
        return child.alive

    wait_for(tended)
    assert pid_of(child) != first
    assert said == ["sleeper stopped unexpectedly; starting it again"]


def test_a_mail_server_that_dies_is_handed_its_port_again(family: Family) -> None:
    mail, port = run._open_for_mail()
    gc.collect()
    family.add(Child("mail", ("-m", "app.demo.post", str(mail)), inherits=(mail,)))

    def runs() -> bool:
        family.tend(lambda _words: None)
        return family.children[0].alive

    def greets() -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            return client.recv(3) == b"220"

    first = pid_of(family.children[0])
    assert greets()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not family.children[0].alive)
    wait_for(runs)
    assert greets()
    os.close(mail)


def test_a_child_that_cannot_live_is_tried_ever_more_slowly(family: Family) -> None:
    family.add(Child("broken", ("-c", "raise SystemExit('no such luck')")))
    child, said = family.children[0], list[str]()
    until = time.monotonic() + 2
    while time.monotonic() < until:
        family.tend(said.append)
        time.sleep(0.01)
    assert 1 <= len(said) <= 4
    assert "no such luck" in family.last_words(child)
    assert family.dead() in ([child], [])


def test_what_works_once_is_not_started_again(family: Family) -> None:
    family.add(Child("done", ("-c", "pass"), once=True))
    family.add(Child("failed", ("-c", "raise SystemExit(1)"), once=True))
    done, failed = family.children
    wait_for(lambda: not done.alive and not failed.alive)
    family.tend(pytest.fail)
    assert done.succeeded
    assert family.dead() == [failed]


def test_the_first_ends_last(family: Family, tmp_path: Path) -> None:
    note = tmp_path / "order"
    words = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    open(sys.argv[1], 'a').write(sys.argv[2] + '\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(600)"
    )
    for name in ("database", "web", "worker"):
        family.add(Child(name, ("-c", words, str(note), name)))
    wait_for(lambda: all("ready" in family.last_words(c) for c in family.children))
    family.end()
    order = note.read_text().split()
    assert sorted(order) == ["database", "web", "worker"]
    assert order[-1] == "database"


def test_a_child_that_does_not_listen_is_ended_all_the_same(family: Family) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    family.add(Child("deaf", ("-c", deaf), patience=0.2))
    child = family.children[0]
    wait_for(lambda: "ready" in family.last_words(child))
    pid = pid_of(child)
    family.end()
    assert is_gone(pid)


def test_children_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SUPERVISOR, str(tmp_path / "logs")]
    supervisor = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert supervisor.stdout is not None
    pids = [int(word) for word in supervisor.stdout.readline().split()]
    assert len(pids) == 2
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    wait_for(lambda: all(is_gone(pid) for pid in pids))


@pytest.fixture
def kept(family: Family, tmp_path: Path) -> Iterator[tuple[Family, Path]]:
    """A keeper with its server, in a folder of their own."""
    folder = tmp_path / "data"
    family.environment = {**os.environ, "PORTAL_DATA_DIR": str(folder)}
    family.add(Child("database", ("-m", "app.demo.keeper"), patience=70))
    wait_for(lambda: embedded_postgres.is_running(folder), 120)
    yield family, folder
    family.end()
    embedded_postgres.remove(folder)


def test_the_keeper_starts_postgresql_again_and_stops_it_at_the_end(
    kept: tuple[Family, Path],
) -> None:
    family, folder = kept
    first = embedded_postgres.server_pid(folder)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: embedded_postgres.server_pid(folder) not in (None, first), 60)
    family.end()
    assert not embedded_postgres.is_running(folder)


def demo(folder: Path, *, module: str = "app.demo", **environment: str) -> tuple[int, str]:
    """The exit status and words of the demonstration in `folder`."""
    given = {**os.environ, "PORTAL_DATA_DIR": str(folder), **environment}
    given.pop("DATABASE_URL", None)
    arguments = [sys.executable, "-m", *module.split()]
    done = subprocess.run(  # noqa: S603 - our own words
        arguments, check=False, cwd=ROOT, env=given, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def test_a_port_that_is_taken_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, words = demo(tmp_path, PORTAL_PORT=port)
    assert status == 1
    assert f"Port {port} cannot be used: Address already in use." in words
    assert "PORTAL_PORT=8010 make demo" in words
    assert "Traceback" not in words
    assert not (tmp_path / "postgres").exists()


def test_a_second_demonstration_from_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "demo.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, words = demo(tmp_path)
        assert (status, "runs already from this folder" in words) == (1, True)
        status, words = demo(tmp_path, module="app.cli reset")
        assert (status, "runs already from this folder" in words) == (1, True)


def test_resetting_deletes_the_data_and_only_those(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    embedded_postgres.start(folder)
    (folder / "files").mkdir()
    (tmp_path / "mine").touch()
    status, words = demo(folder, module="app.cli reset")
    assert (status, words) == (0, f"{folder} is deleted.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    status, words = demo(folder, module="app.cli reset")
    assert (status, words) == (0, "There is nothing to delete.\n")
