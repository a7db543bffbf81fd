"""The settings of platforms and of keys, and what is said when they cannot be."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from app.channels.methods import METHODS
from app.core.config import settings, told
from tests.channels.oauth.platform_server import KEYS, PLATFORMS, environment

X = {"platform": "x", "client_id": "1", "client_secret": "s"}


def wrong(**given: str) -> str:
    """What is said of settings that cannot be."""
    with environment(**given), pytest.raises(ValidationError) as failed:
        settings()
    return told(failed.value)


def test_a_platform_is_offered_where_it_has_a_client() -> None:
    with environment(PORTAL_CHANNEL_PROVIDERS=json.dumps([X])):
        assert [p for p in PLATFORMS if METHODS["oauth"].works_for(p)] == ["x"]
    with environment(PORTAL_CHANNEL_PROVIDERS=None):
        assert [p for p in PLATFORMS if METHODS["oauth"].works_for(p)] == []


def test_each_platform_is_named_once() -> None:
    assert wrong(PORTAL_CHANNEL_PROVIDERS=json.dumps([X, X])) == (
        "PORTAL_CHANNEL_PROVIDERS: name each platform once"
    )


def test_a_platform_without_an_adapter_is_refused() -> None:
    said = wrong(PORTAL_CHANNEL_PROVIDERS=json.dumps([{**X, "platform": "myspace"}]))
    assert said.startswith("PORTAL_CHANNEL_PROVIDERS.0.platform: ")


def test_a_portal_on_https_asks_the_platforms_themselves() -> None:
    given = json.dumps([{**X, "origin": "http://127.0.0.1:9500"}])
    with environment(PORTAL_CHANNEL_PROVIDERS=given):
        assert settings().channel_providers[0].origin == "http://127.0.0.1:9500"
    assert wrong(PORTAL_BASE_URL="https://portal.example", PORTAL_CHANNEL_PROVIDERS=given) == (
        "PORTAL_CHANNEL_PROVIDERS: origin is for demonstrations; a portal on https asks the"
        " platforms themselves"
    )


@pytest.mark.parametrize("origin", ["http://a.example/path", "http://a.example?x=1"])
def test_an_origin_has_no_path(origin: str) -> None:
    said = wrong(PORTAL_CHANNEL_PROVIDERS=json.dumps([{**X, "origin": origin}]))
    assert said == (
        "PORTAL_CHANNEL_PROVIDERS.0.origin: origin is an origin such as https://portal.example,"
        " without a path"
    )


@pytest.mark.parametrize("write", [b64encode, urlsafe_b64encode])
def test_keys_may_be_written_in_either_base64(write: Callable[[bytes], bytes]) -> None:
    raw = bytes(range(224, 256))
    with environment(PORTAL_TOKEN_KEYS=f"one:{write(raw).decode()}"):
        (key,) = settings().token_keys
    assert (key.id, key.key.get_secret_value()) == ("one", raw)


@pytest.mark.parametrize(
    "given",
    [
        "one",
        "one:",
        ":AAAA",
        "one:AAAA",
        f"one:{'A' * 44}",
        f"One:{'A' * 43}=",
        f"one:{'!' * 44}",
        f"{KEYS},two:short",
    ],
)
def test_a_key_that_is_none_is_refused_and_not_repeated(given: str) -> None:
    assert wrong(PORTAL_TOKEN_KEYS=given) == (
        "PORTAL_TOKEN_KEYS: write each key as id:base64, with 32 bytes of randomness in base64"
    )


def test_each_key_has_an_id_of_its_own() -> None:
    assert wrong(PORTAL_TOKEN_KEYS=f"{KEYS},{KEYS}") == (
        "PORTAL_TOKEN_KEYS: give each key an id of its own"
    )


def test_neither_secrets_nor_keys_are_told_when_settings_are_written_out() -> None:
    with environment(
        PORTAL_CHANNEL_PROVIDERS=json.dumps([{**X, "client_secret": "very-secret"}]),
        PORTAL_TOKEN_KEYS=f"one:{b64encode(b'k' * 32).decode()}",
    ):
        shown = repr(settings())
    assert "very-secret" not in shown
    assert "kkkk" not in shown
