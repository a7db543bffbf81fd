"""The web process of a portal, answering over HTTP, for programs that are not ours."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from app.core.config import ROOT
from app.demo.children import Child, Family
from tests import databases

PATIENCE = 60.0


@contextmanager
def web(folder: Path, database: str, port: int, path: str, **settings: str) -> Iterator[None]:
    """The portal on `database` at the loopback's `port`, from when it answers at `path` on.

    Args:
        settings: what else stands in its environment.
    """
    environment = {
        **os.environ,
        "DATABASE_URL": databases.url_of(database),
        "PORTAL_PORT": str(port),
        "PORTAL_DATA_DIR": str(folder),
        **settings,
    }
    family = Family(ROOT, folder / "logs", environment, os.getpid())
    child = Child("web", ("-m", "app.cli", "web"))
    family.add(child)
    try:
        _wait(f"{settings['PORTAL_BASE_URL']}{path}", family, child)
        yield
    finally:
        family.end()


def _wait(address: str, family: Family, child: Child) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if httpx2.get(address, timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"it does not answer:\n{family.last_words(child, 20)}")
