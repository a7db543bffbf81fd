"""Nothing of what is given is kept: no row, no file, no line of a log."""

import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.config import settings
from app.credentials import baking
from tests.portal import Portal
from tests.verify.holding import give, paste
from tests.verify.test_credentials import SVG, credential

MARK = "dauvetkhongluulai7391"
KINDS = {
    "pdf": f"%PDF-1.7\n{MARK}\n/ByteRange [0 1 2 3]\n%%EOF".encode(),
    "json": f'{{"type": "VerifiableCredential", "issuer": "{MARK}"}}'.encode(),
    "evidence": f'{{"format": "digital-trust-alliance/conduct-signature/1", "id": "{MARK}"}}'.encode(),
    "svg": f"<svg>{MARK}</svg>".encode(),
    "proof": f"c2sp.org/tlog-proof@v1\nindex 0\n\n{MARK}\n".encode(),
    "other": f"{MARK} {'x' * 2_000_000}".encode(),  # more than is held in memory while it arrives
}


async def rows(portal: Portal) -> list[str]:
    """The tables in which the mark stands."""
    found = []
    async with portal.transaction() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        for table in tables.all():
            query = text(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE :mark')  # noqa: S608
            if await session.scalar(query, {"mark": f"%{MARK}%"}):
                found.append(table)
    return found


def files(folder: Path) -> list[Path]:
    """The files below `folder` that have the mark in their name or content."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and (MARK in path.name or MARK.encode() in path.read_bytes())
    ]


def everything(folder: Path) -> list[Path]:
    """What lies in `folder`."""
    return list(folder.iterdir())


async def test_nothing_of_a_file_is_kept(
    portal: Portal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for kind, data in KINDS.items():
        found = await give(portal, data, f"{MARK}.{kind}")
        assert found.status == 200
        assert MARK not in found.page
    await paste(portal, KINDS["json"].decode())
    await portal.post("/verify", {"text": f"{MARK} and a file"}, files={"file": (MARK, b"x")})
    _member, ours = await credential(portal)
    marked = baking.svg(SVG.replace("<path", f"<path id='{MARK}'"), ours).encode()
    assert (await give(portal, marked, f"{MARK}.svg")).outcome == "genuine"
    out, err = capfd.readouterr()
    assert MARK not in out + err + caplog.text
    assert await rows(portal) == []
    assert everything(tmp_path) == []
    assert files(Path(settings().data_dir)) == []


async def test_the_search_for_it_would_find_it(portal: Portal, tmp_path: Path) -> None:
    await credential(portal, stage_name=MARK)
    assert "members" in await rows(portal)
    (tmp_path / "a").write_text(f"x{MARK}")
    assert files(tmp_path) == [tmp_path / "a"]


async def test_the_answer_is_nobodys_to_keep(portal: Portal) -> None:
    response = await portal.post("/verify", files={"file": ("a", KINDS["svg"])})
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers
    assert "etag" not in response.headers
