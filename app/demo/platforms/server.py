"""Seven platforms on one loopback port, each below a folder with the name of its host.

It is strict where they are: a code and a rotating refresh token are good once, the address to come
back to and the challenge must fit, each secret must come where that platform wants it. It stands
in for them in the demonstration, the journeys and the tests; see `docs/channel-providers.md`.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.demo.platforms.shapes import PLATFORMS, Account, Platform, Refusal, tiktok_error

CLIENT_ID = "portal"
CLIENT_SECRET = "kept-secret-by-the-portal"  # noqa: S105 - of a demonstration
EXCHANGES = {"graph.instagram.com/access_token", "graph.instagram.com/refresh_access_token"}
FOLLOWERS = "api.twitch.tv/helix/channels/followers"
SIXTY_DAYS = 60 * 86400


@dataclass
class Given:
    """A code or a token, and what it stands for."""

    platform: str
    account: int
    asked: Mapping[str, str]
    good: bool = True


@dataclass
class World:
    """What the platforms know. A test changes it, and looks at what was asked.

    `answers` are whole answers by address, in place of the platform's own.
    """

    accounts: dict[str, list[Account]] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, Given] = field(default_factory=dict)
    tokens: dict[str, Given] = field(default_factory=dict)
    refreshers: dict[str, Given] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    verifiers: list[str] = field(default_factory=list)

    def account(self, given: Given) -> Account:
        """Whom a code or a token stands for, as they are today."""
        return self.accounts[given.platform][given.account]

    def end_tokens(self, *, refreshers: bool = False) -> None:
        """Let all access tokens run out, and those that renew them too if asked."""
        for given in (*self.tokens.values(), *(self.refreshers.values() if refreshers else ())):
            given.good = False

    def secrets(self) -> list[str]:
        """Everything that passed through here and that nobody else may find anywhere."""
        return [
            CLIENT_SECRET,
            *self.codes,
            *self.tokens,
            *self.refreshers,
            *self.states,
            *self.verifiers,
        ]


def make_app(world: World) -> Starlette:
    """The platforms of `world` as an application."""

    async def answer(request: Request) -> Response:
        return await _answered(world, request)

    return Starlette(routes=[Route("/{address:path}", answer, methods=["GET", "POST", "DELETE"])])


async def _answered(world: World, request: Request) -> Response:
    address = request.path_params["address"]
    world.asked.append(f"{request.method} {address}")
    if address in world.answers:
        status, body = world.answers[address]
        return Response(body, status, media_type="application/json")
    asked = dict(request.query_params)
    if request.method == "POST":
        asked |= dict(parse_qsl((await request.body()).decode(), strict_parsing=True))
    if address in EXCHANGES:
        return _swap(world, address, asked)
    found = _place(address)
    if found is None:
        return JSONResponse({"error": "not found"}, 404)
    return found[1](Asked(world, found[0], PLATFORMS[found[0]], asked, request))


@dataclass(frozen=True)
class Asked:
    """One request at a place of one platform."""

    world: World
    name: str
    platform: Platform
    given: Mapping[str, str]
    request: Request


def _place(address: str) -> tuple[str, Callable[[Asked], Response]] | None:
    if address == FOLLOWERS:
        return "twitch", _read
    for name, platform in PLATFORMS.items():
        places: dict[str, Callable[[Asked], Response]] = {
            platform.authorize: _consent,
            platform.exchange: _token,
            platform.revoke: _revoke,
            platform.read: _read,
        }
        if address in places:
            return name, places[address]
    return None


# Consent


def _consent(at: Asked) -> Response:
    """The page of consent; with `choose` its answer: the number of an account, or `no`."""
    world, name, platform, asked = at.world, at.name, at.platform, at.given
    wrong = _wrong(platform, asked)
    if wrong:
        return HTMLResponse(f"<p>{escape(wrong)}</p>", 400)
    chosen = asked.get("choose", "")
    if not chosen:
        return _page(world, name, platform, asked)
    back: dict[str, str] = {"state": asked["state"]}
    if chosen == "no":
        back |= {"error": "access_denied", "error_description": "The user said no"}
    else:
        code = f"code{secrets.token_hex(20)}"
        world.codes[code] = Given(name, int(chosen), dict(asked))
        back["code"] = code
    world.states.append(asked["state"])
    return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)


def _wrong(platform: Platform, asked: Mapping[str, str]) -> str:
    missing = {platform.client, "redirect_uri", "state"} - asked.keys()
    if missing:
        return f"missing: {', '.join(sorted(missing))}"
    if asked[platform.client] != CLIENT_ID:
        return "no such client"
    if platform.pkce and not asked.get("code_challenge"):
        return "missing: code_challenge"
    scopes = asked.get("scope", "").replace(",", " ").split()
    return "" if set(platform.needs) <= set(scopes) else "missing: scope"


def _page(world: World, name: str, platform: Platform, asked: Mapping[str, str]) -> Response:
    own = f"/{platform.authorize}"
    rows = [
        (urlencode({**asked, "choose": str(number)}), account.shown)
        for number, account in enumerate(world.accounts.get(name, []))
    ]
    links = "".join(f'<p><a href="{own}?{escape(q)}">{escape(shown)}</a></p>' for q, shown in rows)
    no = f'<p><a href="{own}?{escape(urlencode({**asked, "choose": "no"}))}">Không đồng ý</a></p>'
    title = f"{name.title()} (bản trình diễn)"
    return HTMLResponse(
        f'<!doctype html><html lang="vi"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><h1>{title}</h1><p>Chọn tài khoản của bạn.</p>{links}{no}</html>"
    )


# Tokens


def _token(at: Asked) -> Response:
    if not _is_portal(at.platform, at.given, at.request):
        return _refused(at.platform, "client")
    match at.given.get("grant_type"):
        case "fb_exchange_token":
            given = at.world.tokens.get(at.given.get("fb_exchange_token", ""))
            return _granted(at.world, at.platform, given, long=True)
        case "refresh_token":
            return _renewed(at, at.world.refreshers.get(at.given.get("refresh_token", "")))
        case _:
            return _redeemed(at, at.world.codes.get(at.given.get("code", "")))


def _renewed(at: Asked, given: Given | None) -> Response:
    if given is None or not given.good:
        return _refused(at.platform, "code")
    given.good = at.platform.renews == "stays"
    return _granted(at.world, at.platform, given)


def _redeemed(at: Asked, given: Given | None) -> Response:
    if given is None or not given.good or given.platform != at.name:
        return _refused(at.platform, "code")
    given.good = False
    verifier = at.given.get("code_verifier", "")
    at.world.verifiers.append(verifier)
    if not _fits(at.platform, given, at.given, verifier):
        return _refused(at.platform, "code")
    return _granted(at.world, at.platform, given)


def _fits(platform: Platform, given: Given, asked: Mapping[str, str], verifier: str) -> bool:
    raw = hashlib.sha256(verifier.encode()).digest()
    challenges = {
        "hex": raw.hex(),
        "s256": base64.urlsafe_b64encode(raw).rstrip(b"=").decode(),
        "": given.asked.get("code_challenge", ""),
    }
    same_way_back = asked.get("redirect_uri") == given.asked["redirect_uri"]
    if platform.told_in == "header":  # Zalo asks for it once
        same_way_back = True
    return same_way_back and challenges[platform.pkce] == given.asked.get("code_challenge", "")


def _is_portal(platform: Platform, asked: Mapping[str, str], request: Request) -> bool:
    match platform.told_in:
        case "basic":
            written = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            return request.headers.get("authorization") == f"Basic {written}"
        case "header":
            return (asked.get("app_id"), request.headers.get("secret_key")) == (
                CLIENT_ID,
                CLIENT_SECRET,
            )
        case "body":
            return (asked.get(platform.client), asked.get("client_secret")) == (
                CLIENT_ID,
                CLIENT_SECRET,
            )


def _granted(
    world: World, platform: Platform, given: Given | None, *, long: bool = False
) -> Response:
    if given is None:
        return _refused(platform, "token")
    kept = Given(given.platform, given.account, given.asked)
    access = _token_of(world, kept)
    answer: dict[str, Any] = {
        "access_token": access,
        "token_type": "bearer",
        "expires_in": SIXTY_DAYS if long else platform.lives,
    }
    wanted = f"{given.asked.get('scope', '')} {' '.join(given.asked)}"
    if platform.renews and platform.renewed_with in wanted:
        refresh = f"refresh{secrets.token_hex(20)}"
        world.refreshers[refresh] = (
            kept
            if platform.renews == "stays"
            else Given(given.platform, given.account, given.asked)
        )
        answer["refresh_token"] = refresh
    if given.platform == "instagram":
        answer = {"data": [{"access_token": access, "user_id": "1", "permissions": ""}]}
    if given.platform == "zalo":
        answer |= {"expires_in": "90000", "refresh_token_expires_in": "7776000"}
        del answer["token_type"]
    if given.platform == "twitch":
        answer["scope"] = []
    return JSONResponse(answer)


def _token_of(world: World, given: Given) -> str:
    access = f"access{secrets.token_hex(20)}"
    world.tokens[access] = Given(given.platform, given.account, given.asked)
    return access


def _swap(world: World, address: str, asked: Mapping[str, str]) -> Response:
    """Instagram's exchange of a token for a longer one."""
    given = world.tokens.get(asked.get("access_token", ""))
    first = address.endswith("/access_token")
    if given is None or not given.good:
        return _refused(PLATFORMS["instagram"], "token")
    if first and asked.get("client_secret") != CLIENT_SECRET:
        return _refused(PLATFORMS["instagram"], "client")
    access = _token_of(world, given)
    return JSONResponse({"access_token": access, "token_type": "bearer", "expires_in": SIXTY_DAYS})


def _revoke(at: Asked) -> Response:
    world, asked, request = at.world, at.given, at.request
    written = asked.get("token") or request.headers.get("authorization", "").removeprefix("Bearer ")
    for known in (world.tokens, world.refreshers):
        if written in known:
            known[written].good = False
            return JSONResponse({"success": True})
    return JSONResponse({"error": "invalid_token"}, 400)


# Reading


def _read(at: Asked) -> Response:
    world, name, platform = at.world, at.name, at.platform
    written = at.request.headers.get(platform.bearer_in, "").removeprefix("Bearer ")
    given = world.tokens.get(written)
    if given is None or not given.good or given.platform != name:
        return _refused(platform, "token")
    if name == "twitch" and at.request.headers.get("client-id") != CLIENT_ID:
        return _refused(platform, "token")
    counted = name == "tiktok" and "follower_count" in at.given.get("fields", "")
    if counted and "user.info.stats" not in given.asked.get("scope", ""):
        status, body = tiktok_error(401, "scope_not_authorized")
        return JSONResponse(body, status)
    return JSONResponse(platform.says(world.account(given), at.given))


def _refused(platform: Platform, why: Refusal) -> Response:
    status, body = platform.refusals[why]
    return JSONResponse(body, status)


def address_of(url: str) -> str:
    """The key of `World.answers` for an address of a platform."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def entries(origin: str) -> str:
    """The value of `PORTAL_CHANNEL_PROVIDERS` with which a portal asks this server, as JSON."""
    return json.dumps(
        [
            {
                "platform": name,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "origin": origin,
            }
            for name in PLATFORMS
        ]
    )
