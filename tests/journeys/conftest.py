"""The running portal, anew for each journey."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.site import Site, open_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """The whole portal as processes, on a database of its own."""
    async with open_site(tmp_path) as found:
        yield found
