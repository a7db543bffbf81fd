"""The worker as journeys start it: the portal's own, reading pages of the test's local web.

    python -m tests.journeys.worker_main PORT CA_FILE

For this process every name under `.example` is the local web at PORT, whose certificate CA_FILE
vouches for (`local_web.serve`, `local_web.certify`). Nothing else of the guard is loosened; the
decision record on the guarded fetcher says why this is an entry point and not a setting.
"""

import sys
from pathlib import Path

from app import worker
from app.channels.fetcher import install_fetcher
from tests.channels.local_web import fetcher_to


def main() -> None:
    """Install the test's fetcher, then work as the portal does."""
    port, ca_file = sys.argv[1:]
    install_fetcher(fetcher_to(int(port), Path(ca_file)))
    worker.main()


if __name__ == "__main__":
    main()
