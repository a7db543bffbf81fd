"""Check what a portal says of a member with other people's programs alone: none of its own code.

    python scripts/outside.py http://localhost:8000 DTA-26-00012-7 --key VKEY \
        --pdf signature.pdf --root root.pem --state FOLDER

- the sealed document of a signature: `pdfsig` (Poppler) and `pyhanko` (its own command line);
- the credential with its status lists: Digital Bazaar's libraries, on Node;
- each entry of the member's record in the log, and that the log of now holds the log of the last
  run (its checkpoint is kept in the state folder): `aics-tlog`.

`--key` is the log's public key, which is to come from elsewhere than the portal. Prints a line for
each check, and exits with 0 when all hold. Needs `make test` to have installed those programs.
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERIFIER = ROOT / "tests" / "credentials" / "verifier"
ORACLE = ROOT / ".venv" / "oracle"
LONGEST = 60.0  # seconds for one program


@dataclass(frozen=True, slots=True)
class Result:
    """What one program found."""

    what: str
    good: bool
    said: str


def main() -> int:
    """Check all. Returns: the exit status."""
    asked = arguments()
    results = [*pdf(asked), *credential(asked), *log(asked)]
    for result in results:
        print(f"{'holds' if result.good else 'FAILS':<6} {result.what}: {result.said}")
    return 0 if all(result.good for result in results) else 1


def there(path: str) -> Path:
    """`path` as programs elsewhere can open it."""
    return Path(path).resolve()


def arguments() -> argparse.Namespace:
    """What is to be checked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("portal", help="its address")
    parser.add_argument("number", help="the member's")
    parser.add_argument("--key", required=True, help="the log's public key (vkey)")
    parser.add_argument("--pdf", type=there, help="the sealed document of a signature")
    parser.add_argument("--root", type=there, help="the certificate (PEM) that its seal leads to")
    parser.add_argument("--state", type=there, required=True, help="where the checkpoint is kept")
    return parser.parse_args()


def pdf(asked: argparse.Namespace) -> Iterator[Result]:
    """The document: `pdfsig` looks at bytes and seal, pyHanko also at who sealed, and when."""
    if asked.pdf is None:
        return
    done = run("pdfsig", "-nocert", str(asked.pdf))
    whole = "Total document signed" in done.stdout
    yield Result("pdfsig", "Signature is Valid." in done.stdout and whole, last(done))
    done = run(sys.executable, "-m", "pyhanko", "sign", "validate", "--pretty-print",
               "--no-revocation-check", "--trust-replace", "--trust", str(asked.root),
               str(asked.pdf))  # fmt: skip
    judged = done.returncode == 0 and "judged VALID" in done.stdout
    yield Result("pyhanko", judged, last(done))


def credential(asked: argparse.Namespace) -> Iterator[Result]:
    """The credential and both of its status lists."""
    document = fetch(f"{asked.portal}/members/{asked.number}/credential.json")
    done = run("node", str(VERIFIER / "verify.mjs"), asked.portal, given=document)
    told = json.loads(done.stdout) if done.returncode == 0 else {"errors": [last(done)]}
    yield Result("credential, proofs and time", told.get("verified") is True, str(told["errors"]))
    yield Result("credential, status", told.get("accepted") is True, f"set: {told.get('set')}")


def log(asked: argparse.Namespace) -> Iterator[Result]:
    """Every entry of the record in the log, and the log of now against the log of last time."""
    record = json.loads(fetch(f"{asked.portal}/members/{asked.number}/record.json"))
    asked.state.mkdir(parents=True, exist_ok=True)
    known, leaf = asked.state / "checkpoint", asked.state / "entry"
    tiles = ("--tiles", f"{asked.portal}/log", "--log-key", asked.key,
             "--origin", record["log"]["origin"])  # fmt: skip
    if known.exists():
        done = tlog("verify-consistency", "--old-checkpoint", str(known), *tiles)
        yield Result("log, holds that of last time", done.returncode == 0, last(done))
    found = 0
    for entry in record["entries"]:
        if entry["index"] is None:
            continue
        leaf.write_bytes(b64decode(entry["entry"]))
        done = tlog("verify-inclusion", "--leaf", str(leaf), "--index", str(entry["index"]), *tiles)
        if done.returncode != 0:
            yield Result(f"log, entry {entry['index']}", good=False, said=last(done))
        found += done.returncode == 0
    yield Result("log, entries of the record", found > 0, f"{found} are in it")
    done = tlog("verify-checkpoint", "--save-checkpoint", str(known), *tiles)
    yield Result("log, checkpoint", done.returncode == 0, last(done))


def fetch(address: str) -> str:
    """What the portal answers at `address`."""
    with urllib.request.urlopen(address, timeout=LONGEST) as answer:  # noqa: S310 - the caller's own
        return str(answer.read().decode())


def tlog(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `aics-tlog`."""
    return run(sys.executable, "-m", "aics_tlog", *words, beside={"PYTHONPATH": str(ORACLE)})


def run(
    *words: str, given: str = "", beside: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one of the programs in an environment that knows nothing of the portal's code."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        **(beside or {}),
    }
    return subprocess.run(
        words, input=given, capture_output=True, text=True, check=False, timeout=LONGEST,
        cwd="/", env=environment,
    )  # fmt: skip


def last(done: subprocess.CompletedProcess[str]) -> str:
    """The last thing that a program said."""
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[-1].strip() if lines else f"exit status {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
