"""What the portal believes of an OpenID provider, and what it does not."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.accounts import sign_in
from app.accounts.models import Purpose
from app.accounts.providers.base import (
    Claims,
    ClockOff,
    NotFresh,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    ProviderSetup,
    TokenInvalid,
)
from app.accounts.providers.oidc import GOOGLE, GoogleProvider, OidcProvider
from app.core.config import ProviderSettings
from tests.accounts.issuer import (
    ISSUER,
    ME,
    NEXT_KEY,
    NO_KEY,
    OTHER_KEY,
    PUBLIC_KEY,
    Issuer,
)
from tests.accounts.journey import asked


async def redeem(issuer: Issuer, purpose: Purpose = Purpose.SIGN_IN, code: str = "") -> Claims:
    provider, trip = issuer.provider(), sign_in.new_trip("test", purpose)
    good = await issuer.consent(provider, trip)
    return await provider.redeem(code or good, trip)


async def test_a_good_token_says_who_it_is() -> None:
    assert await redeem(Issuer()) == Claims(ISSUER, "linh", ME["name"], ME["email"])


async def test_the_request_carries_all_that_protects_it() -> None:
    provider, trip = Issuer().provider(), sign_in.new_trip("test", Purpose.SIGN_IN)

    address = await provider.authorize_url(trip)

    assert address.startswith(f"{ISSUER}/authorize?")
    found = asked(address)
    challenge = found.pop("code_challenge")
    assert challenge not in (trip.verifier, "")
    assert found == {
        "response_type": "code",
        "client_id": "portal",
        "redirect_uri": "http://localhost:8000/sign-in/test/callback",
        "scope": "openid profile email",
        "state": trip.state,
        "nonce": trip.nonce,
        "code_challenge_method": "S256",
    }
    assert len({trip.state, trip.nonce, trip.verifier}) == 3


async def test_confirming_asks_for_a_new_sign_in() -> None:
    provider, trip = Issuer().provider(), sign_in.new_trip("test", Purpose.CONFIRM)

    found = asked(await provider.authorize_url(trip))

    assert (found["prompt"], found["max_age"]) == ("login", "0")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["portal", "another"], "azp": "another"},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"exp": None},
        {"iat": None},
        {"at_hash": "bm90IGl0cyBoYXNo"},
    ],
    ids=str,
)
async def test_a_token_that_is_not_what_was_asked_for_lets_nobody_in(
    claims: dict[str, Any],
) -> None:
    with pytest.raises(ProviderError) as refusal:
        await redeem(Issuer(claims=claims))

    assert type(refusal.value) is TokenInvalid


@pytest.mark.parametrize(
    "seconds", [{"exp": -3600}, {"iat": 3600, "exp": 7200}, {"nbf": 3600}], ids=str
)
async def test_a_token_of_another_hour_says_that_a_clock_is_off(seconds: dict[str, int]) -> None:
    now = int(time.time())

    with pytest.raises(ClockOff):
        await redeem(Issuer(claims={name: now + ahead for name, ahead in seconds.items()}))


@pytest.mark.parametrize("seconds", [-100, 100])
async def test_clocks_may_differ_by_two_minutes(seconds: int) -> None:
    at = int(time.time()) + seconds
    found = await redeem(Issuer(claims={"iat": at, "exp": at + 50}))

    assert found.subject == "linh"


@pytest.mark.parametrize(
    "issuer",
    [
        Issuer(signs_with=OTHER_KEY),
        Issuer(signs_with=PUBLIC_KEY, header={"alg": "HS256"}),
        Issuer(signs_with=NO_KEY, header={"alg": "none"}),
        Issuer(publishes=[]),
        Issuer(publishes=[NEXT_KEY]),
    ],
    ids=["another key", "the public key as a secret", "no signature", "no key", "unknown key"],
)
async def test_only_the_issuers_own_signature_counts(issuer: Issuer) -> None:
    with pytest.raises(TokenInvalid):
        await redeem(issuer)


async def test_a_new_key_is_fetched_when_it_is_first_used() -> None:
    issuer = Issuer()
    provider = issuer.provider()
    for _ in range(2):
        trip = sign_in.new_trip("test", Purpose.SIGN_IN)
        await provider.redeem(await issuer.consent(provider, trip), trip)
    assert issuer.seen.count("/jwks") == 1

    issuer.publishes, issuer.signs_with = [NEXT_KEY], NEXT_KEY
    issuer.header = {"alg": "RS256", "kid": "two"}
    trip = sign_in.new_trip("test", Purpose.SIGN_IN)
    await provider.redeem(await issuer.consent(provider, trip), trip)

    assert issuer.seen.count("/jwks") == 2
    assert issuer.seen.count("/.well-known/openid-configuration") == 1


async def test_a_code_without_its_verifier_is_worth_nothing() -> None:
    issuer = Issuer()
    provider, trip = issuer.provider(), sign_in.new_trip("test", Purpose.SIGN_IN)
    code = await issuer.consent(provider, trip)

    with pytest.raises(ProviderRefused):
        await provider.redeem(
            code, replace(trip, verifier=sign_in.new_trip("test", Purpose.LINK).verifier)
        )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx2.Response(400, json={"error": "invalid_grant"}), ProviderRefused),
        (httpx2.Response(401, json={"error": "invalid_client"}), ProviderSetup),
        (httpx2.Response(400, json={"error": "temporarily_unavailable"}), ProviderDown),
        (httpx2.Response(500, text="<h1>Oops</h1>"), ProviderDown),
        (httpx2.Response(503), ProviderDown),
        (httpx2.Response(200, text="<h1>Welcome</h1>"), TokenInvalid),
        (httpx2.Response(200, json=[]), TokenInvalid),
        (httpx2.Response(200, json={"access_token": "a", "token_type": "Bearer"}), TokenInvalid),
        (httpx2.Response(200, json={"access_token": "a", "id_token": "not.a.token"}), TokenInvalid),
        (httpx2.Response(200, json={"access_token": "a", "id_token": 7}), TokenInvalid),
    ],
    ids=lambda value: repr(getattr(value, "content", ""))[:40],
)
async def test_each_refusal_of_the_exchange_has_its_reason(
    answer: httpx2.Response, expected: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as refusal:
        await redeem(Issuer(token_answer=answer))

    assert type(refusal.value) is expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"issuer": "https://elsewhere.example"}, TokenInvalid),
        ({"issuer": None}, TokenInvalid),
        ({"authorization_endpoint": ""}, ProviderDown),
    ],
    ids=str,
)
async def test_a_description_must_be_the_issuers_own_and_whole(
    metadata: dict[str, Any], expected: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as refusal:
        await redeem(Issuer(metadata=metadata))

    assert type(refusal.value) is expected


@pytest.mark.parametrize(
    "answer", [500, 404, "<html>", [], httpx2.ConnectTimeout("slow")], ids=repr
)
async def test_a_provider_that_does_not_describe_itself_is_down_and_asked_again(
    answer: Any,
) -> None:
    issuer = Issuer()
    broken = [answer]

    def first_broken(request: httpx2.Request) -> httpx2.Response:
        if not broken:
            return issuer.answer(request)
        given = broken.pop()
        if isinstance(given, Exception):
            raise given
        if isinstance(given, int):
            return httpx2.Response(given)
        return (
            httpx2.Response(200, text=given)
            if given == "<html>"
            else httpx2.Response(200, json=given)
        )

    given = ProviderSettings(
        name="test", issuer=ISSUER, client_id="portal", client_secret="kept secret"
    )
    provider = OidcProvider(given, httpx2.MockTransport(first_broken))
    trip = sign_in.new_trip("test", Purpose.SIGN_IN)

    with pytest.raises(ProviderDown):
        await provider.authorize_url(trip)
    assert (await provider.authorize_url(trip)).startswith(ISSUER)


# Freshness


@pytest.mark.parametrize(
    ("purpose", "ago", "let_in"),
    [
        (Purpose.CONFIRM, timedelta(seconds=5), True),
        (Purpose.CONFIRM, timedelta(minutes=1), True),  # within the leeway of clocks
        (Purpose.CONFIRM, timedelta(minutes=5), False),
        (Purpose.SIGN_IN, timedelta(days=5), True),
        (Purpose.LINK, timedelta(days=5), True),
    ],
)
async def test_confirming_takes_no_earlier_sign_in_of_the_provider(
    purpose: Purpose, ago: timedelta, *, let_in: bool
) -> None:
    issuer = Issuer(claims={"auth_time": int(time.time() - ago.total_seconds())})

    if let_in:
        assert (await redeem(issuer, purpose)).subject == "linh"
    else:
        with pytest.raises(NotFresh):
            await redeem(issuer, purpose)


# What only the UserInfo endpoint tells


async def test_a_short_token_is_completed_from_userinfo() -> None:
    issuer = Issuer(
        claims={"name": None, "email": None}, userinfo={"sub": "linh", **ME, "picture": "x"}
    )

    assert await redeem(issuer) == Claims(ISSUER, "linh", ME["name"], ME["email"])


@pytest.mark.parametrize(
    "userinfo",
    [{"sub": "bich", **ME}, {**ME}, [], "nonsense", 7],
    ids=["another", "nobody", "list", "text", "number"],
)
async def test_userinfo_of_somebody_else_or_unreadable_counts_for_nothing(userinfo: Any) -> None:
    issuer = Issuer(claims={"name": None, "email": None}, userinfo=userinfo)

    assert await redeem(issuer) == Claims(ISSUER, "linh", "", "")


async def test_the_signed_token_wins_over_userinfo() -> None:
    issuer = Issuer(
        claims={"email": None}, userinfo={"sub": "linh", "name": "Other", "email": "a@b.vn"}
    )

    assert await redeem(issuer) == Claims(ISSUER, "linh", ME["name"], "a@b.vn")


@pytest.mark.parametrize(
    ("verified", "expected"),
    [(True, ME["email"]), ("true", ME["email"]), (None, ME["email"]), (False, ""), ("false", "")],
)
async def test_an_address_that_the_provider_has_not_verified_is_not_written_to(
    verified: object, expected: str
) -> None:
    assert (await redeem(Issuer(claims={"email_verified": verified}))).email == expected


# Google


def google(issuer_claim: str) -> tuple[Issuer, GoogleProvider]:
    issuer = Issuer(claims={"iss": issuer_claim}, metadata={"issuer": GOOGLE})
    given = ProviderSettings(
        name="google", preset="google", client_id="portal", client_secret="kept secret"
    )
    return issuer, GoogleProvider(given, httpx2.MockTransport(issuer.answer))


@pytest.mark.parametrize("name", ["https://accounts.google.com", "accounts.google.com"])
async def test_google_may_call_itself_with_and_without_https(name: str) -> None:
    issuer, provider = google(name)
    trip = sign_in.new_trip("google", Purpose.SIGN_IN)

    found = await provider.redeem(await issuer.consent(provider, trip), trip)

    assert (found.issuer, found.subject) == (GOOGLE, "linh")


async def test_nobody_else_may_call_themselves_google() -> None:
    issuer, provider = google(ISSUER)
    trip = sign_in.new_trip("google", Purpose.SIGN_IN)

    with pytest.raises(TokenInvalid):
        await provider.redeem(await issuer.consent(provider, trip), trip)


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_google_lets_one_choose_the_account(purpose: Purpose) -> None:
    _, provider = google(GOOGLE)

    found = asked(await provider.authorize_url(sign_in.new_trip("google", purpose)))

    assert found["prompt"] == "select_account"
    assert "max_age" not in found
