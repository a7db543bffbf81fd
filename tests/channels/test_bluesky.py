"""A Bluesky profile: handle and account name each other, and the profile names its owner here."""

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.channels.fetcher import Fetcher
from app.channels.fetcher.errors import NotFound
from app.channels.methods import METHODS, Ask, Reach
from app.channels.models import Outcome
from tests.channels.local_web import LOOPBACK, LocalWeb, certify, page, serve

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
OTHER = "did:plc:z72i7hdynmk6r22z27h6tvur"
OWN = "https://portal.example/is/abcDEF"
HOSTS = ("tenban.bsky.example", "moi.example", "plc.directory", "public.api.bsky.app")
PROFILE = f"public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor={DID}"


class Records:
    """Zones that hold just these records."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[str, ...]] = {}

    async def txt(self, name: str) -> tuple[str, ...]:
        if name not in self.of:
            raise NotFound(name)
        return self.of[name]


class Sky:
    """The hosts that a check asks, on loopback, in the shapes of the AT Protocol."""

    def __init__(self, web: LocalWeb, reach: Reach, records: Records) -> None:
        self.web, self.reach, self.records = web, reach, records
        self.names("tenban.bsky.example", DID)
        self.document(DID, "tenban.bsky.example")
        self.profile(f"Bếp nhà Sương. {OWN}")

    def names(self, handle: str, did: str) -> None:
        self.web.sites[f"{handle}/.well-known/atproto-did"] = page(did, kind="text/plain")

    def document(self, did: str, *handles: str) -> None:
        said = {"id": did, "alsoKnownAs": [f"at://{handle}" for handle in handles]}
        self.web.sites[f"plc.directory/{did}"] = _json(said, "application/did+ld+json")

    def profile(self, about: str, **more: Any) -> None:
        said = {"did": DID, "handle": "x", "description": about, "followersCount": 1204}
        self.web.sites[PROFILE] = _json(said | more)


def _json(said: Any, kind: str = "application/json") -> bytes:
    return page(json.dumps(said), kind=kind)


def ask(**given: Any) -> Ask:
    handle = "tenban.bsky.example"
    usual = {"url": f"https://bsky.app/profile/{handle}", "key": handle, "handle": handle}
    return Ask("bluesky", **(usual | {"identity_url": OWN} | given))


@pytest.fixture
async def sky(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sky]:
    tls, authority = certify(tmp_path_factory.mktemp("sky"), HOSTS)
    async with serve(tls) as web:
        records = Records()
        yield Sky(web, Reach(_fetcher(web, str(authority)), records), records)  # type: ignore[arg-type]


def _fetcher(web: LocalWeb, authority: str) -> Fetcher:
    async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
        if host not in HOSTS:
            raise OSError
        return [("127.0.0.1", web.port)]

    return Fetcher(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolve,
        tls=ssl.create_default_context(cafile=authority),
    )


async def check(sky: Sky, **given: Any) -> Any:
    return await METHODS["bluesky"].check(ask(**given), sky.reach)


async def test_a_profile_that_names_its_owner_proves_the_account_behind_the_handle(
    sky: Sky,
) -> None:
    found = await check(sky)
    assert (found.failure, found.stable_id, found.followers) == (None, DID, 1204)
    assert (found.handle, found.url) == (
        "tenban.bsky.example",
        "https://bsky.app/profile/tenban.bsky.example",
    )
    assert found.evidence["chain"] == [
        "https://tenban.bsky.example/.well-known/atproto-did",
        f"https://plc.directory/{DID}",
        f"https://{PROFILE}",
    ]


async def test_a_record_of_the_domain_is_asked_first(sky: Sky) -> None:
    sky.names("tenban.bsky.example", OTHER)
    sky.records.of["_atproto.tenban.bsky.example"] = ("v=other", f"did={DID}")
    found = await check(sky)
    assert (found.failure, found.evidence["chain"][0]) == (None, "dns:_atproto.tenban.bsky.example")


@pytest.mark.parametrize(
    ("records", "failure"),
    [
        ((f"did={DID}", f"did={OTHER}"), "handle_ambiguous"),
        (("did=did:key:z6Mk",), "handle_unknown"),
        (("did=" + "did:web:" + "a" * 3000,), "handle_unknown"),
    ],
)
async def test_a_handle_that_leads_to_no_one_account_proves_nothing(
    sky: Sky, records: tuple[str, ...], failure: str
) -> None:
    sky.records.of["_atproto.tenban.bsky.example"] = records
    assert (await check(sky)).failure == failure


async def test_an_account_that_goes_by_another_handle_is_not_the_handles(sky: Sky) -> None:
    sky.document(DID, "moi.example")
    assert (await check(sky)).failure == "handle_not_mutual"


async def test_a_document_of_another_account_is_not_believed(sky: Sky) -> None:
    sky.web.sites[f"plc.directory/{DID}"] = _json(
        {"id": OTHER, "alsoKnownAs": ["at://moi.example"]}
    )
    assert (await check(sky)).failure == "handle_not_mutual"


@pytest.mark.parametrize(
    ("description", "seen"),
    [
        ("portal.example/is/abcDEF", True),  # people leave out https://
        (f"({OWN})", True),
        (f"{OWN}.", True),
        (f"{OWN}/", True),
        (f"{OWN}9", False),
        (f"{OWN}/x", False),
        ("https://evil.example/portal.example/is/abcDEF", False),
        (f"https://evil.example/?to={OWN}", False),
        ("evil-portal.example/is/abcDEF", False),
        ("portal.example/is/abcdef", False),
        ("", False),
    ],
)
async def test_the_description_has_to_name_the_address_itself(
    sky: Sky,
    description: str,
    seen: bool,  # noqa: FBT001
) -> None:
    sky.profile(description)
    found = await check(sky)
    assert found.failure == (None if seen else "address_not_in_profile")
    assert found.outcome is (Outcome.SEEN if seen else Outcome.NOT_SEEN)


@pytest.mark.parametrize("said", [{"description": 7}, {"description": None}, {"did": OTHER}])
async def test_a_profile_in_another_shape_proves_nothing(sky: Sky, said: dict[str, Any]) -> None:
    sky.profile(OWN, **said)
    assert (await check(sky)).failure is not None


@pytest.mark.parametrize("count", [-1, "12K", 10**12, True, None, 1.5])
async def test_a_count_in_another_shape_is_none(sky: Sky, count: object) -> None:
    sky.profile(OWN, followersCount=count)
    found = await check(sky)
    assert (found.failure, found.followers) == (None, None)


async def test_a_renamed_handle_is_followed_from_the_account(sky: Sky) -> None:
    sky.names("moi.example", DID)
    sky.document(DID, "moi.example")
    sky.names("tenban.bsky.example", OTHER)  # somebody else took the old one
    found = await METHODS["bluesky"].recheck(ask(stable_id=DID), sky.reach)
    assert (found.failure, found.stable_id, found.handle) == (None, DID, "moi.example")


async def test_a_freed_handle_is_not_inherited(sky: Sky) -> None:
    sky.document(DID, "tenban.bsky.example")
    sky.names("tenban.bsky.example", OTHER)
    found = await METHODS["bluesky"].recheck(ask(stable_id=DID), sky.reach)
    assert found.failure == "handle_not_mutual"
