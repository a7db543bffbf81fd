"""Platforms on loopback, fresh for each test."""

from collections.abc import Iterator

import pytest

from app.demo.platforms.server import World
from tests.channels.oauth.platform_server import configured, fresh_world, served


@pytest.fixture(scope="session")
def platforms_of_all() -> Iterator[tuple[World, str]]:
    """One server for all tests of this process."""
    world = fresh_world()
    with served(world) as origin:
        yield world, origin


@pytest.fixture
def world(platforms_of_all: tuple[World, str]) -> Iterator[World]:
    """The platforms as nobody has used them, and the portal set to ask them."""
    shared, origin = platforms_of_all
    shared.__dict__.update(fresh_world().__dict__)
    with configured(origin):
        yield shared
