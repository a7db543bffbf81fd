"""The commands of operators for the seal."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.conduct.sealing import self_made
from app.core.seal_settings import SealSettings
from app.demo.authority import environment
from tests.factories.seals import authority, sealing


def test_an_authority_is_made_once_and_its_keys_are_nobody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    first = environment(folder)
    assert first == environment(folder)
    assert SealSettings(**json.loads(first["PORTAL_SEAL"])).self_made
    for name in (self_made.SIGNER_KEY, self_made.CLOCK_KEY):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert not (folder / "root.key").exists()
    with pytest.raises(FileExistsError):
        self_made.make(folder)


def test_make_authority_prints_the_setting_and_leaves_one_alone() -> None:
    again = CliRunner().invoke(app, ["seal", "make-authority", str(authority())])
    assert again.exit_code == 1
    assert "There is one already" in again.output


def test_check_says_what_a_seal_is_worth(sealed: bytes, document: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    with sealing():
        for content, status, words in (
            (sealed, 0, "Genuine:      yes"),
            (sealed.replace(b"%%EOF", b"%%EOE"), 1, "Genuine:      no"),
            (document, 1, "There is no seal in this file."),
        ):
            path.write_bytes(content)
            done = CliRunner().invoke(app, ["seal", "check", str(path)])
            assert (done.exit_code, words in done.output) == (status, True), done.output
