"""Presets that speak OAuth 2.0 with habits of their own: Facebook, TikTok, Zalo.

Each says who its person is by an API call after the exchange. What could not be tried against the
real service is told in `docs/sign-in.md`.
"""

import hashlib
import hmac
from typing import Any, ClassVar
from urllib.parse import urlencode

import httpx2
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.accounts.providers.base import (
    TIMEOUT,
    Claims,
    Given,
    ProviderDown,
    ProviderRefused,
    RoundTrip,
    ask,
    refusal,
)
from app.core.config import ProviderSettings

# Graph API, "Handling errors": 1 here means the secret, 101 the app, 191 the redirect address.
FACEBOOK_SETUP = frozenset({1, 101, 191})
FACEBOOK_DOWN = frozenset({2, 4, 17, 341})
# Wrong app, wrong secret; and profiles are given only to servers whose address is in Vietnam.
ZALO_SETUP = frozenset({-14002, -14004, -501})


class SocialProvider:
    """What the three share: a client, and a query string to start with."""

    issuer: ClassVar[str]
    usual_label: ClassVar[str]
    authorize_at: ClassVar[str]
    badge: str
    gives: tuple[Given, ...] = ("name",)

    def __init__(
        self, given: ProviderSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.name = given.name
        self.label = given.label or self.usual_label
        self.client_id = given.client_id
        self.secret = given.client_secret.get_secret_value()
        self._transport = transport

    def client(self) -> httpx2.AsyncClient:
        """A client for one exchange; no proxy or netrc of the machine is looked at."""
        return httpx2.AsyncClient(timeout=TIMEOUT, trust_env=False, transport=self._transport)

    def question(self, trip: RoundTrip) -> dict[str, str]:
        """The parameters of the authorization request."""
        return {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": trip.redirect_uri,
            "state": trip.state,
            "code_challenge": create_s256_code_challenge(trip.verifier),
            "code_challenge_method": "S256",
        }

    async def authorize_url(self, trip: RoundTrip) -> str:
        """See `Provider.authorize_url`."""
        return f"{self.authorize_at}?{urlencode(self.question(trip))}"


class FacebookProvider(SocialProvider):
    """Facebook Login: errors come as an object under `error`; calls carry `appsecret_proof`."""

    issuer = "https://www.facebook.com"
    usual_label = "Facebook"
    badge = "facebook"
    gives: tuple[Given, ...] = ("name", "email")
    authorize_at = "https://www.facebook.com/v23.0/dialog/oauth"
    graph = "https://graph.facebook.com/v23.0"

    def question(self, trip: RoundTrip) -> dict[str, str]:
        """Adds the e-mail permission; `reauthenticate` where a fresh sign-in is asked for."""
        more = {"auth_type": "reauthenticate"} if trip.fresh else {}
        return {**super().question(trip), "scope": "public_profile,email", **more}

    async def redeem(self, code: str, trip: RoundTrip) -> Claims:
        """See `Provider.redeem`."""
        async with self.client() as client:
            token = self._good(
                await ask(
                    client,
                    "POST",
                    f"{self.graph}/oauth/access_token",
                    data={
                        "client_id": self.client_id,
                        "client_secret": self.secret,
                        "redirect_uri": trip.redirect_uri,
                        "code": code,
                        "code_verifier": trip.verifier,
                    },
                )
            )
            access = str(token.get("access_token") or "")
            proof = hmac.new(self.secret.encode(), access.encode(), hashlib.sha256).hexdigest()
            person = self._good(
                await ask(
                    client,
                    "GET",
                    f"{self.graph}/me",
                    params={"fields": "id,name,email", "appsecret_proof": proof},
                    headers={"Authorization": f"Bearer {access}"},
                )
            )
        return claims_of(self.issuer, person, "id", "name")

    @staticmethod
    def _good(answer: dict[str, Any]) -> dict[str, Any]:
        error = answer.get("error")
        if isinstance(error, dict):
            if error.get("is_transient") is True:
                raise ProviderDown(str(error.get("code")))
            raise refusal(error.get("code"), setup=FACEBOOK_SETUP, down=FACEBOOK_DOWN)
        if error:
            raise refusal(error)
        return answer


class TikTokProvider(SocialProvider):
    """TikTok Login Kit: `client_key` for `client_id`, a hexadecimal S256, errors inside 200."""

    issuer = "https://www.tiktok.com"
    usual_label = "TikTok"
    badge = "tiktok"
    authorize_at = "https://www.tiktok.com/v2/auth/authorize/"
    api = "https://open.tiktokapis.com/v2"

    def question(self, trip: RoundTrip) -> dict[str, str]:
        """`client_key`, the challenge as TikTok hashes it, its page shown for a fresh sign-in."""
        asked = super().question(trip)
        asked["client_key"] = asked.pop("client_id")
        asked["code_challenge"] = hashlib.sha256(trip.verifier.encode()).hexdigest()
        more = {"disable_auto_auth": "1"} if trip.fresh else {}
        return {**asked, "scope": "user.info.basic", **more}

    async def redeem(self, code: str, trip: RoundTrip) -> Claims:
        """See `Provider.redeem`."""
        async with self.client() as client:
            token = await ask(
                client,
                "POST",
                f"{self.api}/oauth/token/",
                data={
                    "client_key": self.client_id,
                    "client_secret": self.secret,
                    "code": code,
                    "grant_type": "authorization_code",
                    "redirect_uri": trip.redirect_uri,
                    "code_verifier": trip.verifier,
                },
            )
            if token.get("error") or not token.get("access_token"):
                raise refusal(token.get("error", ""))
            answer = await ask(
                client,
                "GET",
                f"{self.api}/user/info/",
                params={"fields": "open_id,union_id,display_name"},
                headers={"Authorization": f"Bearer {token['access_token']}"},
            )
        error, data = answer.get("error"), answer.get("data")
        if isinstance(error, dict) and error.get("code") not in (None, "ok"):
            raise refusal(error["code"])
        person = data.get("user") if isinstance(data, dict) else None
        return claims_of(self.issuer, person, "open_id", "display_name")


class ZaloProvider(SocialProvider):
    """Zalo: `app_id` for `client_id`, secret and token in headers of their own, errors inside 200.

    Ids are an application's own, and there is no e-mail address.
    """

    issuer = "https://oauth.zaloapp.com"
    usual_label = "Zalo"
    badge = "zalo"
    authorize_at = "https://oauth.zaloapp.com/v4/permission"

    def question(self, trip: RoundTrip) -> dict[str, str]:
        """The four parameters that Zalo documents; S256 is understood."""
        asked = super().question(trip)
        asked["app_id"] = asked.pop("client_id")
        del asked["response_type"], asked["code_challenge_method"]
        return asked

    async def redeem(self, code: str, trip: RoundTrip) -> Claims:
        """See `Provider.redeem`."""
        async with self.client() as client:
            token = await ask(
                client,
                "POST",
                "https://oauth.zaloapp.com/v4/access_token",
                data={
                    "code": code,
                    "app_id": self.client_id,
                    "grant_type": "authorization_code",
                    "code_verifier": trip.verifier,
                },
                headers={"secret_key": self.secret},
            )
            if token.get("error") or not token.get("access_token"):
                raise refusal(token.get("error"), setup=ZALO_SETUP)
            person = await ask(
                client,
                "GET",
                "https://graph.zalo.me/v2.0/me",
                params={"fields": "id,name"},
                headers={"access_token": str(token["access_token"])},
            )
        if person.get("error"):
            raise refusal(person["error"], setup=ZALO_SETUP)
        return claims_of(self.issuer, person, "id", "name")


def claims_of(issuer: str, person: object, subject: str, name: str) -> Claims:
    """Claims from a provider's profile.

    Raises:
        ProviderRefused: the profile lacks what makes a person known.
    """
    if not isinstance(person, dict) or not person.get(subject):
        raise ProviderRefused
    return Claims(
        issuer, str(person[subject]), str(person.get(name) or ""), str(person.get("email") or "")
    )
