"""Twitch: the authorization code flow, and Helix' `users`.

Sources: https://dev.twitch.tv/docs/authentication/getting-tokens-oauth;
https://dev.twitch.tv/docs/api/reference, "Get Users" and "Get Channel Followers".
"""

from collections.abc import Mapping
from typing import Any

from app.accounts.providers.base import ProviderError, RoundTrip
from app.channels.methods.base import Grant
from app.channels.methods.oauth.base import (
    Adapter,
    Profile,
    Seen,
    id_of,
    row_of,
    rows_of,
    text_of,
)
from app.channels.policy.followers import count_of

HELIX = "https://api.twitch.tv/helix"


class Twitch(Adapter):
    """Who somebody is takes no scope at all. Calls want the client's id beside the token."""

    platform = "twitch"
    authorize_at = "https://id.twitch.tv/oauth2/authorize"
    exchange_at = "https://id.twitch.tv/oauth2/token"
    revoke_at = "https://id.twitch.tv/oauth2/revoke"
    setup = frozenset({"invalid client", "invalid client secret"})

    def question(self, trip: RoundTrip, *, keep: bool) -> dict[str, str]:
        """The page is shown also to somebody who said yes before, so that they can change."""
        return {**super().question(trip, keep=keep), "force_verify": "true"}

    def code_of(self, found: Mapping[str, Any]) -> object:
        """Refusals have a status, and words in place of a code."""
        return found.get("message")

    async def read(self, grant: Grant, *, counts: bool) -> Seen:
        """See `Adapter.read`. The count is a call of its own."""
        address = f"{HELIX}/users"
        answer = await self.get(address, grant, headers=self._headers(grant))
        user = row_of(next(iter(rows_of(answer.found.get("data"))), None))
        own = id_of(user.get("id"))
        count = await self._followers(grant, own) if counts else None
        return Seen((Profile(own, text_of(user.get("login")), count),), address, answer.sha256)

    async def _followers(self, grant: Grant, own: str) -> int | None:
        address = f"{HELIX}/channels/followers"
        try:
            asked = {"broadcaster_id": own, "first": "1"}
            answer = await self.get(address, grant, asked, self._headers(grant))
        except ProviderError:
            return None  # who they are was told; the count can wait
        return count_of(answer.found.get("total"))

    def _headers(self, grant: Grant) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {grant.access}", "Client-Id": self.client_id}
