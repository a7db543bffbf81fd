"""Instagram: the API with Instagram Login, for professional accounts.

Sources: https://developers.facebook.com/docs/instagram-platform, "API with Instagram Login":
"Business login", "Get started", "Refresh a long-lived token".
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2

from app.accounts.providers.base import ProviderRefused
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
from app.core import clock

GRAPH = "https://graph.instagram.com"
RENEWED_BEFORE = timedelta(days=30)  # of the sixty that a token has


class Instagram(Adapter):
    """A token of one hour is swapped for one of sixty days, which is renewed by itself.

    Answers come bare or as the only row of `data`: the documentation shows both.
    """

    platform = "instagram"
    authorize_at = "https://www.instagram.com/oauth/authorize"
    exchange_at = "https://api.instagram.com/oauth/access_token"
    scopes = ("instagram_business_basic",)
    between = ","
    setup = frozenset({1, 101, 191})
    busy = frozenset({2, 4, 17, 32, 613})

    async def kept(self, grant: Grant) -> Grant:
        """A token for sixty days, in place of one for an hour."""
        return await self._swapped(
            f"{GRAPH}/access_token",
            grant_type="ig_exchange_token",
            client_secret=self.secret,
            access_token=grant.access,
        )

    async def renew(self, grant: Grant) -> Grant:
        """See `Adapter.renew`. A token can be renewed only while it is good."""
        left = grant.until - clock.now() if grant.until else timedelta()
        if left > RENEWED_BEFORE:
            return grant
        if left <= timedelta():
            raise ProviderRefused("expired")
        return await self._swapped(
            f"{GRAPH}/refresh_access_token",
            grant_type="ig_refresh_token",
            access_token=grant.access,
        )

    async def _swapped(self, url: str, **params: str) -> Grant:
        answer = await self.call("GET", url, params=params)
        if not httpx2.codes.is_success(answer.status):
            raise self.refusal_of(self.code_of(answer.found))
        found = self.granted(answer.found)
        return Grant(found.access, access_until=found.access_until, until=found.access_until)

    def granted(self, token: Mapping[str, Any], before: Grant | None = None) -> Grant:
        """See `Adapter.granted`."""
        return super().granted(_bare(token), before)

    def code_of(self, found: Mapping[str, Any]) -> object:
        """Its token endpoint has a code beside the error's words, its API an error object."""
        return super().code_of(found) if "error" in found else found.get("code")

    async def read(self, grant: Grant, *, counts: bool) -> Seen:  # noqa: ARG002 - one scope for all
        """See `Adapter.read`."""
        address = f"{GRAPH}/v23.0/me"
        answer = await self.get(address, grant, {"fields": "user_id,username,followers_count"})
        user = _bare(answer.found)
        profile = Profile(
            id_of(user.get("user_id")),
            text_of(user.get("username")),
            count_of(user.get("followers_count")),
        )
        return Seen((profile,), address, answer.sha256)


def _bare(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return row_of(next(iter(rows_of(found["data"])), None)) if "data" in found else found
