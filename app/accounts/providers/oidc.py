"""Any OpenID Connect issuer by discovery, and Google as one of them.

Authlib does the protocol: discovery, code flow with PKCE (S256), token exchange, signature and
claims of the identity token. The round trip's secrets are ours to keep, in the database.
"""

from typing import Any

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import StarletteOAuth2App
from authlib.oidc.core import CodeIDToken
from joserfc.errors import ExpiredTokenError, InvalidTokenError, JoseError

from app.accounts.providers.base import (
    TIMEOUT,
    Claims,
    ClockOff,
    ProviderDown,
    ProviderRefused,
    RoundTrip,
    TokenInvalid,
)
from app.core.config import ProviderSettings

GOOGLE = "https://accounts.google.com"
TRIES = (ValueError, KeyError, RuntimeError)


class OidcProvider:
    """An issuer that describes itself under `/.well-known/openid-configuration`."""

    extra: dict[str, str] = {}  # noqa: RUF012 - constants of a preset

    def __init__(
        self, given: ProviderSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.name = given.name
        self.label = given.label or given.name.title()
        self.issuer = given.issuer.rstrip("/")
        self._given = given
        self._transport = transport
        self._app: Any = None

    @property
    def _client(self) -> Any:
        """Authlib's client; kept, since it remembers the provider's description and keys."""
        if self._app is None:
            kwargs: dict[str, Any] = {
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "timeout": TIMEOUT,
                "trust_env": False,
            }
            if self._transport is not None:
                kwargs["transport"] = self._transport
            self._app = StarletteOAuth2App(
                framework=None,
                name=self.name,
                client_id=self._given.client_id,
                client_secret=self._given.client_secret.get_secret_value() or None,
                server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
                client_kwargs=kwargs,
            )
        return self._app

    async def _described(self) -> None:
        """Have the provider's description, and see that it is the issuer's own (Discovery §4.3)."""
        try:
            found = await self._client.load_server_metadata()
        except (httpx2.HTTPError, *TRIES) as failure:
            self._app = None  # ask again next time
            raise ProviderDown from failure
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            self._app = None
            raise TokenInvalid

    async def authorize_url(self, trip: RoundTrip) -> str:
        """See `Provider.authorize_url`."""
        await self._described()
        asked = {**self.extra, **({"prompt": "login", "max_age": "0"} if trip.fresh else {})}
        made = await self._client.create_authorization_url(
            trip.redirect_uri,
            state=trip.state,
            nonce=trip.nonce,
            code_verifier=trip.verifier,
            **asked,
        )
        return str(made["url"])

    async def redeem(self, code: str, trip: RoundTrip) -> Claims:
        """See `Provider.redeem`."""
        await self._described()
        try:
            token = await self._client.fetch_access_token(
                code=code, redirect_uri=trip.redirect_uri, code_verifier=trip.verifier
            )
            claims = await self._client.parse_id_token(
                token, nonce=trip.nonce, claims_options=self._expected(), claims_cls=CodeIDToken
            )
        except OAuthError as refusal:
            raise ProviderRefused from refusal
        except (ExpiredTokenError, InvalidTokenError) as off:
            raise ClockOff from off
        except JoseError as wrong:
            raise TokenInvalid from wrong
        except httpx2.HTTPError as failure:
            raise ProviderDown from failure
        except TRIES as wrong:
            raise TokenInvalid from wrong
        if not claims or not claims.get("sub"):
            raise TokenInvalid
        return Claims(
            self.issuer,
            str(claims["sub"]),
            str(claims.get("name") or ""),
            str(claims.get("email") or ""),
        )

    def _issuers(self) -> list[str]:
        return [self.issuer, f"{self.issuer}/"]

    def _expected(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "values": self._issuers()},
            "aud": {"essential": True, "value": self._given.client_id},
        }


class GoogleProvider(OidcProvider):
    """Google: its tokens may name the issuer without `https://`, and one picks an account."""

    extra = {"prompt": "select_account"}  # noqa: RUF012

    def __init__(
        self, given: ProviderSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        whole = given.model_copy(update={"issuer": GOOGLE, "label": given.label or "Google"})
        super().__init__(whole, transport)

    def _issuers(self) -> list[str]:
        return [GOOGLE, GOOGLE.removeprefix("https://")]
