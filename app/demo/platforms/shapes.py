"""How each platform writes what it answers, as its documentation shows it.

What an adapter says of its platform is held against this, so it is written from the documentation
once more and takes nothing from the adapter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Refusal = Literal["code", "client", "token", "busy"]
Said = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Account:
    """One account at a platform, with the channels that whoever signs in to it can manage."""

    channels: tuple["OwnChannel", ...]
    name: str = ""

    @property
    def shown(self) -> str:
        """What the page of consent calls it."""
        return self.name or ", ".join(c.handle or c.id for c in self.channels) or "—"


@dataclass(frozen=True)
class OwnChannel:
    """One channel as the platform knows it. `handle` is without its @."""

    id: str
    handle: str = ""
    followers: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)  # further fields of its answer


@dataclass(frozen=True)
class Platform:
    """Where a platform is asked, with what, and how it answers."""

    authorize: str
    exchange: str
    read: str
    client: str  # the name of the client's id in the authorization request
    told_in: Literal["body", "basic", "header"]
    says: Callable[[Account, Mapping[str, str]], dict[str, Any]]
    refusals: Mapping[Refusal, Said]
    revoke: str = ""
    pkce: Literal["s256", "hex", ""] = "s256"
    bearer_in: str = "authorization"
    needs: tuple[str, ...] = ()  # scopes
    lives: int = 3600
    renews: Literal["rotates", "stays", ""] = ""
    renewed_with: str = ""  # the scope or parameter without which there is no refresh token


def _youtube(account: Account, _asked: Mapping[str, str]) -> dict[str, Any]:
    items = [
        {
            "kind": "youtube#channel",
            "etag": "e",
            "id": channel.id,
            "snippet": {"title": channel.handle, "customUrl": f"@{channel.handle}"},
            "statistics": {
                "viewCount": "1",
                "subscriberCount": str(channel.followers),
                "hiddenSubscriberCount": False,
                "videoCount": "1",
            },
            **channel.more,
        }
        for channel in account.channels
    ]
    found = {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": len(items)}}
    return {**found, "items": items} if items else found


def _tiktok(account: Account, asked: Mapping[str, str]) -> dict[str, Any]:
    channel = account.channels[0]
    known = {
        "open_id": channel.id,
        "username": channel.handle,
        "follower_count": channel.followers,
        **channel.more,
    }
    user = {name: known[name] for name in asked.get("fields", "").split(",") if name in known}
    return {"data": {"user": user}, "error": {"code": "ok", "message": "", "log_id": "2026"}}


def _facebook(account: Account, asked: Mapping[str, str]) -> dict[str, Any]:
    rows = [
        {
            "id": page.id,
            "name": page.handle or page.id,
            "link": f"https://www.facebook.com/{page.handle or page.id}",
            **({"username": page.handle} if page.handle else {}),
            "tasks": ["ANALYZE", "ADVERTISE", "MODERATE", "CREATE_CONTENT", "MANAGE"],
            "followers_count": page.followers,
            **page.more,
        }
        for page in account.channels
    ]
    fields = set(asked.get("fields", "").split(","))
    rows = [{name: row[name] for name in row if name in fields} for row in rows]
    first = int(asked.get("after") or 0)
    limit = int(asked.get("limit") or 25)
    page, last = rows[first : first + limit], first + limit
    cursors = {"before": str(first), "after": str(last)}
    further = {"next": f"https://graph.facebook.com/v23.0/me/accounts?after={last}"}
    return {
        "data": page,
        "paging": {"cursors": cursors, **(further if last < len(rows) else {})},
    }


def _instagram(account: Account, _asked: Mapping[str, str]) -> dict[str, Any]:
    channel = account.channels[0]
    return {
        "user_id": channel.id,
        "username": channel.handle,
        "followers_count": channel.followers,
        "id": f"9{channel.id}",
        **channel.more,
    }


def _x(account: Account, _asked: Mapping[str, str]) -> dict[str, Any]:
    channel = account.channels[0]
    numbers = {"followers_count": channel.followers, "following_count": 1, "tweet_count": 1}
    known = {"id": channel.id, "name": channel.handle, "username": channel.handle}
    return {"data": {**known, "public_metrics": numbers, **channel.more}}


def _twitch(account: Account, asked: Mapping[str, str]) -> dict[str, Any]:
    channel = account.channels[0]
    if "broadcaster_id" in asked:
        return {"total": channel.followers, "data": [], "pagination": {}}
    known = {"id": channel.id, "login": channel.handle, "display_name": channel.handle.title()}
    return {"data": [{**known, "type": "", "broadcaster_type": "", **channel.more}]}


def _zalo(account: Account, _asked: Mapping[str, str]) -> dict[str, Any]:
    channel = account.channels[0]
    known = {
        "oa_id": channel.id,
        "oa_alias": channel.handle,
        "name": channel.handle,
        "num_follower": channel.followers,
        **channel.more,
    }
    return {"data": known, "error": 0, "message": "Success"}


def _google_error(status: int, reason: str, name: str) -> Said:
    errors = [{"message": reason, "domain": "global", "reason": reason}]
    return status, {"error": {"code": status, "message": reason, "errors": errors, "status": name}}


def _meta_error(status: int, code: int, words: str, **more: Any) -> Said:
    known = {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return status, {"error": {**known, **more}}


def tiktok_error(status: int, code: str) -> Said:
    """TikTok's API refuses with an object beside empty data."""
    return status, {"data": {}, "error": {"code": code, "message": code, "log_id": "2026"}}


PLATFORMS: Mapping[str, Platform] = {
    "youtube": Platform(
        authorize="accounts.google.com/o/oauth2/v2/auth",
        exchange="oauth2.googleapis.com/token",
        read="www.googleapis.com/youtube/v3/channels",
        revoke="oauth2.googleapis.com/revoke",
        client="client_id",
        told_in="body",
        needs=("https://www.googleapis.com/auth/youtube.readonly",),
        renews="stays",
        renewed_with="access_type",
        says=_youtube,
        refusals={
            "code": (400, {"error": "invalid_grant", "error_description": "Bad Request"}),
            "client": (401, {"error": "invalid_client", "error_description": "Unauthorized"}),
            "token": _google_error(401, "authError", "UNAUTHENTICATED"),
            "busy": _google_error(403, "quotaExceeded", "PERMISSION_DENIED"),
        },
    ),
    "tiktok": Platform(
        authorize="www.tiktok.com/v2/auth/authorize/",
        exchange="open.tiktokapis.com/v2/oauth/token/",
        read="open.tiktokapis.com/v2/user/info/",
        revoke="open.tiktokapis.com/v2/oauth/revoke/",
        client="client_key",
        told_in="body",
        pkce="hex",
        needs=("user.info.basic", "user.info.profile"),
        lives=86400,
        renews="rotates",
        says=_tiktok,
        refusals={
            "code": (
                200,
                {
                    "error": "invalid_grant",
                    "error_description": "Authorization code is expired.",
                    "log_id": "2026",
                },
            ),
            "client": (
                200,
                {
                    "error": "invalid_client",
                    "error_description": "Client key or secret is incorrect.",
                    "log_id": "2026",
                },
            ),
            "token": tiktok_error(401, "access_token_invalid"),
            "busy": tiktok_error(429, "rate_limit_exceeded"),
        },
    ),
    "facebook": Platform(
        authorize="www.facebook.com/v23.0/dialog/oauth",
        exchange="graph.facebook.com/v23.0/oauth/access_token",
        read="graph.facebook.com/v23.0/me/accounts",
        revoke="graph.facebook.com/v23.0/me/permissions",
        client="client_id",
        told_in="body",
        needs=("pages_show_list",),
        lives=5183944,
        says=_facebook,
        refusals={
            "code": _meta_error(
                400, 100, "This authorization code has expired.", error_subcode=36007
            ),
            "client": _meta_error(400, 1, "Error validating client secret."),
            "token": _meta_error(
                400, 190, "Error validating access token: Session has expired.", error_subcode=463
            ),
            "busy": _meta_error(400, 4, "(#4) Application request limit reached"),
        },
    ),
    "instagram": Platform(
        authorize="www.instagram.com/oauth/authorize",
        exchange="api.instagram.com/oauth/access_token",
        read="graph.instagram.com/v23.0/me",
        client="client_id",
        told_in="body",
        needs=("instagram_business_basic",),
        says=_instagram,
        refusals={
            "code": (
                400,
                {
                    "error_type": "OAuthException",
                    "code": 400,
                    "error_message": "This authorization code has been used",
                },
            ),
            "client": _meta_error(400, 101, "Error validating application."),
            "token": _meta_error(
                400, 190, "Error validating access token: Session has expired.", error_subcode=463
            ),
            "busy": _meta_error(400, 4, "Application request limit reached", is_transient=True),
        },
    ),
    "x": Platform(
        authorize="x.com/i/oauth2/authorize",
        exchange="api.x.com/2/oauth2/token",
        read="api.x.com/2/users/me",
        revoke="api.x.com/2/oauth2/revoke",
        client="client_id",
        told_in="basic",
        needs=("users.read", "tweet.read"),
        lives=7200,
        renews="rotates",
        renewed_with="offline.access",
        says=_x,
        refusals={
            "code": (
                400,
                {
                    "error": "invalid_request",
                    "error_description": "Value passed for the authorization code was invalid.",
                },
            ),
            "client": (
                401,
                {
                    "error": "unauthorized_client",
                    "error_description": "Missing valid authorization header",
                },
            ),
            "token": (
                401,
                {
                    "title": "Unauthorized",
                    "type": "about:blank",
                    "status": 401,
                    "detail": "Unauthorized",
                },
            ),
            "busy": (
                429,
                {
                    "title": "Too Many Requests",
                    "detail": "Too Many Requests",
                    "type": "about:blank",
                    "status": 429,
                },
            ),
        },
    ),
    "twitch": Platform(
        authorize="id.twitch.tv/oauth2/authorize",
        exchange="id.twitch.tv/oauth2/token",
        read="api.twitch.tv/helix/users",
        revoke="id.twitch.tv/oauth2/revoke",
        client="client_id",
        told_in="body",
        pkce="",
        lives=14124,
        renews="stays",
        says=_twitch,
        refusals={
            "code": (400, {"status": 400, "message": "Invalid authorization code"}),
            "client": (403, {"status": 403, "message": "invalid client secret"}),
            "token": (
                401,
                {"error": "Unauthorized", "status": 401, "message": "Invalid OAuth token"},
            ),
            "busy": (
                429,
                {"error": "Too Many Requests", "status": 429, "message": "Too Many Requests"},
            ),
        },
    ),
    "zalo": Platform(
        authorize="oauth.zaloapp.com/v4/oa/permission",
        exchange="oauth.zaloapp.com/v4/oa/access_token",
        read="openapi.zalo.me/v2.0/oa/getoa",
        client="app_id",
        told_in="header",
        bearer_in="access_token",
        lives=90000,
        renews="rotates",
        says=_zalo,
        refusals={
            "code": (
                200,
                {
                    "error_name": "Invalid authorization code",
                    "error_reason": "Invalid authorization code",
                    "error": -14019,
                },
            ),
            "client": (
                200,
                {
                    "error_name": "Invalid app secret key",
                    "error_reason": "Invalid app secret key",
                    "error": -14004,
                },
            ),
            "token": (200, {"error": -216, "message": "Access token is invalid"}),
            "busy": (200, {"error": -32, "message": "Your application reached limit call api"}),
        },
    ),
}
