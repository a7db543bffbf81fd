"""Lighthouse on the pages people judge the portal by, as a phone sees them: medians of some runs.

Needs Node, Chromium and Lighthouse, which is run by hand and no part of the project:
`LIGHTHOUSE` names its binary (else the one on the PATH), `CHROME_PATH` the browser. The portal
must run without `PORTAL_DEMO`, since the demonstration asks search engines to stay away.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from urllib.request import urlopen

CHROME = " ".join(
    (
        "--headless",
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    )
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMES = {  # as Lighthouse calls them, and as the table does
    "first-contentful-paint": "FCP ms",
    "largest-contentful-paint": "LCP ms",
    "total-blocking-time": "TBT ms",
    "cumulative-layout-shift": "CLS",
    "total-byte-weight": "bytes",
}


def pages(base: str, language: str) -> tuple[str, ...]:
    """Home, directory, profile, check, and the answer about a member, who is the newest."""
    with urlopen(f"{base}/api/v1/members?limit=1", timeout=30) as answer:
        number = json.load(answer)["members"][0]["number"]
    paths = ("/", "/members", f"/members/{number}", "/check", f"/check?q={number}")
    return tuple(f"/{language}{path if path != '/' else ''}" for path in paths)


def run(address: str) -> dict[str, float]:
    """One run of Lighthouse, with its own settings for a phone: the marks and the times."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = (
            os.environ.get("LIGHTHOUSE", "lighthouse"),
            address,
            "--quiet",
            "--form-factor=mobile",
            f"--only-categories={','.join(CATEGORIES)}",
            "--output=json",
            f"--output-path={report}",
            f"--chrome-flags={CHROME}",
        )
        subprocess.run(command, check=True)
        said = json.loads(report.read_text())
    marks = {name: 100 * (said["categories"][name]["score"] or 0) for name in CATEGORIES}
    return marks | {short: said["audits"][name]["numericValue"] for name, short in TIMES.items()}


def main() -> None:
    """Measure, and print a table with the median of each figure."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.lighthouse")
    parser.add_argument("base", help="where the portal is, such as http://localhost:8000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--language", default="vi")
    parser.add_argument("--page", action="append", help="a path instead of the usual ones")
    asked = parser.parse_args()
    heads = (*CATEGORIES, *TIMES.values())
    print("| page |", " | ".join(heads), "|")
    print("|---" * (len(heads) + 1) + "|")
    for path in asked.page or pages(asked.base, asked.language):
        found = [run(asked.base + path) for _ in range(asked.runs)]
        row = [f"{median(one[head] for one in found):g}" for head in heads]
        print(f"| `{path}` |", " | ".join(row), "|", flush=True)


if __name__ == "__main__":
    main()
