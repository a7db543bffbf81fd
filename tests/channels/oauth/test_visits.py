"""Proving a channel by a visit to its platform, from the press of the button to the outcome."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select, text, update

from app.accounts.models import Account as Person
from app.audit.models import AuditEvent
from app.channels import looking, queries
from app.channels.fetcher import Fetcher, install_fetcher
from app.channels.methods import FAILURES
from app.channels.models import (
    Channel,
    ChannelGrant,
    ChannelHandle,
    ChannelProof,
    OAuthTrip,
)
from app.channels.service import grants, keeping
from app.core import clock
from app.demo.platforms.server import World
from app.demo.platforms.shapes import PLATFORMS as SHAPES
from app.demo.platforms.shapes import Account
from tests.channels.oauth.platform_server import LINKS, PLATFORMS, body, configured, decide, own
from tests.factories.accounts import make_account
from tests.factories.channels import make_channel
from tests.portal import Browser, Portal

each_platform = pytest.mark.parametrize("platform", PLATFORMS)


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


async def channel_of(portal: Portal, owner: Person, platform: str, link: str = "") -> UUID:
    async with portal.transaction() as session:
        made = await make_channel(session, account=owner, link=link or LINKS[platform])
        return made.id


async def depart(browser: Browser, channel_id: UUID, *, keep: bool = False) -> str:
    """Press the button. Returns: the address at the platform."""
    answer = await browser.post(
        f"/apply/channels/{channel_id}/oauth", {"keep": "yes"} if keep else {}
    )
    assert answer.status_code == 200, answer.text
    wait, _, address = answer.headers["refresh"].partition("; url=")
    assert wait == "0"
    return address


async def visit(
    browser: Browser, channel_id: UUID, *, keep: bool = False, choose: str = "0"
) -> httpx2.Response:
    """The whole round trip. Returns: the answer to coming back."""
    return await browser.get(await decide(await depart(browser, channel_id, keep=keep), choose))


async def standing(portal: Portal, channel_id: UUID) -> tuple[str, str | None]:
    async with portal.transaction() as session:
        channel = await queries.channel(session, channel_id)
        attempts = await queries.attempts(session, channel_id)
    assert channel is not None
    return channel.state, attempts[0].failure


def says(page: str, what: str) -> str:
    found = LexborHTMLParser(page).css_first(what)
    return " ".join(found.text().split()) if found else ""


async def grants_kept(portal: Portal) -> int:
    async with portal.transaction() as session:
        return await session.scalar(select(func.count()).select_from(ChannelGrant)) or 0


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


# Grants


async def kept(portal: Portal, owner: Person, platform: str) -> UUID:
    """A channel that was proven and whose count may be kept fresh."""
    channel_id = await channel_of(portal, owner, platform)
    await visit(portal, channel_id, keep=True)
    assert await grants_kept(portal) == 1
    return channel_id


async def audited(portal: Portal, channel_id: UUID) -> list[str]:
    async with portal.transaction() as session:
        found = await session.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.subject_id == channel_id, AuditEvent.action.contains("grant"))
            .order_by(AuditEvent.id)
        )
        return list(found)


@each_platform
async def test_a_grant_is_kept_sealed_shown_and_taken_back(
    portal: Portal, owner: Person, world: World, platform: str
) -> None:
    channel_id = await kept(portal, owner, platform)
    path = f"/apply/channels/{channel_id}"
    async with portal.transaction() as session:
        row = (await session.scalars(select(ChannelGrant))).one()
        grant = (await grants.held(session, [channel_id]))[channel_id]
    assert grant.access in world.tokens
    assert grant.access.encode() not in row.sealed
    assert row.key_id == "one"
    shown = await portal.get(path)
    assert "Take the permission back" in shown.text

    answer = await portal.post(f"{path}/grant/revoke")

    assert (answer.status_code, await grants_kept(portal)) == (303, 0)
    assert "Take the permission back" not in (await portal.get(path)).text
    await portal.work()
    known = world.refreshers if grant.refresh else world.tokens
    taken_back = SHAPES[platform].revoke != ""
    assert known[grant.refresh or grant.access].good is not taken_back
    assert await standing(portal, channel_id) == ("proven", None)
    assert await audited(portal, channel_id) == ["channel.grant_kept", "channel.grant_dropped"]
    assert (await portal.post(f"{path}/grant/revoke")).status_code == 404


async def test_a_grant_goes_with_its_channel(portal: Portal, owner: Person, world: World) -> None:
    channel_id = await kept(portal, owner, "youtube")
    async with portal.transaction() as session:
        grant = (await grants.held(session, [channel_id]))[channel_id]
        seen = (await session.get_one(Channel, channel_id)).version

    await portal.post(f"/apply/channels/{channel_id}/remove", {"seen": str(seen)})
    await portal.work()

    assert await grants_kept(portal) == 0
    assert world.refreshers[grant.refresh].good is False


async def test_a_platform_that_is_away_gets_the_grant_back_later_or_never(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await kept(portal, owner, "youtube")
    world.answers[SHAPES["youtube"].revoke] = (503, b"")
    await portal.post(f"/apply/channels/{channel_id}/grant/revoke")

    for tries in range(1, 8):
        await portal.work()
        async with portal.transaction() as session:
            left = await session.execute(
                text("SELECT status::text, attempts FROM procrastinate_jobs")
            )
            rows = [tuple(row) for row in left]
            await session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now()"))
        assert rows == ([("todo", tries)] if tries < 6 else [])


async def test_without_a_key_to_seal_with_no_count_can_be_kept(
    portal: Portal, owner: Person, world: World, platforms_of_all: tuple[World, str]
) -> None:
    channel_id = await channel_of(portal, owner, "youtube")
    path = f"/apply/channels/{channel_id}"
    with configured(platforms_of_all[1], keys=None):
        await portal.post(f"{path}/proof", {"method": "oauth"})
        assert 'name="keep"' not in (await portal.get(path)).text
        assert (await portal.post(f"{path}/oauth", {"keep": "yes"})).status_code == 422
        await visit(portal, channel_id)
        assert 'name="keep"' not in (await portal.get(path)).text
    assert await standing(portal, channel_id) == ("proven", None)


async def test_a_channel_that_is_proven_is_visited_for_its_count_alone(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "x")
    await visit(portal, channel_id)
    path = f"/apply/channels/{channel_id}"
    assert "Allow it at X" in (await portal.get(path)).text
    assert (await portal.post(f"{path}/oauth")).status_code == 409

    await visit(portal, channel_id, keep=True, choose="1")
    assert await grants_kept(portal) == 0
    await visit(portal, channel_id, keep=True)

    assert await grants_kept(portal) == 1


async def test_a_grant_serves_its_own_row_and_key_alone(
    portal: Portal, owner: Person, world: World, platforms_of_all: tuple[World, str]
) -> None:
    channel_id = await kept(portal, owner, "x")
    other_id = await channel_of(portal, owner, "tiktok")
    await visit(portal, other_id, keep=True)
    async with portal.transaction() as session:
        row = await session.get_one(ChannelGrant, channel_id)
        await session.execute(
            update(ChannelGrant)
            .where(ChannelGrant.channel_id == other_id)
            .values(sealed=row.sealed)
        )
    other_key = "two:" + "B" * 43 + "="
    async with portal.transaction() as session:
        assert set(await grants.held(session, [channel_id, other_id])) == {channel_id}
    with configured(platforms_of_all[1], keys=other_key):
        async with portal.transaction() as session:
            assert await grants.held(session, [channel_id, other_id]) == {}


# Looking again


async def look(portal: Portal, channel_id: UUID) -> None:
    """Let the proof be due, and look at what is due."""
    async with portal.transaction() as session:
        await session.execute(
            update(ChannelProof)
            .where(ChannelProof.channel_id == channel_id)
            .values(next_check_at=clock.now())
        )
    await looking.go_round()


@each_platform
async def test_a_grant_shows_again_that_the_channel_is_there(
    portal: Portal, owner: Person, world: World, platform: str
) -> None:
    channel_id = await kept(portal, owner, platform)
    world.accounts[platform][0] = Account((own(platform, handle="bepnhamoi", followers=20_000),))

    await look(portal, channel_id)

    async with portal.transaction() as session:
        channel = await session.get_one(Channel, channel_id)
    assert (await standing(portal, channel_id), channel.handle) == (("proven", None), "bepnhamoi")


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if SHAPES[p].renews])
async def test_a_token_that_ran_out_is_renewed_and_sealed_with_the_newest_key(
    portal: Portal, owner: Person, world: World, platform: str,
    platforms_of_all: tuple[World, str],
) -> None:  # fmt: skip
    channel_id = await kept(portal, owner, platform)
    async with portal.transaction() as session:
        before = (await grants.held(session, [channel_id]))[channel_id]
    world.end_tokens()
    later = clock.now() + timedelta(days=2)
    keys = "two:" + "B" * 43 + "=,one:" + "A" * 43 + "="
    with configured(platforms_of_all[1], keys=keys), clock.at(later):
        await look(portal, channel_id)
        async with portal.transaction() as session:
            after = (await grants.held(session, [channel_id]))[channel_id]
            row = await session.get_one(ChannelGrant, channel_id)

    assert (await standing(portal, channel_id))[0] == "proven"
    assert after.access != before.access
    assert world.tokens[after.access].good
    assert (row.key_id, row.used_at) == ("two", later)


async def test_a_grant_that_the_platform_does_not_honour_any_more_speaks_against_nothing(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await kept(portal, owner, "youtube")
    world.end_tokens(refreshers=True)

    await look(portal, channel_id)

    state, _ = await standing(portal, channel_id)
    assert state == "proven"


async def test_what_was_renewed_after_the_owner_took_it_back_is_given_back_too(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await kept(portal, owner, "x")
    async with portal.transaction() as session:
        used = (await grants.held(session, [channel_id]))[channel_id]
        proof = (await session.scalars(select(ChannelProof))).one()
    with clock.at(clock.now() + timedelta(hours=3)):
        due = keeping.Due(proof.id, "oauth", await _ask(portal, channel_id, used), quiet=True)
        finding = await looking.look_again(due)
    assert finding.grant is not None
    await portal.post(f"/apply/channels/{channel_id}/grant/revoke")

    async with portal.transaction() as session:
        await keeping.note(session, proof.id, finding, used=used)
    await portal.work()

    assert await grants_kept(portal) == 0
    assert world.refreshers[finding.grant.refresh].good is False


async def _ask(portal: Portal, channel_id: UUID, grant: Any) -> Any:
    async with portal.transaction() as session:
        found = await keeping.asked(session, (await session.scalars(select(ChannelProof.id))).one())
    assert found is not None
    assert found.ask.grant == grant
    return found.ask


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
async def test_no_secret_of_a_visit_is_found_in_logs_database_or_pages(
    portal: Portal,
    owner: Person,
    world: World,
    platform: str,
    keep: bool,  # noqa: FBT001 - a parameter
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
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
