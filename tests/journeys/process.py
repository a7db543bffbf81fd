"""One of the portal's processes as journeys start it: the portal's own, in the test's world.

    python -m tests.journeys.process web|worker WEB_PORT CA_FILE DNS_PORT CLOCK_FILE

For this process every name under `.example` is the local web at WEB_PORT, whose certificate CA_FILE
vouches for, and its zones are those of the name server at DNS_PORT; it lives as many days ahead of
time as CLOCK_FILE says. Nothing else of the guard is loosened; the decision record on the guarded
fetcher says why this is an entry point and not a setting.
"""

import sys
from datetime import timedelta
from pathlib import Path

from app import cli
from app.channels.fetcher import install_fetcher, install_zones
from app.core import clock
from tests.channels.local_web import fetcher_to
from tests.channels.local_zone import zones_to


def main() -> None:
    """Install the test's ways out and its clock, then run as the portal does."""
    kind, web_port, ca_file, dns_port, clock_file = sys.argv[1:]
    install_fetcher(fetcher_to(int(web_port), Path(ca_file)))
    install_zones(zones_to(int(dns_port)))
    with clock.ahead(lambda: timedelta(days=float(Path(clock_file).read_text()))):
        {"web": cli.web, "worker": cli.worker}[kind]()


if __name__ == "__main__":
    main()
