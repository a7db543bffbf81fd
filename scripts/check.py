"""Everything that must hold before a change lands: `make test` is `python -m scripts.check`.

The quick checks come first and stop the rest. Options go on to pytest: `… scripts.check -k x`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from scripts import programs
from tests import databases
from tests.journeys.browser import CHOSEN, ON_PATH

ROOT = Path(__file__).resolve().parents[1]
PYTHON = (sys.executable, "-m")
IMPORT_LINTER = "from importlinter.cli import lint_imports_command as go; go(['--no-logo'])"
CHECKS = {
    "Lint": (*PYTHON, "ruff", "check", "--quiet", "."),
    "Form": (*PYTHON, "ruff", "format", "--quiet", "--check", "."),
    "Types": (*PYTHON, "mypy", "--no-error-summary"),
    "Import contracts": (sys.executable, "-c", IMPORT_LINTER),
}


def main() -> int:
    """Run all. Returns: the exit status."""
    for name, command in CHECKS.items():
        started = time.monotonic()
        say(name)
        if subprocess.run(command, check=False, cwd=ROOT).returncode != 0:
            print(f"\n{name}: see above. The tests were not run.", file=sys.stderr)
            return 1
        print(f"  {time.monotonic() - started:.0f} s", flush=True)
    say("A browser")
    if not find_browser():
        print(NO_BROWSER, file=sys.stderr)
        return 1
    say("Programs")
    try:
        programs.find_all()
    except programs.NotFound as missing:
        print(missing, file=sys.stderr)
        return 1
    say("Tests")
    with databases.in_use():
        return run_tests()


def run_tests() -> int:
    """Run pytest; who stops us stops it first, and waits until it has put everything away."""
    command = [*PYTHON, "pytest", "-n", workers(), "--dist=loadgroup", *sys.argv[1:]]
    with subprocess.Popen(command, cwd=ROOT) as tests:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells it, too
        signal.signal(signal.SIGTERM, lambda *_: tests.send_signal(signal.SIGINT))
        return tests.wait()


NO_BROWSER = """
The tests drive a real browser, and none could be found or installed here. Install Chromium or
Google Chrome so that it is on the PATH, or name one:
PORTAL_TEST_BROWSER=/path/to/chrome make test"""


def find_browser() -> bool:
    """Choose the browser of the journeys: one on PATH, else Playwright's own, else Debian's."""
    if CHOSEN in os.environ:
        return starts(os.environ[CHOSEN])
    on_path = [path for name in ON_PATH if (path := shutil.which(name))]
    if any(starts(path) for path in on_path):
        return True
    install = (*PYTHON, "playwright", "install", "chromium")
    if subprocess.run(install, check=False).returncode == 0 and starts(""):
        return True
    programs.debian_install("chromium")
    path = shutil.which("chromium")
    return path is not None and starts(path)


def starts(path: str) -> bool:
    """Whether the browser at `path` ("": Playwright's own) starts; it is chosen then."""
    command = (*PYTHON, "tests.journeys.browser")
    environment = {**os.environ, CHOSEN: path}
    try:
        done = subprocess.run(command, check=False, cwd=ROOT, env=environment, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode == 0:
        os.environ[CHOSEN] = path
    return done.returncode == 0


def workers() -> str:
    """As many tests at once as there are processors, two at least and six at most."""
    return str(min(max(len(os.sched_getaffinity(0)), 2), 6))


def say(name: str) -> None:
    """Show progress."""
    print(f"• {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
