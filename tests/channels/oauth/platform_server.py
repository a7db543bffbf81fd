"""The platforms of `app/demo/platforms` for the length of a test, and the portal set to ask them."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx2
import uvicorn

from app.channels.methods.oauth.adapters import adapters
from app.core.config import settings
from app.demo.platforms.server import World, entries, make_app
from app.demo.platforms.shapes import Account, OwnChannel

KEYS = "one:" + "A" * 43 + "="


def own(platform: str, **given: Any) -> OwnChannel:
    """The channel that a test's person has there, as its platform knows it."""
    ids = {
        "youtube": "UC" + "bepnha" * 3 + "abcQ",
        "tiktok": "723f24d7-e717-40f8-a2b6-cb8464cd23b4",
        "facebook": "104958162837",
        "instagram": "17841405793187218",
        "x": "2244994945",
        "twitch": "141981764",
        "zalo": "2491302944280861639",
    }
    usual = {"id": ids[platform], "handle": "bepnha", "followers": 12_345}
    return OwnChannel(**{**usual, **given})


LINKS = {
    "youtube": "https://www.youtube.com/@bepnha",
    "tiktok": "https://www.tiktok.com/@bepnha",
    "facebook": "https://www.facebook.com/bepnha",
    "instagram": "https://www.instagram.com/bepnha/",
    "x": "https://x.com/bepnha",
    "twitch": "https://www.twitch.tv/bepnha",
    "zalo": "https://zalo.me/bepnha",
}
PLATFORMS = tuple(LINKS)


def fresh_world() -> World:
    """On each platform one person with one channel, and one with another."""
    return World(
        {
            name: [
                Account((own(name),)),
                Account((own(name, id=_other(own(name).id), handle="quanpho"),)),
            ]
            for name in PLATFORMS
        }
    )


def _other(known: str) -> str:
    return known[:-2] + ("11" if known[-1] != "Q" else "1w")


@contextmanager
def served(world: World) -> Iterator[str]:
    """The platforms on a free port. Yields: their origin."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(make_app(world), log_config=None, lifespan="off", access_log=False)
        )
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def environment(**given: str | None) -> Iterator[None]:
    """The process with these variables, None for without, and its settings read anew."""
    before = {name: os.environ.get(name) for name in given}

    def put(values: dict[str, str | None]) -> None:
        for name, value in values.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        settings.cache_clear()
        adapters.cache_clear()

    put(given)
    try:
        yield
    finally:
        put(before)


@contextmanager
def configured(origin: str, *, keys: str | None = KEYS) -> Iterator[None]:
    """The portal with a client at each platform of `origin`."""
    with environment(PORTAL_CHANNEL_PROVIDERS=entries(origin), PORTAL_TOKEN_KEYS=keys):
        yield


async def decide(address: str, choose: str = "0") -> str:
    """Answer the page of consent. Returns: the path at the portal that one is sent back to."""
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.get(f"{address}&choose={choose}")
    assert answer.status_code == 302, answer.text
    back = answer.headers["location"]
    base = settings().base_url
    assert back.startswith(f"{base}/channels/oauth/"), back
    return back.removeprefix(base)


def body(found: Any) -> bytes:
    """An answer in JSON, as bytes."""
    return json.dumps(found).encode()
