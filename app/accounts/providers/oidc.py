"""Any OpenID Connect issuer by discovery, and Google as one of them.

Authlib does the protocol: discovery, code flow with PKCE (S256), token exchange, signature and
claims of the identity token. The round trip's secrets are ours to keep, in the database.
"""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError

from app.accounts.providers.base import (
    TIMEOUT,
    Claims,
    ClockOff,
    Given,
    NotFresh,
    ProviderDown,
    RoundTrip,
    TokenInvalid,
    refusal,
)
from app.core.config import ProviderSettings

GOOGLE = "https://accounts.google.com"
LEEWAY = 120  # seconds that the provider's clock and ours may differ
DESCRIBED_FOR = 24 * 3600  # seconds that a provider's description and keys are believed
# Public keys only: "none" signs nothing, and HS256 would need the client's secret as a key.
_SIZES = (256, 384, 512)
ALGORITHMS = (*(f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in _SIZES), "EdDSA")
UNREADABLE = (AttributeError, KeyError, OverflowError, RuntimeError, TypeError, ValueError)
TIMES = frozenset({"exp", "iat", "nbf"})
UNREACHABLE = (httpx2.HTTPError, httpx2.InvalidURL)


class OidcProvider:
    """An issuer that describes itself under `/.well-known/openid-configuration`."""

    badge = ""
    gives: tuple[Given, ...] = ("name", "email")
    asked: ClassVar[Mapping[str, str]] = {}
    asked_fresh: ClassVar[Mapping[str, str]] = {"prompt": "login", "max_age": "0"}

    def __init__(
        self, given: ProviderSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.name = given.name
        self.label = given.label or given.name.title()
        self.issuer = given.issuer.rstrip("/")
        self._given = given
        self._transport = transport
        self._described: Any = None
        self._until = 0.0

    async def _client(self) -> Any:
        """Authlib's client, which holds the issuer's own description (Discovery §4.3)."""
        if self._described is None or time.monotonic() > self._until:
            client = self._undescribed()
            try:
                found = await client.load_server_metadata()
                issuer = str(found["issuer"]).rstrip("/")
            except (*UNREACHABLE, *UNREADABLE) as failure:
                raise ProviderDown from failure
            if issuer != self.issuer:
                raise TokenInvalid("issuer")
            offered = found.get("id_token_signing_alg_values_supported") or ()
            found["id_token_signing_alg_values_supported"] = [
                name for name in ALGORITHMS if name in offered
            ] or ["RS256"]
            self._described, self._until = client, time.monotonic() + DESCRIBED_FOR
        return self._described

    def _undescribed(self) -> Any:
        kwargs: dict[str, Any] = {
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "timeout": TIMEOUT,
            "trust_env": False,
        }
        if self._transport is not None:
            kwargs["transport"] = self._transport
        return StarletteOAuth2App(
            framework=None,
            name=self.name,
            client_id=self._given.client_id,
            client_secret=self._given.client_secret.get_secret_value() or None,
            server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
            client_kwargs=kwargs,
        )

    async def authorize_url(self, trip: RoundTrip) -> str:
        """See `Provider.authorize_url`."""
        client = await self._client()
        try:
            made = await client.create_authorization_url(
                trip.redirect_uri,
                state=trip.state,
                nonce=trip.nonce,
                code_verifier=trip.verifier,
                **(self.asked_fresh if trip.fresh else self.asked),
            )
        except UNREADABLE as failure:
            raise ProviderDown from failure
        return str(made["url"])

    async def redeem(self, code: str, trip: RoundTrip) -> Claims:
        """See `Provider.redeem`."""
        client = await self._client()
        try:
            token = await client.fetch_access_token(
                code=code, redirect_uri=trip.redirect_uri, code_verifier=trip.verifier
            )
            claims = await client.parse_id_token(
                token, nonce=trip.nonce, claims_options=self._expected(), leeway=LEEWAY
            )
        except OAuthError as refused:
            raise refusal(refused.error) from refused
        except (ExpiredTokenError, InvalidClaimError) as wrong:
            raise (ClockOff if wrong.claim in TIMES else TokenInvalid)(wrong.claim) from wrong
        except JoseError as wrong:
            raise TokenInvalid(wrong.error) from wrong
        except UNREACHABLE as failure:
            raise ProviderDown from failure
        except UNREADABLE as wrong:
            raise TokenInvalid from wrong
        if not claims:
            raise TokenInvalid("no identity token")
        _check_fresh(claims, trip)
        return self._claims(await self._completed(client, token, claims))

    def _expected(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "values": self._issuers()},
            "aud": {"essential": True, "value": self._given.client_id},
        }

    def _issuers(self) -> list[str]:
        return [self.issuer, f"{self.issuer}/"]

    async def _completed(self, client: Any, token: Any, claims: Any) -> Mapping[str, Any]:
        """The claims with what only the UserInfo endpoint tells (OpenID Connect Core §5.4).

        It may fail without harm: who the person is has been proven by then.
        """
        known: dict[str, Any] = dict(claims)
        if known.get("name") and known.get("email"):
            return known
        try:
            if not (await client.load_server_metadata()).get("userinfo_endpoint"):
                return known
            more = dict(await client.userinfo(token=token))
        except (OAuthError, *UNREACHABLE, *UNREADABLE):
            return known
        return {**more, **known} if more.get("sub") == known["sub"] else known

    def _claims(self, found: Mapping[str, Any]) -> Claims:
        called = (found.get(key) for key in ("name", "preferred_username", "nickname"))
        read = found.get("email_verified") not in (False, "false")
        return Claims(
            self.issuer,
            str(found["sub"]),
            next((str(name) for name in called if name), ""),
            str(found.get("email") or "") if read else "",
        )


def _check_fresh(claims: Mapping[str, Any], trip: RoundTrip) -> None:
    """Hold a provider that says when the person signed in to what it was asked."""
    told = claims.get("auth_time")
    if trip.fresh and told is not None and told < trip.began_at.timestamp() - LEEWAY:
        raise NotFresh


class GoogleProvider(OidcProvider):
    """Google: its tokens may name the issuer without `https://`, and one picks an account.

    It knows neither `prompt=login` nor `max_age`, so that a fresh sign-in is a choice of account.
    """

    asked: ClassVar[Mapping[str, str]] = {"prompt": "select_account"}
    asked_fresh: ClassVar[Mapping[str, str]] = asked

    def __init__(
        self, given: ProviderSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        whole = given.model_copy(update={"issuer": GOOGLE, "label": given.label or "Google"})
        super().__init__(whole, transport)

    def _issuers(self) -> list[str]:
        return [GOOGLE, GOOGLE.removeprefix("https://")]
