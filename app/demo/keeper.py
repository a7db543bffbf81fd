"""Keeps the embedded PostgreSQL running while this process does: `python -m app.demo.keeper`.

A process of its own, so that the server is stopped in good order even when the demonstration's
supervisor is killed.
"""

import signal
import sys
from threading import Event

from app.core import embedded_postgres
from app.core.config import settings

EVERY = 1.0  # seconds between two looks


def main() -> int:
    """Start the server whenever it does not run, until told to end. Returns: the exit status."""
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    folder = settings().data_dir
    try:
        while not told.is_set():
            if not embedded_postgres.is_running(folder):
                embedded_postgres.start(folder)
            told.wait(EVERY)
        embedded_postgres.stop(folder)
    except embedded_postgres.CannotRun as sentence:
        sys.stderr.write(f"{sentence}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
