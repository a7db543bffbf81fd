"""Runs of the monitor in this process."""

import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from app.trustlog import monitor
from tests.trustlog.served_log import ServedLog, served


@dataclass
class Run:
    """How a run ended, what it told (a mapping a line), and what it said besides."""

    code: int
    told: list[dict[str, Any]]
    said: str

    @property
    def why(self) -> str:
        return str(self.told[-1]["why"])


class Follower:
    """Somebody who follows a log, with a folder of their own."""

    def __init__(self, log: ServedLog, folder: Path) -> None:
        self.log, self.folder = log, folder
        self.trust = ["--key", log.signers[0].vkey]
        self.patience = ["--patience", "0"]

    def run(self, *more: str) -> Run:
        self.log.asked.clear()
        out, err = StringIO(), StringIO()
        given = [self.log.url, "--state", str(self.folder), "--json", *self.trust, *self.patience]
        with redirect_stdout(out), redirect_stderr(err):
            code = monitor.main([*given, *more])
        return Run(code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue())

    @property
    def state(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "state.json").read_text()))

    def sees_well(self, *more: str) -> Run:
        found = self.run(*more)
        assert (found.code, found.told[-1]["ended"]) == (0, "well"), found
        return found

    def sees_a_breach(self, because: str, *more: str) -> Run:
        """The run ends with 2, keeps both checkpoints and why, and does not come to trust it."""
        before = self.state if (self.folder / "state.json").exists() else {}
        found = self.run(*more)
        assert (found.code, found.said) == (2, found.said), found
        assert found.told[-1]["ended"] == "breach"
        assert because in found.why
        kept = Path(found.told[-1]["evidence"])
        assert kept.parent == self.folder
        assert (kept / "old.note").read_text() == before.get("note", "")
        shown = self.log.instead.get("checkpoint")
        now = shown.body.decode() if shown else self.log.note
        assert (kept / "new.note").read_text() == now
        assert found.why in (kept / "why.txt").read_text()
        assert list(kept.glob("answer-*"))
        return found


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Follower]:
    """Somebody who has not looked at an empty log yet."""
    with served() as log:
        yield Follower(log, tmp_path / "followed")
