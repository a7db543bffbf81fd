"""Facebook, TikTok and Zalo, against answers in the shape of their documentation (`recorded/`).

The addresses in each file say where the shape comes from. What they are sent is held here to the
letter: a parameter too many is a refusal at some of them.
"""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from app.accounts import sign_in
from app.accounts.models import Purpose
from app.accounts.providers import PRESETS
from app.accounts.providers.base import Claims, Provider, ProviderDown, ProviderError
from app.accounts.providers.social import SocialProvider
from app.core.config import ProviderSettings
from tests.accounts.journey import asked

RECORDED = Path(__file__).with_name("recorded")
CASES = [
    pytest.param(name, case, id=f"{name}: {words}")
    for name in ("facebook", "tiktok", "zalo")
    for words, case in json.loads((RECORDED / f"{name}.json").read_text())["cases"].items()
]
SECRET = "kept-secret"


class Recorded:
    """Answers in turn what was recorded, and keeps what it was asked."""

    def __init__(self, name: str, case: dict[str, Any]) -> None:
        self.left = [case[step] for step in ("token", "person") if step in case]
        self.seen: list[httpx2.Request] = []
        self.provider = provider(name, httpx2.MockTransport(self.answer))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        found = self.left.pop(0)
        body = {"json": found["json"]} if "json" in found else {"text": found["text"]}
        return httpx2.Response(found["status"], **body)


def provider(name: str, transport: httpx2.AsyncBaseTransport | None = None) -> Provider:
    given = ProviderSettings(name=name, preset=name, client_id="1234", client_secret=SECRET)
    made: Any = PRESETS[name]
    return made(given, transport)


def form(request: httpx2.Request) -> dict[str, str]:
    found = parse_qs(request.content.decode(), strict_parsing=True)
    return {name: values[0] for name, values in found.items()}


@pytest.mark.parametrize(("name", "case"), CASES)
async def test_each_recorded_answer_has_its_outcome(name: str, case: dict[str, Any]) -> None:
    recorded, trip = Recorded(name, case), sign_in.new_trip(name, Purpose.SIGN_IN)

    try:
        found: Any = await recorded.provider.redeem("the-code", trip)
    except ProviderError as refusal:
        found = refusal.reason

    assert recorded.left == []
    if isinstance(case["outcome"], str):
        assert found == case["outcome"]
    else:
        made = recorded.provider
        assert isinstance(made, SocialProvider)
        assert found == Claims(made.issuer, **case["outcome"])


@pytest.mark.parametrize("name", ["facebook", "tiktok", "zalo"])
@pytest.mark.parametrize("failure", [httpx2.ConnectError, httpx2.ReadTimeout])
async def test_a_provider_that_cannot_be_reached_is_down(
    name: str, failure: type[httpx2.TransportError]
) -> None:
    def fail(_request: httpx2.Request) -> httpx2.Response:
        raise failure("no")

    with pytest.raises(ProviderDown):
        await provider(name, httpx2.MockTransport(fail)).redeem(
            "the-code", sign_in.new_trip(name, Purpose.SIGN_IN)
        )


# What each is asked


def s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def test_facebook_is_asked_for_name_and_address() -> None:
    trip = sign_in.new_trip("facebook", Purpose.SIGN_IN)

    address = await provider("facebook").authorize_url(trip)

    assert address.split("?")[0] == "https://www.facebook.com/v23.0/dialog/oauth"
    assert asked(address) == {
        "client_id": "1234",
        "response_type": "code",
        "redirect_uri": "http://localhost:8000/sign-in/facebook/callback",
        "state": trip.state,
        "scope": "public_profile,email",
        "code_challenge": s256(trip.verifier),
        "code_challenge_method": "S256",
    }


async def test_tiktok_wants_its_own_names_and_a_hexadecimal_challenge() -> None:
    trip = sign_in.new_trip("tiktok", Purpose.SIGN_IN)

    address = await provider("tiktok").authorize_url(trip)

    assert address.split("?")[0] == "https://www.tiktok.com/v2/auth/authorize/"
    assert asked(address) == {
        "client_key": "1234",
        "response_type": "code",
        "redirect_uri": "http://localhost:8000/sign-in/tiktok/callback",
        "state": trip.state,
        "scope": "user.info.basic",
        "code_challenge": hashlib.sha256(trip.verifier.encode()).hexdigest(),
        "code_challenge_method": "S256",
    }


async def test_zalo_is_sent_its_four_parameters_and_no_other() -> None:
    trip = sign_in.new_trip("zalo", Purpose.SIGN_IN)

    address = await provider("zalo").authorize_url(trip)

    assert address.split("?")[0] == "https://oauth.zaloapp.com/v4/permission"
    assert asked(address) == {
        "app_id": "1234",
        "redirect_uri": "http://localhost:8000/sign-in/zalo/callback",
        "state": trip.state,
        "code_challenge": s256(trip.verifier),
    }


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("facebook", {"auth_type": "reauthenticate"}),
        ("tiktok", {"disable_auto_auth": "1"}),
        ("zalo", {}),
    ],
)
async def test_confirming_asks_for_a_new_sign_in_where_the_provider_knows_how(
    name: str, more: dict[str, str]
) -> None:
    usual = asked(await provider(name).authorize_url(sign_in.new_trip(name, Purpose.SIGN_IN)))
    fresh = asked(await provider(name).authorize_url(sign_in.new_trip(name, Purpose.CONFIRM)))

    assert {key: fresh[key] for key in fresh.keys() - usual.keys()} == more


async def exchanged(name: str) -> tuple[sign_in.RoundTrip, httpx2.Request, httpx2.Request]:
    case = json.loads((RECORDED / f"{name}.json").read_text())["cases"]["in"]
    recorded, trip = Recorded(name, case), sign_in.new_trip(name, Purpose.SIGN_IN)
    await recorded.provider.redeem("the-code", trip)
    token, person = recorded.seen
    return trip, token, person


async def test_facebook_gets_the_secret_in_the_body_and_a_proof_with_the_token() -> None:
    trip, token, person = await exchanged("facebook")

    assert (token.method, str(token.url)) == (
        "POST",
        "https://graph.facebook.com/v23.0/oauth/access_token",
    )
    assert form(token) == {
        "client_id": "1234",
        "client_secret": SECRET,
        "redirect_uri": trip.redirect_uri,
        "code": "the-code",
        "code_verifier": trip.verifier,
    }
    access = b"EAAGm0PX4ZCpsBAKZA"
    assert person.headers["authorization"] == f"Bearer {access.decode()}"
    assert dict(person.url.params) == {
        "fields": "id,name,email",
        "appsecret_proof": hmac.new(SECRET.encode(), access, "sha256").hexdigest(),
    }
    assert person.url.path == "/v23.0/me"


async def test_tiktok_gets_its_key_and_secret_in_the_body() -> None:
    trip, token, person = await exchanged("tiktok")

    assert (token.method, str(token.url)) == ("POST", "https://open.tiktokapis.com/v2/oauth/token/")
    assert form(token) == {
        "client_key": "1234",
        "client_secret": SECRET,
        "code": "the-code",
        "grant_type": "authorization_code",
        "redirect_uri": trip.redirect_uri,
        "code_verifier": trip.verifier,
    }
    assert person.headers["authorization"] == "Bearer act.example12345Example12345Example"
    assert str(person.url.copy_with(query=None)) == "https://open.tiktokapis.com/v2/user/info/"


async def test_zalo_gets_secret_and_token_in_headers_of_their_own() -> None:
    trip, token, person = await exchanged("zalo")

    assert (token.method, str(token.url)) == ("POST", "https://oauth.zaloapp.com/v4/access_token")
    assert token.headers["secret_key"] == SECRET
    assert form(token) == {
        "code": "the-code",
        "app_id": "1234",
        "grant_type": "authorization_code",
        "code_verifier": trip.verifier,
    }
    assert person.headers["access_token"] == "DFlE1nAfvY8iJdWNQ5sZ"
    assert "authorization" not in person.headers
    assert str(person.url.copy_with(query=None)) == "https://graph.zalo.me/v2.0/me"


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_says_what_it_gives(name: str) -> None:
    given = ProviderSettings(name=name, preset=name, issuer="https://i.example", client_id="1234")
    made: Any = PRESETS[name]

    expected = ("name",) if name in ("tiktok", "zalo") else ("name", "email")
    assert made(given).gives == expected
