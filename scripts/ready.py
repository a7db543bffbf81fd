"""Make `.venv` hold exactly what a lock file says; nothing is done when it does already.

Runs on the machine's own Python with nothing installed. `python scripts/ready.py demo|dev`.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = ROOT / "requirements" / "uv.lock"
LOCKS = {name: ROOT / "requirements" / f"{name}.lock" for name in ("demo", "dev")}
ENOUGH = {"demo": ("demo", "dev"), "dev": ("dev",)}  # what the packages of one also serve
LEAST_FREE = {"demo": 700 * 1024**2, "dev": 1200 * 1024**2}


class NotReady(Exception):
    """The packages cannot be installed; the message says what to do."""


def mark(group: str) -> str:
    """What `.venv` is made from, in one line: interpreter and lock files."""
    parts = [sys.version, sysconfig.get_platform(), str(VENV), group]
    files = [UV.read_bytes(), LOCKS[group].read_bytes()]
    return hashlib.sha256("\n".join(parts).encode() + b"".join(files)).hexdigest()


def is_ready(group: str) -> bool:
    """Whether `.venv` holds all that `group` needs."""
    marker = VENV / "made-from"
    if not marker.exists() or not PYTHON.exists():
        return False
    return marker.read_text() in [mark(name) for name in ENOUGH[group]]


def install(group: str) -> None:
    """Make the virtual environment and bring it to the lock file of `group`."""
    free = shutil.disk_usage(ROOT).free
    if free < LEAST_FREE[group]:
        raise NotReady(
            f"The disk is full: the packages need {LEAST_FREE[group] // 1024**2} MB,"
            f" and {free // 1024**2} MB are free. Make room and try again."
        )
    (VENV / "made-from").unlink(missing_ok=True)
    if not has_pip():
        make_environment()
    say("Installing uv")
    run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
        "--requirement", str(UV), why=OFFLINE)  # fmt: skip
    say("Installing the packages of", LOCKS[group].name)
    run("-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON),
        str(LOCKS[group]), why=OFFLINE)  # fmt: skip
    (VENV / "made-from").write_text(mark(group))


def has_pip() -> bool:
    """Whether `.venv` is an environment of this interpreter that pip can install into."""
    probe = "import pip, sys; print(sys.version)"
    if not PYTHON.exists():
        return False
    done = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True, check=False)
    return done.stdout.strip() == sys.version


def make_environment() -> None:
    """Make `.venv` anew."""
    say("Making a virtual environment in .venv")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    if "ensurepip" in said or "No module named venv" in said:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise NotReady(
            "This Python cannot make virtual environments. On Debian and Ubuntu install the rest"
            f" of it: apt-get install python{version}-venv"
        )
    raise NotReady(f"The virtual environment could not be made:\n{said.strip()}")


OFFLINE = (
    "The packages could not be installed; the lines above say why. Is the network there? Behind"
    " a proxy set HTTPS_PROXY; for a package index of your own, PIP_INDEX_URL and UV_DEFAULT_INDEX."
)


def run(*arguments: str, why: str) -> None:
    """Run the environment's Python."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    if subprocess.run([PYTHON, *arguments], check=False, env=environment).returncode != 0:
        raise NotReady(why)


def say(*words: str) -> None:
    """Show progress."""
    print("•", *words, flush=True)


def main() -> int:
    """Do it, one process at a time."""
    group = sys.argv[1]
    try:
        with UV.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_ready(group):
                install(group)
    except NotReady as sentence:
        print(f"\n{sentence}", file=sys.stderr)
        return 1
    except OSError as refusal:
        print(f"\n{refusal.filename or ROOT}: {refusal.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
