"""Start and stop what is measured: the portal's web process, the applications beside it, nginx."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.config import ROOT
from app.core.crypto import digest
from bench.place import FOLDER
from tests.journeys.site import free_port

PATIENCE = 600.0
SERVER_CPU, CLIENT_CPU = 0, 1


@dataclass(frozen=True, slots=True)
class Served:
    """A running server. `ready_after`: seconds from its start to its first answer."""

    port: int
    pid: int
    ready_after: float

    def memory(self) -> tuple[float, float]:
        """Resident and proportional size, in MB."""
        told = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in told[1:]}
        return sizes["Rss"] / 1024, sizes["Pss"] / 1024

    def processor_seconds(self) -> float:
        """What it has used of processors until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, str]:
        """Status, body and tag of one answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers=headers or {}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read(), answer.headers.get("ETag", "")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read(), refused.headers.get("ETag", "")


def environment(url: str, size: int, port: int) -> dict[str, str]:
    """What a process of the portal finds: as in an installation, with a wide limit of checks."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "PORTAL_BASE_URL": f"http://localhost:{port}",
        "PORTAL_PORT": str(port),
        "PORTAL_SECRET_KEY": "only-for-measuring-0123456789abcdef0123456789",
        "PORTAL_DATA_DIR": str(FOLDER / f"data-{size}"),
        "PORTAL_TRUSTED_PROXIES": "127.0.0.1",
    }


def build_base(url: str, size: int) -> float:
    """Build the files of the search, as the worker does. Returns: seconds it took.

    They are kept for the next run, as long as the code that builds them is the same.
    """
    folder = FOLDER / f"data-{size}"
    sources = sorted((ROOT / "app" / "directory" / "search").glob("*.py"))
    mark = digest(url + "".join(digest(path.read_bytes()) for path in sources))
    told = folder / "built"
    if told.exists() and told.read_text().split()[0] == mark:
        return float(told.read_text().split()[1])
    shutil.rmtree(folder / "search", ignore_errors=True)
    began = time.perf_counter()
    command = [sys.executable, "-m", "app.cli", "search", "build"]
    subprocess.run(command, cwd=ROOT, env=environment(url, size, 1), check=True)
    took = time.perf_counter() - began
    told.write_text(f"{mark} {took:.1f}\n")
    return took


@contextmanager
def portal(url: str, size: int) -> Iterator[Served]:
    """One web process of the portal, started by its own command."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "web"]
    with _running(command, environment(url, size, port), port, "/readyz") as served:
        yield served


@contextmanager
def site(factory: str, url: str, size: int, page: Path, path: str) -> Iterator[Served]:
    """One of `bench.sites`, served as the portal is."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "--factory", f"bench.sites:{factory}", "--port", str(port),
        "--no-access-log", "--log-level", "warning", "--no-server-header",
    ]  # fmt: skip
    env = {**environment(url, size, port), "BENCH_BODY": str(page)}
    with _running(command, env, port, path) as served:
        yield served


@contextmanager
def nginx(page: Path) -> Iterator[Served]:
    """nginx with one worker that serves the page from a file."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    folder, port = FOLDER / "nginx", free_port()
    folder.mkdir(exist_ok=True)
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; master_process off; pid {folder}/pid;\n"
        f"error_log {folder}/error.log;\nevents {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; types {{ text/html html; }} sendfile on;\n"
        f"  keepalive_requests 1000000;\n"
        f"  server {{ listen 127.0.0.1:{port}; location = /same {{ alias {page}; }} }} }}\n"
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(command, dict(os.environ), port, "/same") as served:
        yield served


@contextmanager
def _running(command: Sequence[str], env: dict[str, str], port: int, path: str) -> Iterator[Served]:
    log = (FOLDER / "server.log").open("wb")
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        os.sched_setaffinity(process.pid, {SERVER_CPU})
        served = Served(port, process.pid, _until_ready(process, port, path, began))
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _until_ready(process: subprocess.Popen[bytes], port: int, path: str, began: float) -> float:
    while time.perf_counter() - began < PATIENCE:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30):
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"did not start: {(FOLDER / 'server.log').read_text()[-2000:]}")
