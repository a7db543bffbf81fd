import os
import subprocess
from pathlib import Path

from app.core import embedded_postgres
from app.core.config import ROOT, settings


def test_the_command_runs_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "cli.py").write_text("raise SystemExit('another project')")
    link = tmp_path / "linked"
    link.symlink_to(ROOT / "portal")
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        [link, "member", "--help"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not embedded_postgres.is_running(settings().data_dir)  # to ask for help starts nothing
    assert "Usage: portal member" in done.stdout


def test_the_command_says_what_to_do_where_nothing_is_installed(tmp_path: Path) -> None:
    copy = tmp_path / "portal"
    copy.write_bytes((ROOT / "portal").read_bytes())
    copy.chmod(0o755)
    done = subprocess.run(  # noqa: S603 - as above
        [copy, "web"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Nothing is installed yet. Run `make demo`")
