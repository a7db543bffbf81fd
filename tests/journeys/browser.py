"""Which browser the journeys drive, and how it is started.

`python -m tests.journeys.browser` exits with 0 when that browser starts here.
"""

import os
import shutil
import sys
from typing import Any

from playwright.sync_api import Error, sync_playwright

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHOSEN = "PORTAL_TEST_BROWSER"  # the path of one; empty for the one that Playwright brings
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def launch_options() -> dict[str, Any]:
    """What Playwright is told when it starts the browser."""
    found = os.environ.get(CHOSEN)
    if found is None:
        found = next((path for name in ON_PATH if (path := shutil.which(name))), "")
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium refuses its sandbox to root
    return {"executable_path": found or None, "args": [*QUIET, *root]}


def starts() -> bool:
    """Whether the browser starts and opens a page."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options())
            browser.new_page().goto("about:blank")
            browser.close()
    except Error:
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if starts() else 1)
