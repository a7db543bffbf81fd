"""What the tests run that is no Python package of the lock file: other people's programs.

Each is found, else installed where that is possible; a test never does without one in silence.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.journeys import proxy

ROOT = Path(__file__).resolve().parents[1]
VERIFIER = ROOT / "tests" / "credentials" / "verifier"
ORACLE = ROOT / ".venv" / "oracle"
ORACLE_LOCK = ROOT / "requirements" / "oracle.lock"


@dataclass(frozen=True, slots=True)
class Program:
    """One program, the Debian package that brings it, and what the tests want of it."""

    name: str
    package: str
    wanted: str

    def path(self) -> str | None:
        """Where it is; None when it is not."""
        return proxy.program() if self.name == "nginx" else shutil.which(self.name)


PROGRAMS = (
    Program("nginx", "nginx-light", "put the portal behind a real proxy"),
    Program("curl", "curl", "run the examples of docs/api.md"),
    Program("pdfsig", "poppler-utils", "check sealed documents"),
    Program("softhsm2-util", "softhsm2", "seal with a key that lies in a token"),
    Program("node", "nodejs", "check credentials by a verifier that we did not write"),
    Program("npm", "npm", "install that verifier"),
)


class NotFound(Exception):
    """Something is missing and cannot be installed here; the message says what to do."""


def find_all() -> None:
    """Have everything there.

    Raises:
        NotFound: something is missing.
    """
    for program in PROGRAMS:
        if program.path() is None:
            debian_install(program.package)
        if program.path() is None:
            raise NotFound(
                f"The tests {program.wanted}, and {program.name} could not be found or installed"
                f" here. Install it (on Debian: apt-get install {program.package})."
            )
    install_verifier()
    install_oracle()


def install_verifier() -> None:
    """Bring the verifier of credentials to what its lock file says."""
    wanted = digest(VERIFIER / "package-lock.json")
    made_from = VERIFIER / "node_modules" / ".made-from"
    if made_from.exists() and made_from.read_text() == wanted:
        return
    command = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if subprocess.run(command, check=False, cwd=VERIFIER).returncode != 0:
        raise NotFound("The verifier of credentials could not be installed: see npm's words above.")
    made_from.write_text(wanted)


def install_oracle() -> None:
    """Bring the second implementation of the log to what its lock file says.

    Its metadata ask for a newer Python than it needs, so it stands beside the other packages.
    """
    wanted = digest(ORACLE_LOCK)
    made_from = ORACLE / "made-from"
    if made_from.exists() and made_from.read_text() == wanted:
        return
    shutil.rmtree(ORACLE, ignore_errors=True)
    command = (
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--ignore-requires-python", "--require-hashes", "--target", str(ORACLE),
        "--requirement", str(ORACLE_LOCK),
    )  # fmt: skip
    if subprocess.run(command, check=False, cwd=ROOT).returncode != 0:
        raise NotFound("The second implementation of the log could not be installed: see above.")
    made_from.write_text(wanted)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def debian_install(package: str) -> None:
    """Install what is missing, where that is possible; a service in it is not started."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (("update",), ("install", "--yes", "--no-install-recommends", package)):
        subprocess.run(["apt-get", "--quiet", *words], check=False, env=environment)
