"""`portal …` as an operator types it, each time in a process of its own.

These are forked from one process that has read in the code already, which takes longer than most
commands do. `python -m tests.commands` is that process.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import typer

from app.core.config import ROOT, settings


class Commands:
    """Runs commands, one after another."""

    def __init__(self, parent: "subprocess.Popen[str]", folder: Path) -> None:
        self._parent = parent
        self._said = folder / "said"
        self._alone = asyncio.Lock()

    async def __call__(self, *words: str, **environment: str) -> tuple[int, str]:
        """Run `portal` with `words`. Returns: its exit status, and all that it said.

        Args:
            environment: what it finds in its environment beside ours.
        """
        asked = {
            "words": words,
            "environment": {**os.environ, **environment},
            "said": str(self._said),
        }
        async with self._alone:
            status = int(await asyncio.to_thread(self._told, json.dumps(asked)))
            return status, self._said.read_text("utf-8").strip()

    def _told(self, asked: str) -> str:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{asked}\n")
        self._parent.stdin.flush()
        return self._parent.stdout.readline()


@contextmanager
def running() -> Iterator[Commands]:
    """Commands; the process that they are forked from ends with the block."""
    with (
        TemporaryDirectory(prefix="portal-commands-") as folder,
        subprocess.Popen(
            [sys.executable, "-m", "tests.commands"],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as parent,
    ):  # fmt: skip
        yield Commands(parent, Path(folder))


def main() -> None:
    """Run what is asked for on each line of the input, and tell its exit status."""
    from app import cli  # noqa: PLC0415 - not for those who only ask

    assert settings.cache_info().currsize == 0, "commands read their settings themselves"
    portal = typer.main.get_command(cli.app)
    gc.collect()
    gc.freeze()  # what all share is not looked through by each
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _run(portal, json.loads(line))
        _pid, ended = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)  # noqa: T201 - to who asks


def _run(portal: Any, asked: Mapping[str, Any]) -> NoReturn:
    """Be the command; without the tidying at the end that takes longer than most of them."""
    said = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(ours, theirs)
    os.environ.clear()
    os.environ.update(asked["environment"])
    status: object = 1
    try:
        portal(asked["words"], prog_name="portal")
    except SystemExit as ended:
        status = ended.code
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)


if __name__ == "__main__":
    main()
