import asyncio
from pathlib import Path

import pytest

from app.core.storage import LocalStorage


@pytest.fixture
def store(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


async def test_what_is_put_is_there_until_it_is_deleted(store: LocalStorage) -> None:
    assert await store.get("portraits/1/card.webp") is None
    await store.put("portraits/1/card.webp", b"first", "image/webp")
    await store.put("portraits/1/card.webp", b"second", "image/webp")
    assert await store.get("portraits/1/card.webp") == b"second"
    await store.delete("portraits/1/card.webp")
    await store.delete("portraits/1/card.webp")
    assert await store.get("portraits/1/card.webp") is None


async def test_a_folder_is_no_file(store: LocalStorage) -> None:
    await store.put("portraits/1/card.webp", b"x", "image/webp")
    assert await store.get("portraits/1") is None


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../secret", "a/../../b", "a/.."])
async def test_a_key_cannot_lead_out_of_the_store(store: LocalStorage, key: str) -> None:
    for act in (store.put(key, b"x", "text/plain"), store.get(key), store.delete(key)):
        with pytest.raises(ValueError, match="not a storage key"):
            await act


async def test_many_writers_leave_one_whole_file_and_nothing_else(
    store: LocalStorage, tmp_path: Path
) -> None:
    bodies = [bytes([number]) * 200_000 for number in range(8)]
    await asyncio.gather(*(store.put("a/b", body, "text/plain") for body in bodies))
    assert await store.get("a/b") in bodies
    assert [path.name for path in (tmp_path / "files" / "a").iterdir()] == ["b"]
