"""What keeps the demonstration from being filled is told in a sentence, not by a stack trace."""

import os
import subprocess
import sys

import pytest

from app.core.config import ROOT


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://portal@127.0.0.1:1/portal", "The database cannot be used: connection "),
        ("sqlite:///portal.db", "DATABASE_URL: it looks like postgresql://"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_sentence(url: str, sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.demo.fill"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().startswith(sentence)
    assert "Traceback" not in done.stderr
