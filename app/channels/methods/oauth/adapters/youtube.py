"""YouTube: Google's OAuth, and the Data API's `channels.list` with `mine`.

Sources: https://developers.google.com/identity/protocols/oauth2/web-server;
https://developers.google.com/youtube/v3/docs/channels/list.
"""

from collections.abc import Mapping
from typing import Any

from app.accounts.providers.base import RoundTrip
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


class YouTube(Adapter):
    """The person chooses at Google which of their channels they mean, brand channels included."""

    platform = "youtube"
    authorize_at = "https://accounts.google.com/o/oauth2/v2/auth"
    exchange_at = "https://oauth2.googleapis.com/token"
    revoke_at = "https://oauth2.googleapis.com/revoke"
    scopes = ("https://www.googleapis.com/auth/youtube.readonly",)
    setup = frozenset({"accessNotConfigured", "invalid_client", "redirect_uri_mismatch"})
    busy = frozenset(
        {"dailyLimitExceeded", "quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded"}
    )

    def question(self, trip: RoundTrip, *, keep: bool) -> dict[str, str]:
        """A choice of account; a refresh token only where it is kept, and then without fail."""
        more = {"prompt": "select_account"}
        if keep:
            more = {"prompt": "consent select_account", "access_type": "offline"}
        return {**super().question(trip, keep=keep), **more}

    def code_of(self, found: Mapping[str, Any]) -> object:
        """The reason that the API gives beside a status; the token endpoint has plain codes."""
        error = found.get("error")
        if not isinstance(error, Mapping):
            return error
        reasons = error.get("errors")
        first = reasons[0] if isinstance(reasons, list) and reasons else None
        return first.get("reason") if isinstance(first, Mapping) else error.get("status")

    async def read(self, grant: Grant, *, counts: bool) -> Seen:  # noqa: ARG002 - one scope for all
        """See `Adapter.read`. Who has no channel gets an answer without items."""
        address = "https://www.googleapis.com/youtube/v3/channels"
        answer = await self.get(address, grant, {"part": "id,snippet,statistics", "mine": "true"})
        found = tuple(_profile(row) for row in rows_of(answer.found.get("items", [])))
        return Seen(found, address, answer.sha256)


def _profile(row: Mapping[str, Any]) -> Profile:
    snippet, numbers = row_of(row.get("snippet", {})), row_of(row.get("statistics", {}))
    hidden = numbers.get("hiddenSubscriberCount") is True
    return Profile(
        id_of(row.get("id")),
        text_of(snippet.get("customUrl")),
        None if hidden else count_of(numbers.get("subscriberCount")),
    )
