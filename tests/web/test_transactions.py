"""One request is one transaction (design, section 3)."""

import httpx2
from sqlalchemy import func, select

from app.web.models import RateCounter
from tests.portal import Portal


async def kept(portal: Portal) -> int | None:
    async with portal.transaction() as session:
        return await session.scalar(select(func.count()).select_from(RateCounter))


async def test_a_change_is_there_when_the_answer_arrives(
    stage: httpx2.AsyncClient, portal: Portal
) -> None:
    assert (await stage.post("/test/keep/one")).status_code == 303
    assert await kept(portal) == 1


async def test_a_refusal_undoes_the_request(stage: httpx2.AsyncClient, portal: Portal) -> None:
    assert (await stage.post("/test/keep/one?then=raise")).status_code == 409
    assert await kept(portal) == 0


async def test_a_fault_of_ours_undoes_the_request(
    stage: httpx2.AsyncClient, portal: Portal
) -> None:
    assert (await stage.post("/test/keep/one?then=break")).status_code == 500
    assert await kept(portal) == 0


async def test_the_same_row_twice_is_a_fault_that_spoils_nothing(
    stage: httpx2.AsyncClient, portal: Portal
) -> None:
    await stage.post("/test/keep/one")
    assert (await stage.post("/test/keep/one")).status_code == 500
    assert await kept(portal) == 1


async def test_a_get_cannot_write_whatever_its_code_says(
    stage: httpx2.AsyncClient, portal: Portal
) -> None:
    assert (await stage.get("/test/writes-on-get")).status_code == 500
    assert await kept(portal) == 0
