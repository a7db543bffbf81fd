"""`python -m app.demo.platforms --port N [--accounts FILE]`: the platforms as a process.

FILE is JSON: by platform a list of accounts, each a list of channels with `id`, `handle`,
`followers`.
"""

import argparse
import json
from pathlib import Path

import uvicorn

from app.demo.platforms.server import World, make_app
from app.demo.platforms.shapes import PLATFORMS, Account, OwnChannel

FIRST = OwnChannel("UCdemodemodemodemodemow", "bepnha", 12_300)


def accounts_of(written: str) -> dict[str, list[Account]]:
    """The accounts that a file writes."""
    found: dict[str, list[list[dict[str, object]]]] = json.loads(written)
    return {
        platform: [Account(tuple(OwnChannel(**channel) for channel in one)) for one in accounts]  # type: ignore[arg-type]
        for platform, accounts in found.items()
    }


def main() -> None:
    """Answer on loopback until told to stop."""
    parser = argparse.ArgumentParser(prog="app.demo.platforms")
    parser.add_argument("--port", type=int, default=9500)
    parser.add_argument("--accounts", type=Path)
    given = parser.parse_args()
    world = World({name: [Account((FIRST,))] for name in PLATFORMS})
    if given.accounts:
        world.accounts = accounts_of(given.accounts.read_text(encoding="utf-8"))
    uvicorn.run(make_app(world), host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
