"""The portal as a process of its own, for verifiers that are not ours."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import httpx2

from app.core.config import ROOT, settings
from app.core.db import Database, make_engine
from app.demo.children import Child, Family
from tests import databases
from tests.journeys.site import free_port

PATIENCE = 60.0


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[str, Database]]:
    """Its address, and the way to its database from here, where services work for the same portal."""
    port = free_port()
    address = f"http://localhost:{port}"
    with databases.clone() as name:
        ours = {"PORTAL_BASE_URL": address, "PORTAL_PORT": str(port), "PORTAL_HOST": "localhost"}
        environment = {
            **os.environ,
            **ours,
            "DATABASE_URL": databases.url_of(name),
            "PORTAL_DATA_DIR": str(folder),
        }
        family = Family(ROOT, folder / "logs", environment, os.getpid())
        child = Child("web", ("-m", "app.cli", "web"))
        family.add(child)
        database = Database(make_engine(databases.url_of(name), pool_size=2))
        try:
            with patch.dict(os.environ, ours):
                settings.cache_clear()
                _wait(f"{address}/healthz", family, child)
                yield address, database
        finally:
            settings.cache_clear()
            await database.close()
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
