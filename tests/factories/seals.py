"""Authorities for the seal, made once a process: keys of RSA take their time."""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.conduct.sealing import making, self_made
from app.core.config import settings
from app.core.seal_settings import SealSettings


@lru_cache
def authority() -> Path:
    """The folder of a self-made authority."""
    folder = Path(tempfile.mkdtemp(prefix="portal-seal-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    self_made.make(folder / "authority")
    return folder / "authority"


def seal_settings(**changes: Any) -> SealSettings:
    """The setting that uses `authority`, with `changes`; None takes a part away."""
    given = {**self_made.setting(authority()), **changes}
    return SealSettings(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def sealing(**changes: Any) -> Iterator[SealSettings]:
    """A portal that seals, by `authority` but for `changes`."""
    before = os.environ.get("PORTAL_SEAL")
    os.environ["PORTAL_SEAL"] = json.dumps({**self_made.setting(authority()), **changes})
    settings.cache_clear()
    try:
        found = settings().seal
        assert found is not None
        yield found
    finally:
        del os.environ["PORTAL_SEAL"]
        if before is not None:
            os.environ["PORTAL_SEAL"] = before
        settings.cache_clear()


async def sealed_pdf(pdf: bytes, by: SealSettings | None = None) -> bytes:
    """`pdf` with a seal."""
    return (await making.seal(pdf, by or seal_settings(), "en")).content
