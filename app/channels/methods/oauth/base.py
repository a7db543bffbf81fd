"""What every platform's adapter has in common: the exchange by Authlib, and what is read then.

Nothing here keeps anything. Tokens live in a `Grant`, which says nothing of itself.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.accounts.providers.base import (
    TIMEOUT,
    ProviderDown,
    ProviderError,
    ProviderRefused,
    RoundTrip,
    TokenInvalid,
    refusal,
)
from app.channels.methods.base import Grant
from app.core import clock
from app.core.config import ChannelProviderSettings
from app.core.crypto import digest

UNREADABLE = (
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    UnicodeError,
    ValueError,
)
TOO_MANY = 429
LONGEST = 500  # characters of a handle that a platform may tell
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


class ProviderBusy(ProviderDown):
    """The platform answers, but has been asked too often."""

    reason = "busy"


@dataclass(frozen=True, slots=True)
class Profile:
    """One channel of the person who signed in, as the platform tells it."""

    stable_id: str
    handle: str = ""  # with or without its @; "" where it has none
    followers: int | None = None
    manages: bool = True  # whether the person may do with it whatever its owner may


@dataclass(frozen=True, slots=True)
class Seen:
    """What one reading came to: the channels, where they were read, and a digest of the answer."""

    profiles: tuple[Profile, ...]
    address: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of an API: an object in JSON, with its status and the digest of its body."""

    status: int
    found: Mapping[str, Any]
    sha256: str


class Adapter:
    """One platform, with one registered client.

    A platform says here how it differs; what it does not say is done as RFC 6749, 7009 and 7636
    have it.
    """

    platform: ClassVar[str]
    authorize_at: ClassVar[str]
    exchange_at: ClassVar[str]
    revoke_at: ClassVar[str] = ""
    """Where a token is given back; "" where the platform has no such call."""
    scopes: ClassVar[tuple[str, ...]] = ()
    more_scopes: ClassVar[tuple[str, ...]] = ()
    """What is asked for on top where the owner wants fresh counts."""
    between: ClassVar[str] = " "
    """What stands between two scopes."""
    client_auth: ClassVar[Any] = "client_secret_post"
    """A way of Authlib's to say who the portal is, or one of the platform's own."""
    refresh_life: ClassVar[str] = "refresh_expires_in"
    """Where the platform says for how many seconds a grant can be renewed, if it does."""
    setup: ClassVar[frozenset[object]] = frozenset()
    """Codes of the platform's own that blame the portal's client; `busy` those that ask to wait."""
    busy: ClassVar[frozenset[object]] = frozenset()

    def __init__(
        self, given: ChannelProviderSettings, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.client_id = given.client_id
        self.secret = given.client_secret.get_secret_value()
        self._origin = given.origin
        self._transport = transport

    # The way there

    def question(self, trip: RoundTrip, *, keep: bool) -> dict[str, str]:
        """The parameters of the authorization request."""
        return {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": trip.redirect_uri,
            "scope": self.between.join(self.scopes + (self.more_scopes if keep else ())),
            "state": trip.state,
            "code_challenge": create_s256_code_challenge(trip.verifier),
            "code_challenge_method": "S256",
        }

    def authorize_url(self, trip: RoundTrip, *, keep: bool) -> str:
        """Where to send the owner; `keep`: they want fresh counts later."""
        return f"{self.at(self.authorize_at)}?{urlencode(self.question(trip, keep=keep))}"

    def at(self, url: str) -> str:
        """`url`, or where the configured server stands in for it: its host becomes a folder."""
        if not self._origin:
            return url
        parts = urlsplit(url)
        return f"{self._origin}/{parts.netloc}{parts.path}"

    # The exchange

    async def redeem(self, code: str, trip: RoundTrip, *, keep: bool) -> Grant:
        """Exchange the code that the owner came back with.

        Args:
            keep: whether the grant is to outlast the visit.

        Raises:
            ProviderError: as its subclass says.
        """
        grant = self.granted(await self._token(self._redemption(code, trip)))
        return await self.kept(grant) if keep else grant

    async def kept(self, grant: Grant) -> Grant:
        """A grant just given, as one that outlasts the visit; most are such already.

        Raises:
            ProviderError: as its subclass says.
        """
        return grant

    def _redemption(self, code: str, trip: RoundTrip) -> dict[str, str]:
        """The body of the exchange, the client's own part aside."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": trip.redirect_uri,
            "code_verifier": trip.verifier,
        }

    async def renew(self, grant: Grant) -> Grant:
        """The grant with a token that is good for a while; the same while it still is.

        Raises:
            ProviderRefused: it is over, and only the owner can give another.
            ProviderError: as its subclass says.
        """
        if not grant.runs_out(clock.now()):
            return grant
        if not grant.refresh:
            raise ProviderRefused("expired")
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh}
        return self.granted(await self._token(asked), before=grant)

    async def revoke(self, grant: Grant) -> None:
        """Give the grant back to the platform, where it has a call for that.

        Raises:
            ProviderError: as its subclass says.
        """
        if not self.revoke_at:
            return
        try:
            async with self._client() as client:
                answer = await client.revoke_token(
                    self.at(self.revoke_at), token=grant.refresh or grant.access
                )
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            raise ProviderDown from failure
        if answer.status_code >= 500 or answer.status_code == TOO_MANY:  # noqa: PLR2004
            raise ProviderDown

    async def _token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """The token endpoint's answer, once it is one that grants something."""
        try:
            async with self._client() as client:
                client.register_compliance_hook("access_token_response", self._granting)
                found = await client.fetch_token(self.at(self.exchange_at), **asked)
            return dict(found)
        except OAuthError as refused:
            code = self.code_of({"error": refused.error})
            raise self.refusal_of(code) from None  # its words may quote what was sent
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            raise ProviderDown from failure
        except UNREADABLE as failure:
            raise TokenInvalid("token") from failure

    def _granting(self, answer: httpx2.Response) -> httpx2.Response:
        """`answer`, unless its status says no: some platforms then leave out RFC 6749's `error`."""
        if httpx2.codes.is_success(_in_time(answer).status_code):
            return answer
        raise self.refusal_of(self.code_of(row_of(answer.json())))

    def granted(self, token: Mapping[str, Any], before: Grant | None = None) -> Grant:
        """The grant in a token endpoint's answer.

        Raises:
            TokenInvalid: there is none.
        """
        access = token.get("access_token")
        if not isinstance(access, str) or not access:
            raise TokenInvalid("access_token")
        refresh = token.get("refresh_token")
        known = before.refresh if before else ""
        return Grant(
            access=access,
            refresh=refresh if isinstance(refresh, str) and refresh else known,
            access_until=_in(token.get("expires_in")),
            until=_in(token.get(self.refresh_life)) or (before.until if before else None),
        )

    def code_of(self, found: Mapping[str, Any]) -> object:
        """What the platform calls its refusal."""
        error = found.get("error")
        return error.get("code") if isinstance(error, Mapping) else error

    def refusal_of(self, code: object) -> ProviderError:
        """The error that stands for the platform's own code."""
        if not isinstance(code, str | int):
            return ProviderRefused("unnamed")
        if code in self.setup:
            return refusal(code, setup=self.setup)
        if code in self.busy:
            return ProviderBusy(str(code))
        return refusal(code)

    # What is read

    async def read(self, grant: Grant, *, counts: bool) -> Seen:
        """The channels of whoever gave the grant.

        Args:
            counts: whether the owner let counts be read where that takes a right of its own.

        Raises:
            ProviderRefused: the grant does not allow it, or no longer.
            ProviderError: as its subclass says.
        """
        raise NotImplementedError

    async def get(
        self,
        url: str,
        grant: Grant,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One answer of the platform's API, once it is no refusal.

        Args:
            headers: what carries the token; a bearer's header when None.

        Raises:
            ProviderError: as its subclass says.
        """
        usual = {"Authorization": f"Bearer {grant.access}"}
        answer = await self.call("GET", url, params=params, headers=headers or usual)
        if not httpx2.codes.is_success(answer.status):
            raise self.refusal_of(self.code_of(answer.found))
        return answer

    async def call(self, method: str, url: str, **given: Any) -> Answer:
        """One call with its answer, whatever it says.

        Raises:
            ProviderDown: no answer in time, or a server's own failure.
            ProviderBusy: asked too often.
            TokenInvalid: no JSON object.
        """
        try:
            async with self._client() as client:
                raw = await client.request(method, self.at(url), withhold_token=True, **given)
                found = _in_time(raw).json()
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            raise ProviderDown from failure
        except UNREADABLE as failure:
            raise TokenInvalid("json") from failure
        return Answer(raw.status_code, row_of(found), digest(raw.content))

    def _client(self) -> Any:
        """Authlib's client for one exchange; no proxy or netrc of the machine is looked at."""
        return AsyncOAuth2Client(
            self.client_id,
            self.secret,
            token_endpoint_auth_method=self.client_auth,
            revocation_endpoint_auth_method=self.client_auth,
            timeout=TIMEOUT,
            trust_env=False,
            verify=_tls(),
            transport=self._transport,
        )


@lru_cache
def _tls() -> ssl.SSLContext:
    """Whom to believe, read once: it takes longer than a call."""
    return httpx2.create_ssl_context(trust_env=False)


def _in_time(answer: httpx2.Response) -> httpx2.Response:
    """`answer`, unless it is one of a server that has too much to do or has broken."""
    if answer.status_code == TOO_MANY:
        raise ProviderBusy("429")
    if answer.status_code >= 500:  # noqa: PLR2004
        raise ProviderDown(str(answer.status_code))
    return answer


def _in(seconds: object) -> datetime | None:
    """The moment so many seconds from now, as platforms write them: numbers, or texts of them."""
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit():
        seconds = int(seconds[:12])
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return clock.now() + timedelta(seconds=seconds) if 0 < seconds < 10 * 366 * 86400 else None


def text_of(given: object) -> str:
    """A name that a platform told; "" for what is none."""
    return given if isinstance(given, str) and len(given) <= LONGEST else ""


def id_of(given: object) -> str:
    """The id of a channel.

    Raises:
        TokenInvalid: there is none; without it nothing can be said of a channel.
    """
    found = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise TokenInvalid("id")
    return found


def rows_of(given: object) -> list[Mapping[str, Any]]:
    """A list of objects.

    Raises:
        TokenInvalid: it is none.
    """
    if not isinstance(given, list) or not all(isinstance(row, Mapping) for row in given):
        raise TokenInvalid("list")
    return given


def row_of(given: object) -> Mapping[str, Any]:
    """One object.

    Raises:
        TokenInvalid: it is none.
    """
    if not isinstance(given, Mapping):
        raise TokenInvalid("object")
    return given
