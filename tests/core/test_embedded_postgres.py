"""The embedded server as people meet it: crashes, odd folders, two starters, other people's processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.core import embedded_place, embedded_postgres
from app.core.config import ROOT

pytestmark = pytest.mark.xdist_group("embedded")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; as root below one that nobody else may enter."""
    if os.geteuid() == 0:
        tmp_path.chmod(0o700)
    yield tmp_path / "data"
    embedded_postgres.remove(tmp_path / "data")


def connect(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def kill_everything(folder: Path) -> None:
    """`kill -9` of the server and each of its processes."""
    place = embedded_place.existing(folder)
    assert place is not None
    for pid in place.processes():
        with suppress(ProcessLookupError):  # the server's end ends some of the others
            os.kill(pid, signal.SIGKILL)


def data_of(folder: Path) -> Path:
    return (folder / "postgres").resolve() / "data"


def test_the_first_start_makes_the_database_and_a_second_finds_it(folder: Path) -> None:
    url = embedded_postgres.database_url(folder)
    pid = embedded_postgres.server_pid(folder)
    with connect(url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('đen')")
        facts = connection.execute(
            "SELECT datname, datlocprovider, datlocale, pg_encoding_to_char(encoding)"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert facts == ("portal", "b", "C.UTF-8", "UTF8")
        listens = connection.execute("SHOW listen_addresses").fetchone()
        assert listens == ("",)
    assert embedded_postgres.database_url(folder) == url
    assert embedded_postgres.server_pid(folder) == pid

    embedded_postgres.stop(folder)
    assert not embedded_postgres.is_running(folder)
    with connect(embedded_postgres.database_url(folder)) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("đen",)]


def test_after_kill_9_of_everything_the_next_start_recovers(folder: Path) -> None:
    url = embedded_postgres.database_url(folder)
    with connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM generate_series(1, 20000) AS n")
    kill_everything(folder)

    with connect(embedded_postgres.database_url(folder)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (20000,)


def test_a_server_whose_head_alone_was_killed_is_started_again(folder: Path) -> None:
    url = embedded_postgres.database_url(folder)
    with connect(url) as busy:
        busy.execute("CREATE TABLE kept (n int)")
        pid = embedded_postgres.server_pid(folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with connect(embedded_postgres.database_url(folder)) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_stranger_under_the_old_number_is_neither_harmed_nor_in_the_way(folder: Path) -> None:
    embedded_postgres.database_url(folder)
    place = embedded_place.existing(folder)
    assert place is not None
    kill_everything(folder)
    stranger = subprocess.Popen(
        ["/bin/sleep", "600"],
        cwd="/",
        user=place.user.uid if place.user.switch else None,
    )
    try:
        for lock in (place.data / "postmaster.pid", place.sockets() / ".s.PGSQL.5432.lock"):
            lines = lock.read_text().split("\n")
            lock.write_text("\n".join([str(stranger.pid), *lines[1:]]))

        assert not embedded_postgres.is_running(folder)
        embedded_postgres.stop(folder)
        assert stranger.poll() is None
        with connect(embedded_postgres.database_url(folder)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert embedded_postgres.server_pid(folder) not in (None, stranger.pid)
        embedded_postgres.stop(folder)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_of_several_starters_at_once_one_starts_the_server(folder: Path) -> None:
    script = (
        "import sys, pathlib; from app.core import embedded_postgres as e;"
        "f = pathlib.Path(sys.argv[1]); print(e.database_url(f), e.server_pid(f))"
    )

    def start() -> str:
        command = [sys.executable, "-c", script, str(folder)]
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)  # noqa: S603
        return done.stdout + done.stderr

    with ThreadPoolExecutor(4) as several:
        said = set(several.map(lambda _: start(), range(4)))
    assert said == {
        f"{embedded_postgres.database_url(folder)} {embedded_postgres.server_pid(folder)}\n"
    }


@pytest.mark.parametrize("name", ["with a space, and, commas", "x" * 120, "Cổng thông tin"])
def test_the_path_may_be_odd_or_long(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "data"
    try:
        url = embedded_postgres.database_url(folder)
        socket = str(make_url(url).query["host"])
        assert len(f"{socket}/.s.PGSQL.5432.lock".encode()) <= 107
        with connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded_postgres.remove(folder)
    assert not Path(socket).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run it as somebody else")
def test_as_root_it_runs_as_somebody_else_and_opens_no_folder(folder: Path) -> None:
    before = {path: path.stat().st_mode for path in folder.parents}
    embedded_postgres.database_url(folder)
    pid = embedded_postgres.server_pid(folder)
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert {path: path.stat().st_mode for path in folder.parents} == before

    elsewhere = (folder / "postgres").readlink()
    assert elsewhere.parent == embedded_place.ELSEWHERE
    assert elsewhere.stat().st_uid == 0
    assert data_of(folder).stat().st_mode & 0o777 == 0o700
    embedded_postgres.remove(folder)
    assert not elsewhere.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be both")
def test_what_an_ordinary_user_began_root_goes_on_with_as_that_user() -> None:
    folder = Path("/var/lib") / f"portal-test-{os.getpid()}"
    folder.mkdir(mode=0o755)
    place = embedded_place.place(folder)
    nobody = 65534
    os.chown(place.folder, nobody, nobody)
    try:
        (place.folder / "data").mkdir(mode=0o700)
        os.chown(place.folder / "data", nobody, nobody)
        assert embedded_place.place(folder).user == embedded_place.User(nobody, nobody, switch=True)
    finally:
        embedded_place.remove(folder)
        folder.rmdir()


def test_a_full_disk_is_said_before_anything_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_postgres, "LEAST_FREE", 1 << 60)
    with pytest.raises(embedded_postgres.CannotRun, match=r"The disk is full: .* Make room"):
        embedded_postgres.start(folder)
    assert not data_of(folder).exists()


def test_data_of_another_major_version_are_left_alone(folder: Path) -> None:
    embedded_postgres.start(folder)
    embedded_postgres.stop(folder)
    (data_of(folder) / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded_postgres.CannotRun, match="made by PostgreSQL 17, and this is 18"):
        embedded_postgres.start(folder)


def test_a_first_start_that_was_interrupted_is_begun_anew(folder: Path) -> None:
    place = embedded_place.place(folder)
    half = place.folder / "data.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    embedded_postgres.start(folder)
    assert not half.exists()
    assert embedded_postgres.is_running(folder)


def test_no_user_to_run_it_as_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(embedded_place, "UNPRIVILEGED", ("nobody-of-that-name",))
    with pytest.raises(
        embedded_postgres.CannotRun, match="as an ordinary user, or set DATABASE_URL"
    ):
        embedded_place.place(folder)


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    embedded_postgres.start(folder)
    embedded_postgres.stop(folder)
    with (data_of(folder) / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = nonsense\n")
    with pytest.raises(embedded_postgres.CannotRun, match=r"PostgreSQL did not start: .*"):
        embedded_postgres.start(folder)
    assert not embedded_postgres.is_running(folder)


def test_stopping_and_asking_make_nothing(tmp_path: Path) -> None:
    embedded_postgres.stop(tmp_path / "none")
    assert not embedded_postgres.is_running(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_removing_leaves_nothing_running_or_behind(folder: Path) -> None:
    embedded_postgres.start(folder)
    pid = embedded_postgres.server_pid(folder)
    embedded_postgres.remove(folder)
    until = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()
    assert not (folder / "postgres").exists()
