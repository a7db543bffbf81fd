"""`python -m app.demo.platforms --port N`: the platforms as a process of the demonstration."""

import argparse

import uvicorn

from app.demo.platforms.people import accounts
from app.demo.platforms.server import World, make_app


def main() -> None:
    """Answer on loopback until told to stop."""
    parser = argparse.ArgumentParser(prog="app.demo.platforms")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(make_app(World(accounts())), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
