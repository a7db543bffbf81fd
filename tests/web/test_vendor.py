"""What is vendored is what the manifest says, and what pages ask of it is there."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").rglob("*.css"))
SPRITE = (VENDOR / "lucide" / "sprite.svg").read_text("utf-8")


def test_every_vendored_file_is_in_the_manifest_with_its_hash() -> None:
    found = {
        path.relative_to(VENDOR).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    told = {
        name: digest
        for package in MANIFEST["packages"]
        for name, digest in package["sha256"].items()
    }
    assert found == told


@pytest.mark.parametrize("package", MANIFEST["packages"], ids=lambda package: package["name"])
def test_every_package_names_its_version_licence_and_source(package: dict[str, object]) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(package["version"]))
    assert package["licence"]
    assert package["source"]
    assert any(name.endswith("/LICENSE") for name in dict(package["sha256"]))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    held = set(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(
            r"""(?<![\w_])icon(?:_name=|\()\s*["']([a-z0-9-]+)["']""", path.read_text("utf-8")
        )
    }
    status = (ROOT / "templates" / "components" / "status.html").read_text("utf-8")
    named |= set(re.findall(r"""\("\w+", "([a-z0-9-]+)"\)""", status))
    assert named - held == set()


def test_the_sprite_and_the_marks_hold_no_script_and_no_style() -> None:
    for path in [*(ROOT / "static" / "img").glob("*.svg"), VENDOR / "lucide" / "sprite.svg"]:
        assert not re.search(r"<script|<style|\son\w+=|style=", path.read_text("utf-8")), path.name


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix()
)
def test_no_template_has_what_the_content_security_policy_refuses(path: Path) -> None:
    source = re.sub(r"{[%#{].*?[%#}]}", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", source)
    for attributes in re.findall(r"<script\b([^>]*)>", source):
        assert "src=" in attributes or "application/ld+json" in attributes


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_sheets_fetch_only_what_is_vendored(path: Path) -> None:
    source = path.read_text("utf-8")
    assert "@import" not in source
    for address in re.findall(r"""url\(["']?([^"')]+)""", source):
        assert (path.parent / address).resolve().is_relative_to(VENDOR)
        assert (path.parent / address).resolve().is_file()


def test_colours_are_named_once() -> None:
    """Every sheet takes its colours from tokens.css, so that light, dark and print stay whole."""
    for path in SHEETS:
        if path.name in {"tokens.css", "print.css"}:
            continue
        for found in re.findall(r"#[0-9a-f]{3,8}\b", path.read_text("utf-8")):
            assert found == "#fff", f"{path.name}: {found}"
