"""What every way to sign in offers, and what can go wrong on the way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import httpx2

from app.core.errors import PortalError

TIMEOUT = httpx2.Timeout(10, connect=5)

Given = Literal["name", "email"]


class ProviderError(PortalError):
    """The provider did not let the person in.

    `reason` chooses the words of the page; `code` is what the provider called it, for the log.
    """

    reason = "refused"

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.code = code[:80]


class ProviderDown(ProviderError):
    """No answer, or none that can be read."""

    reason = "down"


class ProviderRefused(ProviderError):
    """The provider answered no to this person: an expired or used code, a right not granted."""

    reason = "refused"


class ProviderSetup(ProviderError):
    """The provider does not accept the portal itself: its client, secret, address or scope."""

    reason = "setup"


class TokenInvalid(ProviderError):
    """The identity token is not what was asked for: issuer, audience, nonce or signature."""

    reason = "invalid"


class ClockOff(ProviderError):
    """The token's times do not fit ours: one of the two clocks is off."""

    reason = "clock"


class NotFresh(ProviderError):
    """The provider let the person through on an earlier sign-in, where a new one was asked for."""

    reason = "not_fresh"


SETUP_CODES = frozenset(
    {
        "invalid_client",
        "invalid_scope",
        "scope_permission_missed",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
    }
)
DOWN_CODES = frozenset(
    {"internal_error", "rate_limit_exceeded", "server_error", "temporarily_unavailable"}
)


def refusal(
    code: object,
    setup: Collection[object] = SETUP_CODES,
    down: Collection[object] = DOWN_CODES,
) -> ProviderError:
    """The error that stands for a provider's own `code`.

    Args:
        code: as the provider gave it; RFC 6749 §4.1.2.1 and §5.2 unless it has its own.
        setup: codes that blame the portal's configuration; `down` those of a provider in trouble.
    """
    if code in setup:
        return ProviderSetup(str(code))
    if code in down:
        return ProviderDown(str(code))
    return ProviderRefused(str(code))


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the provider says it is. Only `issuer` and `subject` find an account.

    `email` is empty where the provider has none, or has not seen that the person reads it.
    """

    issuer: str
    subject: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What one trip to the provider carries; kept in the database meanwhile."""

    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    began_at: datetime
    fresh: bool = False  # ask the provider to have the person sign in again


class Provider(Protocol):
    """One configured way to sign in.

    `gives` names what is received of a person; `badge` is a platform of the channels, or "".
    """

    name: str
    label: str
    badge: str
    gives: tuple[Given, ...]

    async def authorize_url(self, trip: RoundTrip) -> str:
        """Where to send the person.

        Raises:
            ProviderDown: the provider's own description cannot be had.
            TokenInvalid: the description is another issuer's.
        """

    async def redeem(self, code: str, trip: RoundTrip) -> Claims:
        """Exchange the code that the person came back with for who they are.

        Raises:
            ProviderDown, ProviderRefused, ProviderSetup, TokenInvalid, ClockOff, NotFresh: as
                they say.
        """


async def ask(client: httpx2.AsyncClient, method: str, url: str, **given: Any) -> dict[str, Any]:
    """One call to a provider's API, answered in JSON.

    The status is not judged here: some providers refuse with 200, and say why only in the body.

    Raises:
        ProviderDown: no answer in time, a server's own failure, or no JSON object.
    """
    try:
        answer = await client.request(method, url, **given)
        found = answer.json() if answer.status_code < 500 else None  # noqa: PLR2004
    except (httpx2.HTTPError, ValueError) as failure:
        raise ProviderDown from failure
    if not isinstance(found, dict):
        raise ProviderDown
    return found
