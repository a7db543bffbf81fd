"""Each platform's adapter against a server in the shape of that platform's documentation."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.accounts.providers.base import ProviderError, RoundTrip
from app.accounts.sign_in import new_verifier
from app.channels.methods.base import Ask, Finding, Grant
from app.channels.methods.oauth import failure_of
from app.channels.methods.oauth.adapters import ADAPTERS, adapters
from app.channels.methods.oauth.matching import judged
from app.channels.policy.links import recognise
from app.core import clock
from app.core.config import ChannelProviderSettings
from app.core.crypto import token
from app.demo.platforms.server import World, address_of
from app.demo.platforms.shapes import PLATFORMS as SHAPES
from app.demo.platforms.shapes import Account
from tests.channels.oauth.platform_server import (
    LINKS,
    PLATFORMS,
    body,
    decide,
    environment,
    own,
)

each_platform = pytest.mark.parametrize("platform", PLATFORMS)


def trip_to(platform: str) -> RoundTrip:
    return RoundTrip(
        redirect_uri=f"http://localhost:8000/channels/oauth/{platform}/callback",
        state=token(),
        nonce="",
        verifier=new_verifier(),
        began_at=clock.now(),
    )


def ask_for(platform: str, link: str = "", stable_id: str | None = None) -> Ask:
    found = recognise(link or LINKS[platform], platform)
    return Ask(
        platform,
        found.url,
        found.key,
        handle=found.handle,
        stable_id=stable_id or found.stable_id,
    )


async def granted(platform: str, *, keep: bool = False, choose: str = "0") -> Grant:
    adapter, trip = adapters()[platform], trip_to(platform)
    back = await decide(adapter.authorize_url(trip, keep=keep), choose)
    code = parse_qs(urlsplit(back).query)["code"][0]
    return await adapter.redeem(code, trip, keep=keep)


async def visited(
    platform: str, ask: Ask | None = None, *, keep: bool = False, choose: str = "0"
) -> Finding | str:
    """What a visit comes to: what was found, or the key of why it failed."""
    try:
        grant = await granted(platform, keep=keep, choose=choose)
        seen = await adapters()[platform].read(grant, counts=keep)
    except ProviderError as failed:
        return failure_of(failed)
    return judged(ask or ask_for(platform), seen)


# What is found


@each_platform
async def test_the_platform_says_whose_channel_it_is(world: World, platform: str) -> None:
    found = await visited(platform, keep=True)

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id, found.handle) == (None, own(platform).id, "bepnha")
    assert (found.url, found.followers) == (LINKS[platform], 12_345)
    address = f"https://{SHAPES[platform].read}"
    assert {key: found.evidence[key] for key in ("chain", "matched")} == {
        "chain": [address],
        "matched": "@bepnha" if platform == "youtube" else "bepnha",
    }
    assert len(found.evidence["sha256"]) == 64


@each_platform
async def test_without_leave_to_keep_counts_it_says_so_all_the_same(
    world: World, platform: str
) -> None:
    found = await visited(platform)

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id) == (None, own(platform).id)
    needs_a_right = platform in ("tiktok", "facebook", "twitch")
    assert found.followers == (None if needs_a_right else 12_345)


@each_platform
async def test_another_channel_than_the_one_claimed_is_no_proof(
    world: World, platform: str
) -> None:
    found = await visited(platform, choose="1")

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id, found.handle) == ("oauth_other_channel", None, None)
    assert "quanpho" not in str(found)


@each_platform
async def test_a_renamed_channel_is_known_by_its_id(world: World, platform: str) -> None:
    world.accounts[platform][0] = Account((own(platform, handle="bepnhamoi"),))

    found = await visited(platform, ask_for(platform, stable_id=own(platform).id))

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id, found.handle) == (None, own(platform).id, "bepnhamoi")
    assert found.url == LINKS[platform].replace("bepnha", "bepnhamoi")


@each_platform
async def test_a_name_that_belongs_to_another_id_by_now_is_not_inherited(
    world: World, platform: str
) -> None:
    found = await visited(platform, ask_for(platform, stable_id="1234509876"))

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id) == ("other_id", None)


async def test_a_number_that_is_somebody_elses_name_is_not_taken_for_an_id(world: World) -> None:
    world.accounts["x"][0] = Account((own("x", id="12345", handle="bepnha"),))

    found = await visited("x", ask_for("x", "https://x.com/12345"))

    assert isinstance(found, Finding)
    assert found.failure == "oauth_other_channel"


async def test_a_youtube_channel_may_be_claimed_by_its_id(world: World) -> None:
    link = f"https://www.youtube.com/channel/{own('youtube').id}"
    found = await visited("youtube", ask_for("youtube", link))

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id) == (None, own("youtube").id)


async def test_an_official_account_without_an_alias_is_known_by_its_number(world: World) -> None:
    world.accounts["zalo"][0] = Account((own("zalo", handle=""),))

    found = await visited("zalo", ask_for("zalo", f"https://zalo.me/{own('zalo').id}"))

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id) == (None, own("zalo").id)


async def test_of_many_pages_the_right_one_is_matched(world: World) -> None:
    others = tuple(own("facebook", id=f"9{n:08}", handle=f"trang.so{n}") for n in range(230))
    page = own("facebook", handle="Bep.Nha", followers=7)
    world.accounts["facebook"][0] = Account((*others, page))

    found = await visited("facebook", keep=True)

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id, found.followers) == (None, page.id, 7)
    assert world.asked.count("GET graph.facebook.com/v23.0/me/accounts") == 3


async def test_of_several_channels_at_youtube_the_right_one_is_matched(world: World) -> None:
    other = own("youtube", id="UC" + "khac" * 5 + "aQ", handle="khac")
    world.accounts["youtube"][0] = Account((other, own("youtube")))

    found = await visited("youtube")

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id) == (None, own("youtube").id)


async def test_who_only_works_on_a_page_does_not_prove_it(world: World) -> None:
    page = own("facebook", more={"tasks": ["ANALYZE", "MODERATE"]})
    world.accounts["facebook"][0] = Account((page,))

    found = await visited("facebook")

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id) == ("oauth_not_manager", None)


async def test_a_page_is_also_known_by_the_id_in_its_address(world: World) -> None:
    link = "https://www.facebook.com/profile.php?id=61550000000001"
    world.accounts["facebook"][0] = Account((own("facebook", handle="", more={"link": link}),))

    found = await visited("facebook", ask_for("facebook", link))

    assert isinstance(found, Finding)
    assert (found.failure, found.stable_id) == (None, "61550000000001")


@pytest.mark.parametrize("platform", ["youtube", "facebook"])
async def test_who_has_no_channel_is_told_so(world: World, platform: str) -> None:
    world.accounts[platform][0] = Account(())

    found = await visited(platform)

    assert isinstance(found, Finding)
    assert found.failure == "oauth_no_channel"


async def test_a_hidden_count_is_none(world: World) -> None:
    hidden = {"statistics": {"subscriberCount": "5", "hiddenSubscriberCount": True}}
    world.accounts["youtube"][0] = Account((own("youtube", more=hidden),))

    found = await visited("youtube")

    assert isinstance(found, Finding)
    assert (found.failure, found.followers) == (None, None)


async def test_a_count_that_was_not_let_be_read_is_done_without_at_tiktok(world: World) -> None:
    grant = await granted("tiktok")

    found = judged(ask_for("tiktok"), await adapters()["tiktok"].read(grant, counts=True))

    assert (found.failure, found.stable_id, found.followers) == (None, own("tiktok").id, None)


# What goes wrong


@each_platform
async def test_a_code_that_is_over_is_refused(world: World, platform: str) -> None:
    adapter, trip = adapters()[platform], trip_to(platform)
    code = parse_qs(urlsplit(await decide(adapter.authorize_url(trip, keep=False))).query)["code"][
        0
    ]
    await adapter.redeem(code, trip, keep=False)

    with pytest.raises(ProviderError) as refused:
        await adapter.redeem(code, trip, keep=False)

    assert failure_of(refused.value) == "oauth_refused"


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if SHAPES[p].pkce])
async def test_a_code_without_its_verifier_is_worth_nothing(world: World, platform: str) -> None:
    adapter, trip = adapters()[platform], trip_to(platform)
    code = parse_qs(urlsplit(await decide(adapter.authorize_url(trip, keep=False))).query)["code"][
        0
    ]

    with pytest.raises(ProviderError) as refused:
        await adapter.redeem(code, trip_to(platform), keep=False)

    assert failure_of(refused.value) == "oauth_refused"


@each_platform
async def test_a_token_that_is_over_is_refused(world: World, platform: str) -> None:
    grant = await granted(platform)
    world.end_tokens()

    with pytest.raises(ProviderError) as refused:
        await adapters()[platform].read(grant, counts=False)

    assert failure_of(refused.value) == "oauth_refused"


@each_platform
async def test_a_secret_that_the_platform_does_not_know_is_our_own_fault(
    world: World, platform: str, platforms_of_all: tuple[World, str]
) -> None:
    given = f'[{{"platform": "{platform}", "client_id": "portal", "client_secret": "wrong", "origin": "{platforms_of_all[1]}"}}]'
    with environment(PORTAL_CHANNEL_PROVIDERS=given):
        assert await visited(platform) == "oauth_setup"


PLACES = ("exchange", "read")


@each_platform
@pytest.mark.parametrize("place", PLACES)
async def test_a_platform_that_was_asked_too_often_wants_us_to_wait(
    world: World, platform: str, place: str
) -> None:
    status, told = SHAPES[platform].refusals["busy"]
    world.answers[getattr(SHAPES[platform], place)] = (status, body(told))

    assert await visited(platform) == "oauth_busy"


ODD = [
    (429, b"<html>slow down</html>", "oauth_busy"),
    (500, b'{"error": "server_error"}', "oauth_down"),
    (502, b"<html>bad gateway</html>", "oauth_down"),
    (200, b"<html>hello</html>", "oauth_invalid"),
    (200, b"", "oauth_invalid"),
    (200, b"[]", "oauth_invalid"),
    (200, b"null", "oauth_invalid"),
    (200, b'"token"', "oauth_invalid"),
    (200, b'{"items": null}', "oauth_invalid"),
    (200, b'{"access_token": "", "data": {}, "items": {}}', "oauth_invalid"),
    (200, b'{"access_token": {"a": 1}, "data": [1], "items": 3}', "oauth_invalid"),
    (200, b'{"access_token": "\xff', "oauth_invalid"),
    (200, b'{"data": ' + b"[" * 100_000, "oauth_invalid"),
    (
        200,
        b'{"data": {"user": {"open_id": "a\\u0000b"}, "id": "a b", "oa_id": null}, "items": [{"id": "a b"}]}',
        "oauth_invalid",
    ),
]


@each_platform
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_an_answer_out_of_shape_is_never_believed(
    world: World, platform: str, place: str, odd: tuple[int, bytes, str]
) -> None:
    status, said, failure = odd
    world.answers[getattr(SHAPES[platform], place)] = (status, said)

    assert await visited(platform) == failure


@each_platform
async def test_a_platform_that_cannot_be_reached_is_down(world: World, platform: str) -> None:
    given = f'[{{"platform": "{platform}", "client_id": "portal", "origin": "http://127.0.0.1:9"}}]'
    with environment(PORTAL_CHANNEL_PROVIDERS=given):
        with pytest.raises(ProviderError) as failed:
            await adapters()[platform].redeem("code", trip_to(platform), keep=False)
        assert failure_of(failed.value) == "oauth_down"


# What each is asked


def asked(platform: str, *, keep: bool) -> tuple[RoundTrip, str, dict[str, str]]:
    given = ChannelProviderSettings(platform=platform, client_id="1234")  # type: ignore[arg-type]
    trip = trip_to(platform)
    address = ADAPTERS[platform](given).authorize_url(trip, keep=keep)
    found = parse_qs(urlsplit(address).query, strict_parsing=True)
    return trip, address.split("?")[0], {name: values[0] for name, values in found.items()}


SCOPES: dict[str, tuple[str, str]] = {
    "youtube": ("https://www.googleapis.com/auth/youtube.readonly",) * 2,
    "tiktok": (
        "user.info.basic,user.info.profile",
        "user.info.basic,user.info.profile,user.info.stats",
    ),
    "facebook": ("pages_show_list", "pages_show_list,pages_read_engagement"),
    "instagram": ("instagram_business_basic",) * 2,
    "x": ("users.read tweet.read", "users.read tweet.read offline.access"),
    "twitch": ("", ""),
}
MORE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "youtube": (
        {"prompt": "select_account"},
        {"prompt": "consent select_account", "access_type": "offline"},
    ),
    "twitch": ({"force_verify": "true"}, {"force_verify": "true"}),
}


@pytest.mark.parametrize("keep", [False, True])
@each_platform
def test_each_platform_is_asked_for_what_it_takes_and_no_more(platform: str, keep: bool) -> None:  # noqa: FBT001
    trip, address, found = asked(platform, keep=keep)

    raw = hashlib.sha256(trip.verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    expected: dict[str, Any] = {
        "app_id"
        if platform == "zalo"
        else "client_key"
        if platform == "tiktok"
        else "client_id": "1234",
        "redirect_uri": trip.redirect_uri,
        "state": trip.state,
        "code_challenge": raw.hex() if platform == "tiktok" else challenge,
    }
    if platform != "zalo":
        expected |= {"response_type": "code", "code_challenge_method": "S256"}
        expected |= {"scope": SCOPES[platform][keep]} if SCOPES[platform][keep] else {}
    assert address == f"https://{SHAPES[platform].authorize}"
    assert found == expected | MORE.get(platform, ({}, {}))[keep]


@each_platform
def test_nothing_of_a_grant_or_an_adapter_is_told_when_it_is_written_out(platform: str) -> None:
    grant = Grant("secret-access", "secret-refresh")
    assert "secret" not in f"{grant} {grant!r} {Ask(platform, '', '', grant=grant)!r}"
    assert "secret" not in repr(Finding(None, grant=grant))


# Grants that are kept


RENEWED = [p for p in PLATFORMS if SHAPES[p].renews]


@pytest.mark.parametrize("platform", RENEWED)
async def test_a_grant_is_renewed_when_its_token_runs_out(world: World, platform: str) -> None:
    adapter = adapters()[platform]
    grant = await granted(platform, keep=True)
    assert await adapter.renew(grant) == grant
    late = Grant(grant.access, grant.refresh, clock.now() - timedelta(seconds=1), grant.until)
    world.end_tokens()

    fresh = await adapter.renew(late)

    assert fresh.access != grant.access
    assert (await adapter.read(fresh, counts=True)).profiles[0].stable_id == own(platform).id
    if SHAPES[platform].renews == "rotates":
        assert fresh.refresh != grant.refresh
        with pytest.raises(ProviderError) as refused:
            await adapter.renew(late)
        assert failure_of(refused.value) == "oauth_refused"


@pytest.mark.parametrize("platform", RENEWED)
async def test_without_leave_to_keep_it_nothing_would_renew_it(world: World, platform: str) -> None:
    grant = await granted(platform)

    asked_for_by_scope = platform in ("youtube", "x")
    assert (grant.refresh == "") is asked_for_by_scope


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
async def test_metas_grants_are_good_for_sixty_days(world: World, platform: str) -> None:
    grant = await granted(platform, keep=True)

    assert grant.until is not None
    assert timedelta(days=59) < grant.until - clock.now() <= timedelta(days=60)
    assert (await adapters()[platform].read(grant, counts=True)).profiles[0].followers == 12_345


async def test_an_instagram_grant_is_renewed_while_it_is_good(world: World) -> None:
    adapter = adapters()["instagram"]
    grant = await granted("instagram", keep=True)
    assert await adapter.renew(grant) == grant
    half_over = clock.now() + timedelta(days=29)

    fresh = await adapter.renew(Grant(grant.access, "", half_over, half_over))

    assert fresh.access != grant.access
    assert fresh.until is not None
    assert fresh.until > half_over
    over = clock.now() - timedelta(days=1)
    with pytest.raises(ProviderError):
        await adapter.renew(Grant(grant.access, "", over, over))


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if SHAPES[p].revoke])
async def test_a_grant_is_taken_back_at_the_platform(world: World, platform: str) -> None:
    grant = await granted(platform, keep=True)

    await adapters()[platform].revoke(grant)

    known = world.refreshers if grant.refresh else world.tokens
    assert known[grant.refresh or grant.access].good is False
    await adapters()[platform].revoke(grant)  # a second time does no harm


@each_platform
def test_the_server_is_asked_where_the_platform_is(platform: str) -> None:
    kind = ADAPTERS[platform]
    assert address_of(kind.authorize_at) == SHAPES[platform].authorize
    assert address_of(kind.exchange_at) == SHAPES[platform].exchange
    assert address_of(kind.revoke_at) == SHAPES[platform].revoke
