"""Platforms on loopback, fresh for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.accounts.models import Account as Person
from app.channels.fetcher import Fetcher, install_fetcher
from app.demo.platforms.server import World
from tests.channels.oauth.platform_server import configured, fresh_world, served
from tests.factories.accounts import make_account
from tests.portal import Portal


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


@pytest.fixture
async def owner(portal: Portal, world: World) -> Person:
    """Somebody signed in."""
    async with portal.transaction() as session:
        account = await make_account(session)
    await portal.sign_in(account.id)
    return account


@pytest.fixture(autouse=True)
async def no_pages() -> AsyncIterator[None]:
    """No page can be read: whatever is seen here was told by a platform."""

    async def nowhere(_host: str, _port: int) -> list[tuple[str, int]]:
        raise OSError("no such name")

    install_fetcher(Fetcher(resolve=nowhere))
    yield
    install_fetcher(None)
