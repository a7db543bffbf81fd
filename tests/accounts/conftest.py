"""A real OpenID provider on loopback, and the portal configured to use it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from app.accounts.providers import providers
from app.core.config import settings

PEOPLE = (
    {"sub": "linh", "name": "Nguyễn Khánh Linh", "email": "linh@example.vn"},
    {"sub": "bich", "name": "Trần Thị Bích", "email": "bich@example.vn"},
)


@contextmanager
def served(*options: str) -> Iterator[str]:
    """PyPI `oidc-provider-mock` in a process of its own, on a free port. Yields: its issuer."""
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", "0", "--require-nonce"]
    people = [f"--user-claims={json.dumps(person)}" for person in PEOPLE]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [*command, *people, *options], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            found = (re.search(r"running on (http://127\.0\.0\.1:\d+)", x) for x in process.stderr)
            issuer = next(match.group(1) for match in found if match)
            Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop it
            yield issuer
        finally:
            process.terminate()


@contextmanager
def configured(*given: dict[str, str]) -> Iterator[None]:
    """The portal with these ways to sign in."""
    before = os.environ["PORTAL_PROVIDERS"]
    os.environ["PORTAL_PROVIDERS"] = json.dumps(given)
    settings.cache_clear()
    providers.cache_clear()
    try:
        yield
    finally:
        os.environ["PORTAL_PROVIDERS"] = before
        settings.cache_clear()
        providers.cache_clear()


def entry(issuer: str, name: str = "test") -> dict[str, str]:
    """One entry of `PORTAL_PROVIDERS`."""
    return {
        "name": name,
        "issuer": issuer,
        "client_id": "portal",
        "client_secret": "kept-secret",
        "label": name.title(),
    }


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """A provider that is up and well."""
    with served() as found:
        yield found


@pytest.fixture(scope="session")
def late_issuer() -> Iterator[str]:
    """A provider whose tokens have run out by the time they are issued."""
    with served("--token-max-age=-600") as found:
        yield found


@pytest.fixture
def provider(issuer: str) -> Iterator[str]:
    """The portal with one provider, named "test". Yields: its issuer."""
    with configured(entry(issuer)):
        yield issuer
