"""The shape of the code, held by tests rather than by habit; `scripts.check` adds its contracts."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = sorted((ROOT / "app").rglob("*.py"))
OURS = [
    *APP,
    *(ROOT / "templates").rglob("*.*"),
    *(ROOT / "static" / "css").rglob("*.css"),
    *(ROOT / "static" / "js").rglob("*.js"),
    *(ROOT / "scripts").rglob("*.py"),
    *(ROOT / "migrations").rglob("*.py"),
]
LONGEST_FILE = 400
ONE_FILE = {"app/trustlog/monitor.py": 540}  # strangers read and run it as a single file
# (proofs, keys, network, state and evidence each need their lines; fewer would be denser, not clearer)
LONGEST_FUNCTION = 60


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_slice_is_in_the_contract_of_slices() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    inside = next(c for c in contracts["contracts"] if c["name"].startswith("Inside a slice"))
    slices = {f"app.{path.parent.name}" for path in (ROOT / "app").glob("*/policy*")}
    slices |= {f"app.{path.parent.name}" for path in (ROOT / "app").glob("*/models*")}
    slices -= {"app.web"}  # a floor, not a slice
    assert slices - set(inside["containers"]) == set()


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_files_and_functions_stay_short_enough_to_read(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= ONE_FILE.get(name_of(path), LONGEST_FILE)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = len((ast.get_docstring(node, clean=False) or "").splitlines())
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno - words < LONGEST_FUNCTION, node.name


def test_nothing_is_left_to_do_and_nothing_is_a_junk_drawer() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [name_of(path) for path in OURS if word.search(path.read_text("utf-8"))] == []
    drawers = {"utils", "util", "helpers", "common", "misc"}
    assert [name_of(path) for path in APP if path.stem in drawers] == []


def calls_in(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


@pytest.mark.parametrize(
    "path", [p for p in APP if "service" in p.parts or p.stem in ("service", "queries", "policy")],
    ids=name_of,
)  # fmt: skip
def test_services_and_queries_commit_nothing_and_know_no_request(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [name for name, _ in calls_in(tree) if name in ("commit", "rollback")] == []
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {m for m in modules if m.startswith(("fastapi", "starlette"))} == set()


def test_core_knows_no_web_framework() -> None:
    for path in (ROOT / "app" / "core").glob("*.py"):
        assert not re.search(
            r"^(import|from) (fastapi|starlette)", path.read_text("utf-8"), re.MULTILINE
        )


DOORS = {
    "status": {"app/applications/service/status.py", "app/channels/service/proofs.py"},
    "standing": {"app/members/service.py"},
}


@pytest.mark.parametrize("name", DOORS)
def test_a_status_has_one_door(name: str) -> None:
    """What has a status has one function that assigns it (design, section 3)."""
    assert {name_of(path) for path in APP if name in assigned_in(path)} == DOORS[name]


def assigned_in(path: Path) -> set[str]:
    """The attributes of others that the code in `path` assigns."""
    assigned = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for target in node.targets if isinstance(node, ast.Assign) else []:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Attribute) and ast.unparse(one.value) != "self":
                    assigned.add(one.attr)
    return assigned
