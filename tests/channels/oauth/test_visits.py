"""Proving a channel by a visit to its platform, from the press of the button to the outcome."""

import re
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select, update

from app.accounts.models import Account as Person
from app.channels.methods import FAILURES
from app.channels.models import (
    Channel,
    ChannelHandle,
    ChannelProof,
    OAuthTrip,
)
from app.core import clock
from app.demo.platforms.server import World
from app.demo.platforms.shapes import PLATFORMS as SHAPES
from app.demo.platforms.shapes import Account
from tests.channels.oauth.platform_server import body, decide, own
from tests.channels.oauth.visiting import (
    channel_of,
    depart,
    each_platform,
    grants_kept,
    says,
    standing,
    visit,
)
from tests.factories.accounts import make_account
from tests.factories.channels import make_channel
from tests.portal import Portal

# There and back


@each_platform
async def test_a_visit_proves_the_channel_and_leaves_nothing_behind(
    portal: Portal, owner: Person, world: World, platform: str
) -> None:
    channel_id = await channel_of(portal, owner, platform)

    answer = await visit(portal, channel_id)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/apply/channels/{channel_id}",
    )
    shown = await portal.get(answer.headers["location"])
    assert says(shown.text, ".notice__title") == "This channel is proven"
    assert "told us: this channel is yours." in says(shown.text, ".flash")
    async with portal.transaction() as session:
        channel = await session.get_one(Channel, channel_id)
    assert (channel.proof_method, channel.stable_id) == ("oauth", own(platform).id)
    assert channel.proven_at is not None
    assert await grants_kept(portal) == 0


async def test_the_page_of_the_channel_leads_to_the_platform(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "tiktok")
    path = f"/apply/channels/{channel_id}"
    await portal.post(f"{path}/proof", {"method": "oauth"})

    shown = LexborHTMLParser((await portal.get(path)).text)

    form = shown.css_first(f'form[action="{path}/oauth"]')
    assert [field.attributes["name"] for field in form.css("input")] == ["keep"]
    assert " ".join(form.css_first("button").text().split()) == "Go on to TikTok"
    assert shown.css_first(f'form[action="{path}/check"]') is None


async def test_the_page_that_leads_on_keeps_the_policy_and_binds_the_browser(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "x")

    answer = await portal.post(f"/apply/channels/{channel_id}/oauth")

    cookies = [c for c in answer.headers.get_list("set-cookie") if c.startswith("sign-in=")]
    assert len(cookies) == 1
    assert re.fullmatch(
        r"sign-in=[\w-]{43}; HttpOnly; Max-Age=600; Path=/; SameSite=lax", cookies[0]
    )
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    address = answer.headers["refresh"].removeprefix("0; url=")
    assert f'href="{address.replace("&", "&amp;")}"' in answer.text


async def test_other_sites_cannot_begin_a_visit(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "x")
    path = f"/apply/channels/{channel_id}/oauth"

    answer = await portal.post(path, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    async with portal.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(OAuthTrip)) == 0


async def test_nobody_visits_for_somebody_elses_channel(
    portal: Portal, owner: Person, world: World
) -> None:
    async with portal.transaction() as session:
        other = await make_channel(session, link="https://x.com/bepnha")
    for path in ("oauth", "grant/revoke"):
        assert (await portal.post(f"/apply/channels/{other.id}/{path}")).status_code == 404


async def test_a_platform_without_a_client_is_not_offered(portal: Portal, owner: Person) -> None:
    channel_id = await channel_of(portal, owner, "tiktok", "https://t.me/bepnha")

    answer = await portal.post(f"/apply/channels/{channel_id}/oauth")

    assert answer.status_code == 422
    assert 'value="oauth"' not in (await portal.get(f"/apply/channels/{channel_id}")).text


# What the platform refuses


@each_platform
async def test_who_says_no_is_told_that_nothing_happened(
    portal: Portal, owner: Person, world: World, platform: str
) -> None:
    channel_id = await channel_of(portal, owner, platform)

    answer = await visit(portal, channel_id, choose="no")

    shown = await portal.get(answer.headers["location"])
    assert str(FAILURES["oauth_cancelled"]) in says(shown.text, ".notice")
    assert await standing(portal, channel_id) == ("unproven", "oauth_cancelled")
    assert f"POST {SHAPES[platform].exchange}" not in world.asked


@each_platform
async def test_an_account_of_another_channel_proves_nothing_and_is_named_to_its_owner_alone(
    portal: Portal, owner: Person, world: World, platform: str
) -> None:
    channel_id = await channel_of(portal, owner, platform)

    answer = await visit(portal, channel_id, choose="1", keep=True)

    shown = await portal.get(answer.headers["location"])
    assert says(shown.text, ".flash") == "You were signed in there as quanpho."
    assert await standing(portal, channel_id) == ("unproven", "oauth_other_channel")
    assert await grants_kept(portal) == 0
    async with portal.transaction() as session:
        proof = (await session.scalars(select(ChannelProof))).one()
    assert "quanpho" not in str(proof.evidence)


async def test_a_platform_in_trouble_leaves_the_attempt_open(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "x")
    world.answers[SHAPES["x"].read] = (429, body(SHAPES["x"].refusals["busy"][1]))
    await visit(portal, channel_id)
    assert await standing(portal, channel_id) == ("unproven", "oauth_busy")

    world.answers.clear()
    await visit(portal, channel_id)

    assert await standing(portal, channel_id) == ("proven", None)


async def test_a_return_with_neither_code_nor_error_is_refused(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "zalo")
    back = await decide(await depart(portal, channel_id))
    state = re.search(r"state=[^&]+", back)
    assert state

    await portal.get(f"/channels/oauth/zalo/callback?{state[0]}")

    assert await standing(portal, channel_id) == ("unproven", "oauth_refused")


# The state


async def test_a_second_return_does_no_harm_and_redeems_nothing(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "youtube")
    back = await decide(await depart(portal, channel_id))
    await portal.get(back)
    before = list(world.asked)

    answer = await portal.get(back)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/apply/channels/{channel_id}",
    )
    assert world.asked == before
    assert await standing(portal, channel_id) == ("proven", None)


async def test_a_visit_is_good_for_ten_minutes(portal: Portal, owner: Person, world: World) -> None:
    channel_id = await channel_of(portal, owner, "youtube")
    back = await decide(await depart(portal, channel_id))
    async with portal.transaction() as session:
        trip = (await session.scalars(select(OAuthTrip))).one()
        assert trip.expires_at - trip.began_at == timedelta(minutes=10)
        trip.expires_at = clock.now()

    answer = await portal.get(back)

    assert answer.status_code == 400
    assert says(answer.text, "h1") == "That took longer than ten minutes"
    assert f'href="/apply/channels/{channel_id}"' in answer.text
    assert f"POST {SHAPES['youtube'].exchange}" not in world.asked
    assert (await portal.get(back)).status_code == 303  # and once


async def test_another_browser_cannot_finish_a_visit(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "youtube")
    back = await decide(await depart(portal, channel_id))
    other = portal.client()
    await other.sign_in(owner.id)

    answer = await other.get(back)

    assert (answer.status_code, says(answer.text, "h1")) == (
        400,
        "We cannot match this visit to your browser",
    )
    assert str(channel_id) not in answer.text
    assert await standing(portal, channel_id) == ("unproven", None)
    assert (await portal.get(back)).status_code == 303  # it was not used up
    assert await standing(portal, channel_id) == ("proven", None)


async def test_a_state_serves_the_platform_that_it_was_made_for(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "youtube")
    back = await decide(await depart(portal, channel_id))

    answer = await portal.get(back.replace("/youtube/", "/tiktok/"))

    assert answer.status_code == 400
    assert (await portal.get("/channels/oauth/myspace/callback")).status_code == 404


@pytest.mark.parametrize("somebody", [True, False])
async def test_an_account_that_did_not_begin_the_visit_gets_nothing_of_it(
    portal: Portal,
    owner: Person,
    world: World,
    somebody: bool,  # noqa: FBT001 - a parameter
) -> None:
    channel_id = await channel_of(portal, owner, "youtube")
    back = await decide(await depart(portal, channel_id))
    secret = portal.http.cookies["sign-in"]
    async with portal.transaction() as session:
        other = await make_account(session)
    portal.sign_out()
    if somebody:
        await portal.sign_in(other.id)
    portal.http.cookies.set("sign-in", secret, domain="localhost.local")

    answer = await portal.get(back)

    assert (answer.status_code, says(answer.text, "h1")) == (
        (409, "This visit was begun by another account")
        if somebody
        else (403, "You have been signed out meanwhile")
    )
    assert str(channel_id) not in answer.text
    assert f"POST {SHAPES['youtube'].exchange}" not in world.asked
    assert await standing(portal, channel_id) == ("unproven", None)


@pytest.mark.parametrize(
    "query",
    ["", "?state=", "?state=x&code=y", "?state=%00&code=%00", "?error=access_denied&state=x"],
)
async def test_a_return_out_of_nowhere_changes_nothing(
    portal: Portal, owner: Person, world: World, query: str
) -> None:
    answer = await portal.get(f"/channels/oauth/youtube/callback{query}")

    expected = (200, "You did not go on at the platform")
    if "error" not in query:
        expected = (400, "We cannot match this visit to your browser")
    assert (answer.status_code, says(answer.text, "h1")) == expected
    assert world.asked == []


# Names and ids


async def test_a_name_that_has_changed_hands_is_not_proven_by_its_new_owner(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "tiktok")
    await visit(portal, channel_id)
    async with portal.transaction() as session:
        await session.execute(update(Channel).values(lost_at=clock.now()))
        await session.execute(update(ChannelProof).values(status="lost", next_check_at=None))
    world.accounts["tiktok"][0] = Account((own("tiktok", id="another-person"),))

    await visit(portal, channel_id)

    assert await standing(portal, channel_id) == ("lost", "other_id")


async def test_a_channel_that_was_renamed_keeps_its_proof_and_its_history(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "tiktok")
    await visit(portal, channel_id)
    world.accounts["tiktok"][0] = Account((own("tiktok", handle="bepnhamoi"),))

    await visit(portal, channel_id, keep=True)

    async with portal.transaction() as session:
        channel = await session.get_one(Channel, channel_id)
        former = (await session.scalars(select(ChannelHandle))).one()
    assert (channel.handle, channel.key, channel.url) == (
        "bepnhamoi",
        "bepnhamoi",
        "https://www.tiktok.com/@bepnhamoi",
    )
    assert (former.handle, former.url) == ("bepnha", "https://www.tiktok.com/@bepnha")
    assert await standing(portal, channel_id) == ("proven", None)
