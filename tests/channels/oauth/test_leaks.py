"""No secret of a visit is found anywhere afterwards."""

import logging

import httpx2
import pytest
from sqlalchemy import text

from app.accounts.models import Account as Person
from app.demo.platforms.server import World
from app.demo.platforms.shapes import PLATFORMS as SHAPES
from tests.channels.oauth.platform_server import body
from tests.channels.oauth.visiting import (
    channel_of,
    each_platform,
    look,
    standing,
    visit,
)
from tests.portal import Portal

# Nothing leaks


async def every_text(portal: Portal) -> str:
    """All that the database holds as text, in whatever table."""
    async with portal.transaction() as session:
        tables = await session.scalars(
            text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        )
        found = [
            str(row[0])
            for table in tables.all()
            for row in await session.execute(text(f"SELECT t::text FROM {table} t"))  # noqa: S608
        ]
    return "\n".join(found)


@pytest.mark.parametrize("keep", [False, True])
@each_platform
async def test_no_secret_of_a_visit_is_found_in_logs_database_or_pages(  # noqa: PLR0917 - fixtures
    portal: Portal,
    owner: Person,
    world: World,
    platform: str,
    keep: bool,  # noqa: FBT001 - a parameter
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    channel_id = await channel_of(portal, owner, platform)
    path = f"/apply/channels/{channel_id}"
    pages: list[httpx2.Response] = []

    async def go(*, choose: str, keep: bool) -> None:
        answer = await visit(portal, channel_id, keep=keep, choose=choose)
        pages.extend((answer, await portal.get(answer.headers["location"])))

    await go(choose="no", keep=keep)
    await go(choose="1", keep=keep)
    for place in (SHAPES[platform].exchange, SHAPES[platform].read):
        world.answers[place] = (
            SHAPES[platform].refusals["token"][0],
            body(
                {
                    **SHAPES[platform].refusals["token"][1],
                    "error_description": next(iter(world.codes)),
                }
            ),
        )
        await go(choose="0", keep=keep)
        world.answers[place] = (
            200,
            body({"error": next(iter(world.tokens)), "error_description": next(iter(world.codes))}),
        )
        await go(choose="0", keep=keep)
        world.answers[place] = (500, b"")
        await go(choose="0", keep=keep)
        world.answers.clear()
    await go(choose="0", keep=keep)
    assert (await standing(portal, channel_id))[0] == "proven"
    if keep:
        await look(portal, channel_id)
        pages.append(await portal.get(path))
        pages.append(await portal.post(f"{path}/grant/revoke"))
        database = await every_text(portal)
        await portal.work()
    else:
        database = await every_text(portal)
    pages.append(await portal.get(path))

    told = {
        "log": caplog.text + "".join(str(record.__dict__) for record in caplog.records),
        "output": "".join(capfd.readouterr()),
        "database": database + await every_text(portal),
        "pages": "".join(f"{page.headers} {page.text}" for page in pages),
    }
    secrets = world.secrets()
    assert len(secrets) > 10
    found = {
        (where, secret)
        for where, all_of_it in told.items()
        for secret in secrets
        if secret and secret in all_of_it
    }
    assert found == set()
