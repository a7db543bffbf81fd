"""An OpenID issuer at the edge of the network, whose answers a test may bend one by one.

It checks what a good provider checks (client, redirect address, code, PKCE), and signs with a key
of its own. The real round trip, over a socket, is in `test_sign_in_pages.py`.
"""

import base64
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx2
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.accounts.providers.base import RoundTrip
from app.accounts.providers.oidc import OidcProvider
from app.core.config import ProviderSettings
from tests.accounts.journey import asked

ISSUER = "https://issuer.example"
ME = {"name": "Nguyễn Khánh Linh", "email": "linh@example.vn"}
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
NEXT_KEY = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})


@dataclass
class Issuer:
    """What the issuer says; a test changes a field before it is asked."""

    claims: dict[str, Any] = field(default_factory=dict)  # None takes a claim away
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: Any = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    signs_with: Any = field(default_factory=lambda: KEY)
    publishes: list[Any] = field(default_factory=lambda: [KEY])
    token_answer: httpx2.Response | None = None
    seen: list[str] = field(default_factory=list)
    trip: dict[str, str] = field(default_factory=dict)  # the authorization request

    def provider(self) -> OidcProvider:
        """The portal's side, connected to this issuer and nothing else."""
        given = ProviderSettings(
            name="test", issuer=ISSUER, client_id="portal", client_secret="kept secret"
        )
        return OidcProvider(given, httpx2.MockTransport(self.answer))

    async def consent(self, provider: OidcProvider, trip: RoundTrip) -> str:
        """The person says yes. Returns: the code."""
        self.trip = asked(await provider.authorize_url(trip))
        return "good-code"

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request as the provider."""
        self.seen.append(request.url.path)
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx2.Response(200, json=self.described())
            case "/jwks":
                keys = [key.as_dict(private=False) for key in self.publishes]
                return httpx2.Response(200, json={"keys": keys})
            case "/token":
                return self.token_answer or self.exchange(request)
            case "/userinfo":
                assert request.headers["authorization"] == "Bearer access"
                return httpx2.Response(200, json=self.userinfo)
        raise AssertionError(request.url)

    def described(self) -> dict[str, Any]:
        usual = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        if self.userinfo is not None:
            usual["userinfo_endpoint"] = f"{ISSUER}/userinfo"
        return {**usual, **self.metadata}

    def exchange(self, request: httpx2.Request) -> httpx2.Response:
        """The token endpoint: RFC 6749 §4.1.3 and RFC 7636 §4.6."""
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        client = base64.b64encode(b"portal:kept secret").decode()
        if request.headers["authorization"] != f"Basic {client}":
            return httpx2.Response(401, json={"error": "invalid_client"})
        proven = create_s256_code_challenge(form["code_verifier"]) == self.trip["code_challenge"]
        here = form["redirect_uri"] == self.trip["redirect_uri"]
        if form["code"] != "good-code" or not proven or not here:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        return httpx2.Response(
            200,
            json={"access_token": "access", "token_type": "Bearer", "id_token": self.id_token()},
        )

    def id_token(self) -> str:
        now = int(time.time())
        usual = {
            "iss": ISSUER,
            "sub": "linh",
            "aud": "portal",
            "iat": now,
            "exp": now + 300,
            "nonce": self.trip["nonce"],
            **ME,
        }
        claims = {name: v for name, v in {**usual, **self.claims}.items() if v is not None}
        if isinstance(self.signs_with, bytes):
            return _by_hand(self.header, claims, self.signs_with)
        return jwt.encode(self.header, claims, self.signs_with)


PUBLIC_KEY = KEY.as_pem(private=False)  # as a shared secret: the oldest confusion of algorithms
NO_KEY = b""


def _by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token that no sound library would make: HS256 with `secret`, unsigned without one."""
    signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    mark = hmac.digest(secret, signed.encode(), "sha256") if secret else b""
    return f"{signed}.{_base64(mark)}"


def _base64(what: bytes) -> str:
    return base64.urlsafe_b64encode(what).rstrip(b"=").decode()
