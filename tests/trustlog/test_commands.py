"""`portal log …`, its figures for those who watch it, and the log as files."""

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.commands.base import app
from app.commands.log import _told
from app.core.config import settings
from app.core.db import Database
from app.core.signing_keys import SigningKey
from app.trustlog import export, keys, monitor, refusals
from app.trustlog.models import LogCosignature
from app.trustlog.policy.notes import Signer, Verifier
from app.trustlog.policy.signing import Because, WillNotSign
from app.trustlog.queries.state import metrics, state
from tests.trustlog.growing import grow
from tests.trustlog.publishing import publish


async def told(log: Database) -> str:
    async with log.read() as session:
        return _told(await state(session))


async def figures(_log: Database) -> dict[str, float]:
    return {
        "/".join(
            [sample.name.removeprefix("portal_trustlog_"), *sample.labels.values()]
        ): sample.value
        for metric in await metrics()
        for sample in metric.samples
    }


async def test_the_state_says_what_is_published_what_waits_and_who_cosigned(log: Database) -> None:
    assert "0 entries published" in await told(log)
    await grow(log, 4)
    await publish(log)
    await grow(log, 2)
    async with log.write() as session:
        session.add(LogCosignature(size=4, witness="w.example/a", line="— w.example/a AAAA"))
    words = await told(log)
    assert words.startswith("localhost:8000/log: 4 entries published, signed ")
    assert "\n2 entries wait since " in words
    assert "\ncosigned by w.example/a: 4 entries" in words
    assert "REFUSES" not in words
    found = await figures(log)
    age = found.pop("checkpoint_age_seconds")
    assert 0 <= age < 300
    assert found == {"waiting": 2, "size": 4, "refusing": 0, "cosigned/w.example/a": 4}


async def test_a_refusal_is_in_the_state_and_in_the_figures(log: Database) -> None:
    async with log.write() as session:
        await refusals.note(session, WillNotSign(Because.BEHIND, "It is behind."))
    assert "UTC: It is behind." in await told(log)
    assert (await figures(log))["refusing"] == 1


async def test_places_without_a_checkpoint_are_told(log: Database) -> None:
    await grow(log, 1)
    async with log.write() as session:
        await session.execute(text("UPDATE log_entries SET index = 0"))
    assert "\n1 entries have their places and no checkpoint yet" in await told(log)


async def test_without_keys_the_state_says_so(
    log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "signers", tuple)
    assert "No key is configured (PORTAL_LOG_KEYS)" in await told(log)


def test_a_key_is_made_that_the_configuration_reads() -> None:
    done = CliRunner().invoke(app, ["log", "keys", "make", "log-2027"])
    assert done.exit_code == 0
    secret, vkey = done.stdout.split()
    key = SigningKey.read(secret)
    assert key.id == "log-2027"
    assert Signer(settings().log_name, key.private()).vkey == vkey
    assert Verifier(vkey).name == settings().log_name
    again = CliRunner().invoke(app, ["log", "keys", "make", "log-2027"])
    assert again.stdout != done.stdout
    assert CliRunner().invoke(app, ["log", "keys", "make", "Log 2027"]).exit_code == 1


def test_the_public_keys_are_printed() -> None:
    done = CliRunner().invoke(app, ["log", "vkeys"])
    assert tuple(done.stdout.split()) == keys.vkeys()


def test_verify_gives_the_monitor_our_own_keys_unless_told_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(monitor, "main", lambda words: asked.append(words) or 3)
    assert CliRunner().invoke(app, ["log", "verify"]).exit_code == 3
    other = ["https://other.example/log", "--key", "k", "--state", "s", "--json"]
    CliRunner().invoke(app, ["log", "verify", *other])
    state_folder = str(settings().data_dir / "log" / "followed")
    assert asked == [
        ["http://localhost:8000/log", "--key", keys.vkeys()[0], "--state", state_folder],
        other,
    ]


def files_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


async def test_the_log_as_files_is_whole_and_goes_on_where_it_was_broken_off(
    log: Database, tmp_path: Path
) -> None:
    assert await export.export(log, tmp_path) == (0, 0)
    await grow(log, 600)
    await publish(log)
    assert await export.export(log, tmp_path) == (600, 7)
    assert files_in(tmp_path) == [
        "checkpoint",
        *(f"tile/0/{name}" for name in ("000", "001", "002.p/88")),
        "tile/1/000.p/2",
        *(f"tile/entries/{name}" for name in ("000", "001", "002.p/88")),
    ]
    assert (tmp_path / "tile/0/000").stat().st_size == 8192
    (tmp_path / "tile/entries/001").unlink()
    await grow(log, 168)
    await publish(log)
    assert await export.export(log, tmp_path) == (768, 4)
    assert (tmp_path / "tile/0/002").read_bytes()[: 88 * 32] == (
        tmp_path / "tile/0/002.p/88"
    ).read_bytes()
    assert (tmp_path / "checkpoint").read_text().split("\n")[1] == "768"
