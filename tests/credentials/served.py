"""The portal as a process of its own, for verifiers that are not ours."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

from app.core.config import settings
from app.core.db import Database, make_engine
from tests import databases
from tests.journeys.site import free_port
from tests.served import web


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[str, Database]]:
    """Its address, and the way to its database from here, where services work for the same portal."""
    port = free_port()
    address = f"http://localhost:{port}"
    with databases.clone() as name:
        ours = {"PORTAL_BASE_URL": address, "PORTAL_HOST": "localhost"}
        database = Database(make_engine(databases.url_of(name), pool_size=2))
        try:
            with patch.dict(os.environ, ours):
                settings.cache_clear()
                with web(folder, name, port, "/healthz", **ours):
                    yield address, database
        finally:
            settings.cache_clear()
            await database.close()
