"""X: OAuth 2.0 with PKCE, and `users/me`.

Sources: https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token;
https://docs.x.com/x-api/users/get-my-user.
"""

from collections.abc import Mapping
from typing import Any

from app.channels.methods.base import Grant
from app.channels.methods.oauth.base import Adapter, Profile, Seen, id_of, row_of, text_of
from app.channels.policy.followers import count_of


class X(Adapter):
    """A confidential client that says who it is by HTTP Basic; refresh tokens are good once."""

    platform = "x"
    authorize_at = "https://x.com/i/oauth2/authorize"
    exchange_at = "https://api.x.com/2/oauth2/token"
    revoke_at = "https://api.x.com/2/oauth2/revoke"
    scopes = ("users.read", "tweet.read")  # `users/me` wants the second as well
    more_scopes = ("offline.access",)
    client_auth = "client_secret_basic"
    setup = frozenset({"client-not-enrolled", "invalid_client", "unauthorized_client"})
    busy = frozenset({"usage-capped"})

    def code_of(self, found: Mapping[str, Any]) -> object:
        """The API refuses with a problem (RFC 7807), the token endpoint with plain codes."""
        return found.get("error") or found.get("reason") or found.get("title")

    async def read(self, grant: Grant, *, counts: bool) -> Seen:  # noqa: ARG002 - one scope for all
        """See `Adapter.read`."""
        address = "https://api.x.com/2/users/me"
        answer = await self.get(address, grant, {"user.fields": "public_metrics"})
        user = row_of(answer.found.get("data"))
        numbers = row_of(user.get("public_metrics", {}))
        profile = Profile(
            id_of(user.get("id")),
            text_of(user.get("username")),
            count_of(numbers.get("followers_count")),
        )
        return Seen((profile,), address, answer.sha256)
