"""The portal behind a real nginx, which runs the example of `deploy/` with other places.

`python -m tests.journeys.proxy` exits with 0 when there is an nginx to run.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.config import ROOT
from tests import databases
from tests.journeys.site import free_port

EXAMPLE = ROOT / "deploy" / "nginx.conf.example"
PATIENCE = 60.0


def program() -> str | None:
    """The nginx to run; Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True, slots=True)
class Behind:
    """Where the proxy answers, and the database behind it all."""

    base: str
    url: str


@contextmanager
def portal_behind_nginx(folder: Path) -> Iterator[Behind]:
    """One web process on a database of its own, and nginx before it."""
    web, proxy = free_port(), free_port()
    base = f"http://localhost:{proxy}"
    with databases.clone() as name:
        environment = {
            **os.environ,
            "DATABASE_URL": databases.url_of(name),
            "PORTAL_BASE_URL": base,
            "PORTAL_PORT": str(web),
            "PORTAL_DATA_DIR": str(folder / "data"),
            "PORTAL_TRUSTED_PROXIES": "127.0.0.1",
        }
        command = [sys.executable, "-m", "app.cli", "web"]
        with (
            _running(command, environment, folder / "web.log", f"http://localhost:{web}/readyz"),
            _running(_nginx(folder, web, proxy), None, folder / "nginx.log", f"{base}/healthz"),
        ):
            yield Behind(base, databases.url_of(name))


def _nginx(folder: Path, web: int, proxy: int) -> list[str]:
    """The command that runs the example, with TLS left out and ports and folders of the test."""
    found = program()
    assert found is not None, "no nginx: `make test` installs it, or says how"
    inner = re.sub(r"\n *(ssl_\w+|http2) [^;]*;", "", EXAMPLE.read_text())
    for given, own in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{proxy};"),
        ("server_name portal.example;", "server_name localhost;"),
        ("proxy_pass http://127.0.0.1:8000;", f"proxy_pass http://127.0.0.1:{web};"),
        ("proxy_set_header Host $host;", "proxy_set_header Host $http_host;"),
        ("/var/cache/nginx/portal", f"{folder}/held"),
    ):
        assert given in inner, f"the example no longer says: {given}"
        inner = inner.replace(given, own)
    places = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\n  access_log off;\n{places}{inner}}}\n"
    )
    return [found, "-p", str(folder), "-c", str(config), "-e", "stderr"]


@contextmanager
def _running(
    command: list[str], environment: dict[str, str] | None, log: Path, ready: str
) -> Iterator[None]:
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - commands of our own
            command, cwd=ROOT, env=environment, stdout=file, stderr=file
        )
    try:
        _wait(process, ready, log)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - ours
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} does not answer:\n{log.read_text()[-3000:]}")


if __name__ == "__main__":
    sys.exit(0 if program() else 1)
