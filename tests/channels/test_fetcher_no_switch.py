"""No setting, variable or argument of a deployment decides which addresses count as public."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.channels.fetcher import addresses, fetcher, install_fetcher
from app.core.config import ROOT, Settings

APP = ROOT / "app"
GUARD = APP / "channels" / "fetcher"
INSTALLERS = {"install_fetcher", "install_zones"}
MADE = {"Fetcher", "Zones", "GuardedBackend"}
LOOSENING = {"allowed", "resolve", "resolver", "tls"}
HARMLESS_SETTINGS = {"base_url", "contact"}
"""What the guard reads of the settings: how it introduces itself."""

TEMPTING = {
    "PORTAL_DEBUG", "PORTAL_TEST", "PORTAL_TESTING", "PORTAL_DEVELOPMENT", "PORTAL_ALLOW_PRIVATE",
    "PORTAL_ALLOW_LOCAL", "PORTAL_FETCHER_ALLOW", "PORTAL_FETCH_PRIVATE", "PORTAL_INSECURE",
    "PORTAL_CHANNEL_FETCH_ALLOW", "DEBUG", "TESTING", "TEST", "CI", "DEV",
}  # fmt: skip

PROBE = """
import asyncio, json
from app.channels.fetcher import FetchFailed, Zones, addresses, fetcher, zones

async def said(coroutine):
    try:
        await coroutine
    except FetchFailed as failed:
        return failed.key
    return "let in"

async def main():
    hosts = ["127.0.0.1", "[::1]", "localhost", "10.0.0.1", "169.254.169.254"]
    found = [await said(fetcher().fetch(f"http://{host}/")) for host in hosts]
    guards = [fetcher()._allowed, zones()._allowed]
    found += ["guarded" if guard is addresses.is_public else "loose" for guard in guards]
    print(json.dumps(found))

asyncio.run(main())
"""


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(APP.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node


def test_nothing_in_the_portal_installs_another_fetcher() -> None:
    found = [f"{path}:{node.lineno}" for path, node in calls() if called(node) in INSTALLERS]
    assert found == []


def test_nothing_in_the_portal_makes_a_fetcher_that_is_looser_than_the_guard() -> None:
    made = [(path, node) for path, node in calls() if called(node) in MADE]
    loose = [
        f"{path}:{node.lineno}"
        for path, node in made
        if path.parent != GUARD and {k.arg for k in node.keywords} & {*LOOSENING, None}
    ]
    assert loose == []
    inside = sorted(
        (called(node), len(node.keywords)) for path, node in made if path.parent == GUARD
    )
    assert inside == [("Fetcher", 0), ("GuardedBackend", 0), ("Zones", 0)]


def test_the_guard_reads_no_setting_but_those_it_introduces_itself_with() -> None:
    read, variables = set[str](), list[str]()
    for path, tree in sources():
        if path.parent != GUARD:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                read |= {node.attr} & set(Settings.model_fields)
            names = {getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", "")}
            if names & {"environ", "getenv", "os", "dotenv"}:
                variables.append(f"{path}:{getattr(node, 'lineno', 0)}")
    assert read - {"port", "host"} == HARMLESS_SETTINGS  # a URL has these two as well
    assert variables == []


def test_an_environment_with_every_switch_thrown_opens_nothing(tmp_path: Path) -> None:
    switches = {
        f"PORTAL_{name.upper()}"
        for name, field in Settings.model_fields.items()
        if field.annotation is bool
    }
    aliases = tmp_path / "aliases"
    aliases.write_text("site localhost\n")
    environment = {
        **os.environ,
        **dict.fromkeys(sorted(switches | TEMPTING), "true"),
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9"),
        "NO_PROXY": "*",
        "HOSTALIASES": str(aliases),
    }
    assert "PORTAL_DEMO" in switches
    answer = subprocess.run(  # noqa: S603 - our own probe
        [sys.executable, "-c", PROBE],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(answer.stdout) == ["not_public"] * 5 + ["guarded"] * 2


@pytest.fixture
def nothing_installed() -> Iterator[None]:
    install_fetcher(None)
    yield
    install_fetcher(None)


def test_a_process_has_one_fetcher_which_only_code_can_replace(nothing_installed: None) -> None:
    guarded = fetcher()
    assert fetcher() is guarded
    assert guarded._allowed is addresses.is_public
    assert guarded._resolve is addresses.resolve
