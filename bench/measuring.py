"""One size, measured whole: what is asked of the portal over HTTP, and what stands beside it."""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench import plain_sql, questions, serving
from bench.client import Measured, Plan, ask
from bench.place import FOLDER, database, plain
from bench.questions import EIGHT, Question, Sample
from bench.serving import CLIENT_CPU, Served

Times = dict[str, Measured]


@dataclass(slots=True)
class Figures:
    """Everything that was measured at one size."""

    members: int
    base_seconds: float = 0.0
    ready_after: float = 0.0
    hot: Times = field(default_factory=dict)  # one client, the same question
    varied: Times = field(default_factory=dict)  # one client, questions of that kind
    crowd: Times = field(default_factory=dict)  # 16 clients
    opened: Times = field(default_factory=dict)  # at a fixed rate
    rates: dict[str, float] = field(default_factory=dict)  # answers a second, 16 clients, one core
    beside: dict[str, float] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    sql: dict[str, tuple[float, float]] = field(default_factory=dict)
    page_bytes: int = 0


def measure(size: int, *, seconds: float = 3.0, rounds: int = 200) -> Figures:
    """Fill a database with `size` members where there is none yet, serve it and ask."""
    url = database(size)
    found = Figures(size)
    if size > 20_000:
        found.base_seconds = serving.build_base(url, size)
    here = questions.sample(plain(url))
    page = FOLDER / "page.html"
    with serving.portal(url, size) as portal:
        found.ready_after = portal.ready_after
        page.write_bytes(portal.get("/vi/members")[1])
        found.page_bytes = page.stat().st_size
        found.memory["at the start"] = portal.memory()
        _ask_portal(found, portal, here, seconds, rounds)
        found.memory["at the end"] = portal.memory()
    _beside(found, url, size, page, seconds)
    with serving.site("constants", url, size, page, "/readyz") as counting:
        found.statements = _statements(counting, here)
    few = {10_000: 40, 100_000: 10}.get(size, 3)
    found.sql = plain_sql.measure(plain(url), here.active, few)
    return found


def kinds(here: Sample, portal: Served) -> dict[str, list[Question]]:
    """Everything that is asked besides the eight: checks, profiles, what is only confirmed."""
    profiles = [(f"/vi/members/{number}", {}) for number in here.numbers[:200]]
    return {
        "check: good": questions.checks("good", here),
        "check: unknown": questions.checks("unknown", here),
        "check: look-alike": questions.checks("look-alike", here),
        "profile": profiles,
        "profile, 304": _conditional(portal, [path for path, _ in profiles[:50]]),
        "badge, 304": _conditional(
            portal, [f"/vi/embed/check/badge?q={number}" for number in here.numbers[:20]]
        ),
        "QR code, 304": _conditional(
            portal, [f"/members/{number}/qr.svg" for number in here.numbers[:20]]
        ),
        "front page": [("/vi", {})],
    }


def _conditional(portal: Served, paths: Iterable[str]) -> list[Question]:
    """Each with the tag that it had; nothing when there is no such page."""
    asked = []
    for path in paths:
        status, _, tag = portal.get(path)
        if status == 200 and tag:
            asked.append((path, {"If-None-Match": tag}))
    return asked


def _ask_portal(found: Figures, portal: Served, here: Sample, seconds: float, rounds: int) -> None:
    def run(asked: list[Question], **given: float) -> Measured:
        plan = Plan(portal.port, asked, cpu=CLIENT_CPU, expected=[200, 304], **given)  # type: ignore[arg-type]
        return ask(plan)

    for name in EIGHT:
        found.hot[name] = run(questions.same(name, here), most=rounds, seconds=30)
        found.varied[name] = run(questions.varied(name, here), most=rounds, seconds=30)
    every = [q for n in range(40) for name in EIGHT for q in [_at(questions.varied(name, here), n)]]
    others = kinds(here, portal)
    for name, asked in others.items():
        if asked:
            found.varied[name] = run(asked, most=max(rounds, 200), seconds=30)
    found.crowd["the eight"] = run(every, clients=16, seconds=seconds * 2)
    found.crowd["check: good"] = run(others["check: good"], clients=16, seconds=seconds)
    mix = questions.mix(here)
    for rate in (50, 100, 150):
        found.opened[f"{rate} a second"] = run(mix, rate=rate, seconds=seconds * 3)
    directory = questions.same("none", here)
    for name, asked in {"directory": directory, "the eight, varied": every, **others}.items():
        if asked:
            found.rates[name] = throughput(portal.port, asked, seconds)


def _at(asked: list[Question], place: int) -> Question:
    return asked[place % len(asked)]


def _beside(found: Figures, url: str, size: int, page: Path, seconds: float) -> None:
    same: list[Question] = [("/same", {})]
    with serving.site("constants", url, size, page, "/readyz") as beside:
        beside.get("/vi/bench/template")
        for name, path in (
            ("the page rendered from constants", "/vi/bench/template"),
            ("the page's bytes behind the same middleware", "/vi/bench/same"),
        ):
            found.beside[name] = throughput(beside.port, [(path, {})], seconds)
    with serving.site("bare", url, size, page, "/same") as beside:
        found.beside["the page's bytes, bare Starlette"] = throughput(beside.port, same, seconds)
    if shutil.which("nginx") or Path("/usr/sbin/nginx").exists():
        with serving.nginx(page) as beside:
            found.beside["the page's bytes, nginx"] = throughput(beside.port, same, seconds)


def _statements(counting: Served, here: Sample) -> dict[str, int]:
    asked: dict[str, list[Question]] = {name: questions.same(name, here) for name in EIGHT}
    asked |= kinds(here, counting)
    told = {}
    for name, some in asked.items():
        if some:
            counting.get(*some[0])
            counting.get("/bench/statements")
            counting.get(*some[-1])
            told[name] = int(counting.get("/bench/statements")[1])
    return told


def throughput(port: int, asked: list[Question], seconds: float) -> float:
    """Answers a second with 16 clients: wrk where there is one, else our own client."""
    if shutil.which("wrk") is None:
        plan = Plan(port, asked, clients=16, seconds=seconds, cpu=CLIENT_CPU, expected=[200, 304])
        return ask(plan).rate
    script = FOLDER / "ask.lua"
    script.write_text(_lua(asked))
    command = [
        "taskset", "-c", str(CLIENT_CPU), "wrk", "-t1", "-c16", f"-d{max(1, round(seconds))}s",
        "-s", str(script), f"http://127.0.0.1:{port}",
    ]  # fmt: skip
    _wrk(command)  # once to warm up
    told = _wrk(command)
    if "Non-2xx" in told:
        raise RuntimeError(f"refused: {told}")
    return next(float(x.split()[1]) for x in told.splitlines() if x.startswith("Requests/sec"))


def _wrk(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _lua(asked: list[Question]) -> str:
    def table(headers: dict[str, str]) -> str:
        return "{" + ", ".join(f"['{k}'] = [==[{v}]==]" for k, v in headers.items()) + "}"

    lines = [f"  wrk.format('GET', [==[{path}]==], {table(h)})," for path, h in asked]
    return (
        "local made = nil\nlocal at = 0\nfunction init()\nmade = {\n"
        + "\n".join(lines)
        + "\n}\nend\nfunction request()\n  at = at % #made + 1\n  return made[at]\nend\n"
    )
