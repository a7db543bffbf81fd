"""What each platform is asked, to the letter, and how its grants are renewed and taken back."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.accounts.providers.base import ProviderError, RoundTrip
from app.channels.methods.base import Ask, Finding, Grant
from app.channels.methods.oauth import failure_of
from app.channels.methods.oauth.adapters import ADAPTERS, adapters
from app.core import clock
from app.core.config import ChannelProviderSettings
from app.demo.platforms.server import World, address_of
from app.demo.platforms.shapes import PLATFORMS as SHAPES
from tests.channels.oauth.asking import each_platform, granted, trip_to
from tests.channels.oauth.platform_server import (
    PLATFORMS,
    own,
)

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
