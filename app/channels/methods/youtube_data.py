"""What YouTube's public API says of a channel, where the portal has a key to it.

It needs nothing of the channel's owner. Source: `channels.list`,
https://developers.google.com/youtube/v3/docs/channels/list: one unit of a day's 10,000 a call;
counts above 1,000 come rounded down to three figures; no channel gives an answer without items.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from app.channels.fetcher import Page
from app.channels.methods.base import Ask, Finding, Reach, evidence_of
from app.channels.policy.followers import count_of
from app.channels.policy.links import recognise
from app.channels.policy.platforms import platforms
from app.channels.policy.reasons import NotRecognised
from app.core.config import settings

PLATFORM = "youtube"
API = "https://www.googleapis.com/youtube/v3/channels"
PARTS = "id,snippet,statistics"


@dataclass(frozen=True, slots=True)
class Known:
    """What the API answered; `stable_id` is None when it knows no such channel."""

    page: Page
    stable_id: str | None = None
    handle: str | None = None
    url: str | None = None
    description: str = ""
    followers: int | None = None

    def told_by(self, finding: Finding) -> Finding:
        """`finding`, with the channel's own id, name and count beside it."""
        return replace(
            finding,
            stable_id=self.stable_id,
            handle=self.handle,
            url=self.url,
            followers=self.followers,
        )

    def seen(self, failure: str | None, **more: Any) -> Finding:
        """A finding of its own, made from this answer."""
        return self.told_by(Finding(failure, evidence_of(self.page) | more))


def answers_for(ask: Ask) -> bool:
    """Whether the API can be asked about this channel: by its id or its handle, with a key.

    The names from before handles, `c/…`, cannot be asked for.
    """
    asked = ask.platform == PLATFORM and _question(ask) is not None
    return asked and bool(settings().youtube_api_key.get_secret_value())


async def read(ask: Ask, reach: Reach) -> Known:
    """What the API knows of a channel that it answers for.

    The key goes in a header, so that it stands in no address that is kept or logged.

    Raises:
        FetchFailed: it did not answer, or not to our key, or not in its shape.
    """
    key = settings().youtube_api_key.get_secret_value()
    page, said = await reach.fetcher.fetch_json(
        f"{API}?{urlencode({'part': PARTS, **(_question(ask) or {})}, safe=',@')}",
        headers={"X-Goog-Api-Key": key},
    )
    items = said.get("items")
    first = items[0] if isinstance(items, list) and items else None
    return _known(page, first) if isinstance(first, dict) else Known(page)


def _question(ask: Ask) -> dict[str, str] | None:
    """By what to ask. The id comes first: a handle may have changed hands."""
    if ask.stable_id:
        return {"id": ask.stable_id}
    if ask.handle:
        return {"forHandle": f"@{ask.handle}"}
    kind, _, name = ask.key.partition("/")
    return {"forUsername": name} if kind == "user" and name else None


def _known(page: Page, said: dict[str, Any]) -> Known:
    stable_id = said.get("id")
    if not isinstance(stable_id, str) or not platforms()[PLATFORM].stable_id.fullmatch(stable_id):
        return Known(page)
    snippet, numbers = _object(said.get("snippet")), _object(said.get("statistics"))
    described, name = snippet.get("description"), snippet.get("customUrl")
    handle, url = _named(name) if isinstance(name, str) else (None, None)
    hidden = numbers.get("hiddenSubscriberCount") is True
    return Known(
        page,
        stable_id,
        handle,
        url,
        described if isinstance(described, str) else "",
        None if hidden else count_of(numbers.get("subscriberCount")),
    )


def _object(given: object) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _named(custom_url: str) -> tuple[str | None, str | None]:
    """The handle that `customUrl` gives, with its address. Some old channels have a bare name."""
    if not custom_url.startswith("@"):
        return None, None
    try:
        link = recognise(platforms()[PLATFORM].canonical.format(handle=quote(custom_url[1:])))
    except NotRecognised:
        return None, None
    return link.handle, link.url
