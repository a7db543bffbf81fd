"""Leave to read counts: sealed, shown, used, renewed, taken back."""

from datetime import timedelta
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, text, update

from app.accounts.models import Account as Person
from app.audit.models import AuditEvent
from app.channels import looking
from app.channels.methods import Finding
from app.channels.models import (
    Channel,
    ChannelCount,
    ChannelGrant,
    ChannelProof,
)
from app.channels.service import grants, keeping, merging
from app.core import clock
from app.demo.platforms.server import World
from app.demo.platforms.shapes import PLATFORMS as SHAPES
from app.demo.platforms.shapes import Account
from tests.channels.oauth.platform_server import PLATFORMS, configured, own
from tests.channels.oauth.visiting import (
    channel_of,
    each_platform,
    grants_kept,
    kept,
    look,
    standing,
    visit,
)
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.portal import Portal

# Grants


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
    assert row.key_id == "two"
    assert row.used_at is not None
    assert row.used_at >= later


async def test_a_grant_that_the_platform_does_not_honour_any_more_speaks_against_nothing(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await kept(portal, owner, "youtube")
    world.end_tokens(refreshers=True)

    await look(portal, channel_id)

    assert (await standing(portal, channel_id))[0] == "proven"
    assert await grants_kept(portal) == 0
    assert await audited(portal, channel_id) == ["channel.grant_kept", "channel.grant_over"]


async def test_what_was_renewed_after_the_owner_took_it_back_is_given_back_too(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await kept(portal, owner, "x")
    async with portal.transaction() as session:
        proof = (await session.scalars(select(ChannelProof))).one()
        due = await keeping.asked(session, proof.id)
    assert due is not None
    with clock.at(clock.now() + timedelta(hours=3)):
        finding = await looking.look_again(due)
    assert finding.grant not in (None, due.ask.grant)
    assert finding.grant is not None
    await portal.post(f"/apply/channels/{channel_id}/grant/revoke")

    async with portal.transaction() as session:
        await keeping.note(session, proof.id, finding, used=due.ask.grant)
    await portal.work()

    assert await grants_kept(portal) == 0
    assert world.refreshers[finding.grant.refresh].good is False


async def test_a_grant_is_used_however_the_channel_was_proven(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "tiktok")
    async with portal.transaction() as session:
        await make_proof(session, await session.get_one(Channel, channel_id), seen=True)
    await visit(portal, channel_id, keep=True)
    async with portal.transaction() as session:
        first = await session.get_one(Channel, channel_id)
        counted = await session.scalar(select(ChannelCount.followers))
    world.accounts["tiktok"][0] = Account((own("tiktok", followers=20_000),))

    await look(portal, channel_id)

    async with portal.transaction() as session:
        channel = await session.get_one(Channel, channel_id)
    assert (first.followers_source, first.followers) == ("api", counted)
    assert (channel.followers, channel.followers_source) == (20_000, "api")


async def test_a_platform_that_knows_its_owner_puts_a_stale_channel_right(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await channel_of(portal, owner, "tiktok")
    await visit(portal, channel_id)
    async with portal.transaction() as session:
        proof = (await session.scalars(select(ChannelProof))).one()
        await keeping.note(session, proof.id, Finding("gone"))
    assert await standing(portal, channel_id) == ("stale", "gone")
    shown = LexborHTMLParser((await portal.get(f"/apply/channels/{channel_id}")).text)
    assert shown.css_first(f'form[action="/apply/channels/{channel_id}/oauth"]') is not None

    await visit(portal, channel_id, choose="1")
    assert await standing(portal, channel_id) == ("stale", "gone")
    await visit(portal, channel_id)

    assert await standing(portal, channel_id) == ("proven", None)


async def test_to_ask_whether_our_line_is_up_costs_nobody_a_grant(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await kept(portal, owner, "x")  # whose refresh tokens are good once
    async with portal.transaction() as session:
        silent = await make_channel(
            session, account=owner, link="https://bep.example", platform="website"
        )
        proof = await make_proof(session, silent, "rel_me", seen=True)
        proof.next_check_at = clock.now()
    with clock.at(clock.now() + timedelta(hours=3)):
        await looking.go_round()
        await look(portal, channel_id)
    assert await grants_kept(portal) == 1
    assert await standing(portal, channel_id) == ("proven", None)


async def test_a_grant_goes_with_a_row_that_is_merged_away(
    portal: Portal, owner: Person, world: World
) -> None:
    channel_id = await kept(portal, owner, "youtube")
    async with portal.transaction() as session:
        channel = await session.get_one(Channel, channel_id)
        grant = (await grants.held(session, [channel_id]))[channel_id]
        proof = (await session.scalars(select(ChannelProof))).one()
        await keeping.note(session, proof.id, Finding("gone"))  # so that the other is kept
        other = await make_channel(session, account=owner, link="youtube.com/@bepnhakhac")
        again = await make_proof(session, other, seen=True)
        await keeping.note(session, again.id, Finding(None, stable_id=channel.stable_id))
        by = viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
        seen = (channel.version, other.version)
        await merging.merge(session, by, (channel_id, other.id), seen, "One id.")
    await portal.work()
    assert await grants_kept(portal) == 0
    assert world.refreshers[grant.refresh].good is False
