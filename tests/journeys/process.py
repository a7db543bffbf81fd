"""One of the portal's processes, opening users' addresses on the test's own web.

`python -m tests.journeys.process web|worker PORT CA_FILE`
"""

import sys
from pathlib import Path

from app import cli
from app.channels.fetcher import install_fetcher
from tests.channels.local_web import fetcher_to

if __name__ == "__main__":
    kind, port, ca_file = sys.argv[1:]
    install_fetcher(fetcher_to(int(port), Path(ca_file)))
    {"web": cli.web, "worker": cli.worker}[kind]()
