import re
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from app.core import db, migrations
from app.core.config import settings
from app.core.db import Database, make_engine
from app.directory.search.live import Live, use_live
from tests.factories.members import make_member
from tests.portal import Portal

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.fixture
async def away(stage: httpx2.AsyncClient, portal: Portal) -> httpx2.AsyncClient:
    """A browser before a portal whose database does not answer."""
    gone = Database(make_engine(AWAY))
    db.use_database(gone)
    use_live(Live(gone, settings().search_folder, max_age=0))
    return stage


async def test_ready_tells_of_database_migrations_and_worker(
    stage: httpx2.AsyncClient, portal: Portal
) -> None:
    answer = await stage.get("/readyz")
    told = {"ready": True, "database": True, "migrations": True, "worker": False, "search": True}
    assert (answer.status_code, answer.json()) == (200, told)
    async with portal.transaction() as session:
        await session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    assert (await stage.get("/readyz")).json() == {**told, "worker": True}


async def test_a_migration_that_is_missing_is_not_ready(
    stage: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "head", lambda: "newer")
    answer = await stage.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)


async def test_alive_is_not_ready_while_the_database_is_away(away: httpx2.AsyncClient) -> None:
    assert (await away.get("/healthz")).status_code == 200
    answer = await away.get("/readyz")
    told = dict.fromkeys(("ready", "database", "migrations", "worker", "search"), False)
    assert (answer.status_code, answer.json()) == (503, told)


async def test_a_portal_whose_search_is_being_made_is_not_ready(
    stage: httpx2.AsyncClient, portal: Portal, tmp_path: Path
) -> None:
    """Many members, and nobody has built a base yet: no page of the directory is half-filled."""
    async with portal.transaction() as session:
        await make_member(session)
    use_live(Live(portal.database, tmp_path, max_age=0, small=0))
    answer = await stage.get("/readyz")
    assert (answer.status_code, answer.json()["search"]) == (503, False)
    answer = await stage.get("/members")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


async def test_pages_say_so_while_the_database_is_away(away: httpx2.AsyncClient) -> None:
    answer = await away.get("/members")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "The portal is catching its breath" in answer.text
    signed_in = await away.get("/apply", headers={"Cookie": "session=" + "x" * 43})
    assert signed_in.status_code == 503


async def test_metrics_count_by_route_and_name_nobody(stage: httpx2.AsyncClient) -> None:
    await stage.get("/members/DTA-26-00012-7?q=Nguyen")
    found = (await stage.get("/metrics")).text
    line = r'portal_requests_total\{method="GET",route="/members/\{number\}",status="404"\} (\d+)'
    assert re.search(line, found)
    assert "Nguyen" not in found
    assert "DTA-26-00012-7" not in found


async def test_an_invented_method_makes_no_series_of_its_own(stage: httpx2.AsyncClient) -> None:
    await stage.request("BREW", "/members", headers={"Sec-Fetch-Site": "same-origin"})
    found = (await stage.get("/metrics")).text
    assert "BREW" not in found
    assert 'portal_requests_total{method="other"' in found
