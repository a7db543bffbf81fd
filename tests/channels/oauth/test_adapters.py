"""Each platform's adapter against a server in the shape of that platform's documentation."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.accounts.providers.base import ProviderError
from app.channels.methods.base import Finding
from app.channels.methods.oauth import failure_of
from app.channels.methods.oauth.adapters import adapters
from app.channels.methods.oauth.matching import judged
from app.demo.platforms.server import World
from app.demo.platforms.shapes import PLATFORMS as SHAPES
from app.demo.platforms.shapes import Account
from tests.channels.oauth.asking import ask_for, each_platform, granted, trip_to, visited
from tests.channels.oauth.platform_server import (
    LINKS,
    PLATFORMS,
    body,
    decide,
    environment,
    own,
)

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
