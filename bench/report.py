"""Writes what was measured into docs/performance.md, between its marks; the words around stay."""

import json
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from app.core.config import ROOT
from bench.client import Measured
from bench.measuring import Figures
from bench.place import FOLDER
from bench.questions import EIGHT

PAGE = ROOT / "docs" / "performance.md"
MARKS = re.compile(r"(<!-- measured -->\n).*?(<!-- /measured -->)", re.DOTALL)
OTHERS = ("check: good", "check: unknown", "check: look-alike", "profile", "profile, 304")
Row = Sequence[object]


def write(found: Sequence[Figures]) -> None:
    """Put the figures of all sizes, smallest first, into the page."""
    told = "\n\n".join([_where(), *_growth(found), *_largest(found[-1])])
    PAGE.write_text(MARKS.sub(lambda m: f"{m[1]}{told}\n{m[2]}", PAGE.read_text()))
    print(f"Written: {PAGE.relative_to(ROOT)}")


def keep(found: Figures) -> None:
    """Keep the figures of a size, so that the next run need not measure all of them."""
    (FOLDER / f"figures-{found.members}.json").write_text(json.dumps(asdict(found)))


def kept(members: int) -> Figures | None:
    """The figures of a size from an earlier run."""
    path = FOLDER / f"figures-{members}.json"
    if not path.exists():
        return None
    given = json.loads(path.read_text())
    for name in ("hot", "varied", "crowd", "opened"):
        given[name] = {key: Measured(**value) for key, value in given[name].items()}
    return Figures(**given)


def _where() -> str:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.findall(r"\d+", Path("/proc/meminfo").read_text())[0]) / 1024**2
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    load = "wrk" if shutil.which("wrk") else "our own client"
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx"
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=False).stderr
    kind = cpu[1] if cpu else "an unknown kind"
    server = version.strip().removeprefix("nginx version: ") or "no nginx"
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {len(_cores())} cores of {kind},"
        f" {memory:.0f} GiB, {system}, Python {platform.python_version()}, PostgreSQL 18"
        f" (embedded), {server}. Web process on core 0, client on core 1, PostgreSQL on both."
        f" Latencies by our own client (`bench/client.py`, a process of its own); requests a"
        f" second by {load}, 16 connections."
    )


def _cores() -> list[str]:
    return re.findall(r"^processor", Path("/proc/cpuinfo").read_text(), re.MULTILINE)


def _growth(found: Sequence[Figures]) -> list[str]:
    head = ["", *(f"{each.members:,}" for each in found)]
    if len(found) > 1:
        head.append("last / one before")
    rows = [_grown(name, [each.varied[name].p95 for each in found]) for name in (*EIGHT, *OTHERS)]
    return [
        "### Growth: p95 in milliseconds, one client, different questions of each kind",
        _table(head, rows),
        "### Plain SQL for the same questions, p95 in milliseconds (less than the portal answers: "
        "`bench/plain_sql.py`)",
        _table(
            head,
            [_grown(n, [each.sql[n][1] for each in found]) for n in EIGHT if n in found[0].sql],
        ),
        "### A process",
        _table(
            head[: len(found) + 1],
            [
                ["RSS / PSS at the start, MB", *(_pair(f.memory["at the start"]) for f in found)],
                ["RSS / PSS at the end, MB", *(_pair(f.memory["at the end"]) for f in found)],
                ["ready after, s", *(f"{f.ready_after:.1f}" for f in found)],
                ["building the base, s", *(f"{f.base_seconds:.0f}" for f in found)],
            ],
        ),
    ]


def _grown(name: str, values: Sequence[float]) -> Row:
    row: list[object] = [name, *(f"{v:.1f}" for v in values)]
    if len(values) > 1:
        row.append(f"{values[-1] / values[-2]:.2f}")
    return row


def _pair(sizes: Sequence[float]) -> str:
    return " / ".join(f"{size:.0f}" for size in sizes)


def _largest(one: Figures) -> list[str]:
    return [
        f"### {one.members:,} members, one client: milliseconds",
        _table(
            ["", "same p50", "p95", "p99", "different p50", "p95", "p99", "statements"],
            [[n, *_marks(one.hot[n]), *_marks(one.varied[n]), one.statements[n]] for n in EIGHT],
        ),
        _table(
            ["", "p50", "p95", "p99", "statements"],
            [
                [name, *_marks(each), one.statements.get(name, "")]
                for name, each in one.varied.items()
                if name not in EIGHT
            ],
        ),
        "### Many at once: milliseconds",
        _table(
            ["", "answers a second", "p50", "p95", "p99", "errors"],
            [
                [name, f"{each.rate:.0f}", *_marks(each), each.errors]
                for part, of in (("16 clients: ", one.crowd), ("open loop, mix: ", one.opened))
                for name, each in ((part + key, value) for key, value in of.items())
            ],
        ),
        f"### Requests a second on one core (a page of {one.page_bytes:,} bytes)",
        _table(["", "a second", "directory ÷ this"], _rates(one)),
    ]


def _rates(one: Figures) -> list[Row]:
    ours = one.rates["directory"]
    every: Mapping[str, float] = {**one.rates, **one.beside}
    return [[name, f"{rate:.0f}", f"{ours / rate:.2f}"] for name, rate in every.items() if rate]


def _marks(times: Measured) -> tuple[str, str, str]:
    return f"{times.p50:.1f}", f"{times.p95:.1f}", f"{times.p99:.1f}"


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
