"""What others are told of the API, held to a running portal: its description, page and examples."""

import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import async_playwright

from app.core.config import ROOT
from tests.directory.served import MEMBERS, served
from tests.journeys.browser import launch_options

DOCUMENT = (ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```(sh|python|js)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
NO_CURL = "The examples of the API are run with curl. Install it: apt-get install curl"

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("api-for-others")]


@pytest.fixture(scope="module")
async def base(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with served(tmp_path_factory.mktemp("api")) as found:
        yield found


def examples(language: str) -> list[str]:
    return [code for kind, code in EXAMPLES if kind == language]


def with_address(code: str, base: str) -> str:
    assert "https://niemtinso.example" in code
    return code.replace("https://niemtinso.example", base)


async def run(folder: Path, *command: str) -> str:
    """What the command writes; fails with its words when it fails."""
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def curl(folder: Path, base: str, code: str) -> str:
    assert shutil.which("curl"), NO_CURL
    return await run(folder, "sh", "-euc", with_address(code, base))


def test_there_are_examples_in_three_languages() -> None:
    assert {kind: len(examples(kind)) for kind in ("sh", "python", "js")} == {
        "sh": 2, "python": 3, "js": 2,
    }  # fmt: skip


async def test_the_examples_for_curl(base: str, tmp_path: Path) -> None:
    one, many = [await curl(tmp_path, base, code) for code in examples("sh")]
    assert '"verdict":{"code":"unknown","name":"Not proven by any member"}' in one
    assert many.count('"verdict":{') == 3


async def test_the_examples_for_python(base: str, tmp_path: Path) -> None:
    async def output(code: str) -> str:
        return await run(tmp_path, sys.executable, "-c", with_address(code, base))

    walk, copy, history = examples("python")
    assert await output(history) == "membership.begun number DTA-26-00001-0\n"
    lines = (await output(walk)).splitlines()
    async with httpx2.AsyncClient() as client:
        asked = {"topic": ["food", "travel"], "facets": "true"}
        answer = await client.get(f"{base}/api/v1/members", params=asked)
    assert len(lines) == answer.json()["total"] > 0
    assert all(re.fullmatch(r"DTA-26-\d{5}-\d .+ active", line) for line in lines)
    end = f"{MEMBERS} members"
    for _ in range(60):  # what other tests commit at the same time on the server is waited for
        if (await output(copy)).strip() == end:
            break
    assert (await output(copy)).strip() == end


async def test_the_examples_for_javascript_in_a_page_of_another_site(base: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options())
        page = await browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        for code in examples("js"):
            await page.evaluate(f"async () => {{ {with_address(code, base)} }}")
        await browser.close()
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{base}/api/v1/members?standing=active&limit=100")
    everybody = [f"{member['number']} {member['name']}" for member in answer.json()["members"]]
    assert said[0].startswith("Not proven by any member:")
    assert said[1:] == everybody


async def test_the_examples_of_the_page(base: str, tmp_path: Path) -> None:
    async with httpx2.AsyncClient() as client:
        page = (await client.get(f"{base}/en/api")).text
    commands = [html.unescape(found) for found in re.findall(r"<code>(curl .*?)</code>", page)]
    assert len(commands) == 4
    for command in commands:
        assert base in command
        shown = await run(tmp_path, "sh", "-euc", command.replace("curl ", "curl -sS --fail ", 1))
        assert shown.startswith("{")


async def test_schemathesis_finds_nothing(base: str, tmp_path: Path) -> None:
    """Every operation asked by its description: what is allowed, and what is not (40 s)."""
    command = (
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{base}/api/v1/openapi.json",
        "--checks", "all", "--max-examples", "25", "--generation-deterministic", "--seed", "1",
        "--warnings", "off", "--no-color",
    )  # fmt: skip
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.directory.cursors_for_schemathesis",
        "PYTHONPATH": str(ROOT),
        "API_UNDER_TEST": base,
    }
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 selected / 5 total" in done.stdout
