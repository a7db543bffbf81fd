"""What every way to sign in offers, and what can go wrong on the way."""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx2

from app.core.errors import PortalError

TIMEOUT = httpx2.Timeout(10, connect=5)


class ProviderError(PortalError):
    """The provider did not let the person in. `reason` chooses the words of the page."""

    reason = "refused"


class ProviderDown(ProviderError):
    """No answer, or none that can be read."""

    reason = "down"


class ProviderRefused(ProviderError):
    """The provider answered no: an expired or used code, a wrong client."""

    reason = "refused"


class TokenInvalid(ProviderError):
    """The identity token is not what was asked for: issuer, audience, nonce or signature."""

    reason = "invalid"


class ClockOff(ProviderError):
    """The token's times do not fit ours: one of the two clocks is off."""

    reason = "clock"


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the provider says it is. Only `issuer` and `subject` find an account."""

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
    fresh: bool = False  # ask the provider to have the person sign in again


class Provider(Protocol):
    """One configured way to sign in."""

    name: str
    label: str

    async def authorize_url(self, trip: RoundTrip) -> str:
        """Where to send the person.

        Raises:
            ProviderDown: the provider's own description cannot be had.
        """

    async def redeem(self, code: str, trip: RoundTrip) -> Claims:
        """Exchange the code that the person came back with for who they are.

        Raises:
            ProviderDown, ProviderRefused, TokenInvalid, ClockOff: as they say.
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
