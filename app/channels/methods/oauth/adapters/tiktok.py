"""TikTok: Login Kit, and `user/info`.

Sources: https://developers.tiktok.com/doc/login-kit-web;
https://developers.tiktok.com/doc/oauth-user-access-token-management;
https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info.
"""

import hashlib
from typing import Any

from authlib.common.urls import add_params_to_qs

from app.accounts.providers.base import ProviderRefused, RoundTrip
from app.channels.methods.base import Grant
from app.channels.methods.oauth.base import Adapter, Profile, Seen, id_of, row_of, text_of
from app.channels.policy.followers import count_of


def _by_key(client: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, str]:
    """Say who the portal is by TikTok's own names, in the body."""
    who = [("client_key", client.client_id), ("client_secret", client.client_secret)]
    return uri, headers, add_params_to_qs(body, who)


class TikTok(Adapter):
    """`client_key` for `client_id`, a hexadecimal S256, scopes by comma, errors beside `ok`.

    `open_id` is one person's for one registered app: with another app, ids are others.
    """

    platform = "tiktok"
    authorize_at = "https://www.tiktok.com/v2/auth/authorize/"
    exchange_at = "https://open.tiktokapis.com/v2/oauth/token/"
    revoke_at = "https://open.tiktokapis.com/v2/oauth/revoke/"
    scopes = ("user.info.basic", "user.info.profile")
    more_scopes = ("user.info.stats",)
    between = ","
    client_auth = staticmethod(_by_key)
    setup = frozenset({"invalid_client", "unauthorized_client"})
    busy = frozenset({"internal_error", "rate_limit_exceeded", "server_error"})

    def question(self, trip: RoundTrip, *, keep: bool) -> dict[str, str]:
        """`client_key`, and the challenge as TikTok hashes it."""
        asked = super().question(trip, keep=keep)
        asked["client_key"] = asked.pop("client_id")
        asked["code_challenge"] = hashlib.sha256(trip.verifier.encode()).hexdigest()
        return asked

    async def read(self, grant: Grant, *, counts: bool) -> Seen:
        """See `Adapter.read`. Who let the name be read and not the count is read without it."""
        try:
            return await self._read(grant, ("follower_count",) if counts else ())
        except ProviderRefused as refused:
            if not counts or refused.code != "scope_not_authorized":
                raise
        return await self._read(grant, ())

    async def _read(self, grant: Grant, more: tuple[str, ...]) -> Seen:
        address = "https://open.tiktokapis.com/v2/user/info/"
        fields = ",".join(("open_id", "username", *more))
        answer = await self.get(address, grant, {"fields": fields})
        code = self.code_of(answer.found)
        if code not in (None, "", "ok"):
            raise self.refusal_of(code)
        user = row_of(row_of(answer.found.get("data")).get("user"))
        profile = Profile(
            id_of(user.get("open_id")),
            text_of(user.get("username")),
            count_of(user.get("follower_count")),
        )
        return Seen((profile,), address, answer.sha256)
