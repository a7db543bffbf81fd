"""Write `requirements/*.lock` anew: every package of a group with the hashes of its files."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMON = ("--quiet", "--universal", "--python-version=3.11", "--generate-hashes", "--upgrade",
          "--no-annotate", "--custom-compile-command=make lock")  # fmt: skip
LOCKS = {
    "uv": ("-",),
    "demo": ("pyproject.toml", "--group=demo"),
    "dev": ("pyproject.toml", "--group=demo", "--group=dev"),
}


def main() -> None:
    """Compile the three lock files; `uv.lock` holds uv itself."""
    for name, sources in LOCKS.items():
        target = f"requirements/{name}.lock"
        command = [sys.executable, "-m", "uv", "pip", "compile", *COMMON, "-o", target, *sources]
        subprocess.run(command, check=True, cwd=ROOT, input=b"uv\n", stdout=subprocess.DEVNULL)
        print("•", target, flush=True)


if __name__ == "__main__":
    main()
