"""Where files live: one interface, a local folder today, an object store when one is configured."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Protocol

import anyio.to_thread

from app.core.config import settings


class Storage(Protocol):
    """A flat space of keys such as `portraits/0198…/card.webp`; what is put never changes."""

    async def put(self, key: str, data: bytes, media_type: str) -> None:
        """Keep `data` under `key`, durably, before returning."""

    async def get(self, key: str) -> bytes | None:
        """What is kept under `key`, or None."""

    async def delete(self, key: str) -> None:
        """Forget `key`; nothing happens when there is none."""


@dataclass(frozen=True, slots=True)
class LocalStorage:
    """Files below one folder. Writes are atomic: a reader sees all of a file or none."""

    folder: Path

    def _path(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts:
            raise ValueError(f"not a storage key: {key!r}")
        return self.folder.joinpath(*parts)

    async def put(self, key: str, data: bytes, media_type: str) -> None:  # noqa: ARG002
        """See `Storage.put`."""
        await anyio.to_thread.run_sync(self._write, self._path(key), data)

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
            temporary.write(data)
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(temporary.name).replace(path)

    async def get(self, key: str) -> bytes | None:
        """See `Storage.get`."""
        path = anyio.Path(self._path(key))
        return await path.read_bytes() if await path.is_file() else None

    async def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        await anyio.Path(self._path(key)).unlink(missing_ok=True)


@lru_cache
def storage() -> Storage:
    """The store that the configuration names (`PORTAL_STORAGE`)."""
    return LocalStorage(settings().data_dir / "files")
