"""Leaving, and the portraits that the public sees."""

from datetime import timedelta

import pytest

from app.core import clock, pictures
from app.members import service
from app.members.models import Member, Standing
from tests.factories.accounts import make_account
from tests.factories.members import OPERATOR, make_member
from tests.factories.pictures import opened, picture
from tests.portal import Portal


async def with_portrait(portal: Portal) -> Member:
    drawn = pictures.draw_now(picture())
    key = pictures.key_of(drawn, "member")
    await pictures.keep(key, drawn)
    async with portal.transaction() as session:
        return await make_member(session, portrait=key)


async def test_everyone_sees_the_portrait_of_a_member(portal: Portal) -> None:
    member = await with_portrait(portal)
    path = f"/{member.portrait}/profile.webp"
    answer = await portal.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "public, max-age=86400, immutable"
    assert opened(answer.content).size == (640, 800)
    assert opened((await portal.get(f"/{member.portrait}/card.webp")).content).size == (320, 400)


@pytest.mark.parametrize(
    "path", ["/portraits/x/card.webp", "/portraits/x/huge.webp", "/portraits/..%2fx/card.webp"]
)
async def test_other_addresses_hold_no_portrait(portal: Portal, path: str) -> None:
    assert (await portal.get(path)).status_code == 404


async def test_a_portrait_that_no_member_shows_is_nobodys_to_see(portal: Portal) -> None:
    drawn = pictures.draw_now(picture(colour="red"))
    key = pictures.key_of(drawn, "nobody")
    await pictures.keep(key, drawn)
    assert (await portal.get(f"/{key}/card.webp")).status_code == 404


async def test_leaving_asks_first_and_is_done_once(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
    await portal.sign_in(member.account_id)
    asked = await portal.get("/members/me/leave")
    assert (asked.status_code, member.number in asked.text) == (200, True)
    done = await portal.post("/members/me/leave")
    assert (done.status_code, done.headers["location"]) == (303, f"/members/{member.number}")
    assert (await portal.post("/members/me/leave")).status_code == 409
    again = await portal.get("/members/me/leave")
    assert again.headers["location"] == f"/members/{member.number}"
    async with portal.transaction() as session:
        assert (await session.get_one(Member, member.id)).standing is Standing.LEFT


async def test_who_is_suspended_reads_that_leaving_does_not_end_it(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        until = clock.today() + timedelta(days=20)
        await service.suspend(session, OPERATOR, member.number, until, "Sai.")
    await portal.sign_in(member.account_id)
    assert "Leaving does not end the suspension" in (await portal.get("/members/me/leave")).text


async def test_only_members_can_leave(portal: Portal) -> None:
    async with portal.transaction() as session:
        account = await make_account(session)
    assert (await portal.get("/members/me/leave")).status_code == 303
    await portal.sign_in(account.id)
    assert (await portal.get("/members/me/leave")).status_code == 404
    assert (await portal.post("/members/me/leave")).status_code == 404
