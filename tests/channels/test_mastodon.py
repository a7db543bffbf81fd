"""A Mastodon profile: name and account name each other, and a field links to its owner here."""

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.channels.fetcher import Fetcher, HttpFailed, Zones
from app.channels.methods import METHODS, Ask, Finding, Reach
from tests.channels.local_web import LOOPBACK, LocalWeb, certify, page, serve

OWN = "https://portal.example/is/abcDEF"
ACTOR = "https://mas.example/users/tenban"
LINK = f'<a href="{OWN}" rel="me nofollow noopener"><span class="invisible">https://</span>x</a>'
HOSTS = ("mas.example", "social.mas.example", "khac.example")


class Fediverse:
    """Servers of the Fediverse on loopback."""

    def __init__(self, web: LocalWeb, reach: Reach) -> None:
        self.web, self.reach = web, reach
        self.finger("mas.example", "tenban@mas.example", ACTOR)
        self.account(LINK)

    def finger(self, at: str, account: str, actor: str, subject: str = "") -> None:
        said = {
            "subject": f"acct:{subject or account}",
            "links": [
                {"rel": "http://webfinger.net/rel/profile-page", "href": "https://mas.example/@t"},
                {"rel": "self", "type": "application/activity+json", "href": actor},
            ],
        }
        resource = f"acct%3A{account.replace('@', '%40')}"
        self.web.sites[f"{at}/.well-known/webfinger?resource={resource}"] = page(
            json.dumps(said), kind="application/jrd+json"
        )

    def account(self, *fields: str, at: str = "mas.example", **more: Any) -> None:
        said = {
            "username": "tenban",
            "url": "https://mas.example/@tenban",
            "followers_count": 512,
            "fields": [{"name": "DTA", "value": value} for value in fields],
        }
        self.web.sites[f"{at}/api/v1/accounts/lookup?acct=tenban"] = page(
            json.dumps(said | more), kind="application/json"
        )

    async def check(self, key: str = "tenban@mas.example") -> Finding:
        name, _, host = key.partition("@")
        asked = Ask("mastodon", f"https://{host}/@{name}", key, identity_url=OWN, handle=name)
        return await METHODS["mastodon"].check(asked, self.reach)


@pytest.fixture
async def fediverse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fediverse]:
    tls, authority = certify(tmp_path_factory.mktemp("fediverse"), HOSTS)
    async with serve(tls) as web:

        async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
            if host not in HOSTS:
                raise OSError
            return [("127.0.0.1", web.port)]

        fetcher = Fetcher(
            allowed=lambda address: address == LOOPBACK,
            resolve=resolve,
            tls=ssl.create_default_context(cafile=str(authority)),
        )
        yield Fediverse(web, Reach(fetcher, Zones()))


async def test_a_field_that_links_to_its_owner_proves_the_account(fediverse: Fediverse) -> None:
    found = await fediverse.check()
    assert (found.failure, found.stable_id, found.followers) == (None, ACTOR, 512)
    assert found.evidence["chain"] == [
        "https://mas.example/.well-known/webfinger?resource=acct%3Atenban%40mas.example",
        "https://mas.example/api/v1/accounts/lookup?acct=tenban",
    ]
    assert found.evidence["matched"] == OWN


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        (("<p>bếp</p>", LINK), None),  # any of them
        ((OWN,), None),  # other software shows the field as it was typed
        (("portal.example/is/abcDEF",), None),
        ((f"https://evil.example/?to={OWN}",), "field_not_found"),
        ((), "field_not_found"),
        ((f'<a href="{OWN}9">x</a>',), "field_not_found"),
        ((f'<a href="https://evil.example/?{OWN}">x</a>',), "field_not_found"),
        ((*["x"] * 20, LINK), "field_not_found"),  # nobody has so many
    ],
)
async def test_any_one_field_may_name_the_address_and_nothing_else_does(
    fediverse: Fediverse, fields: tuple[str, ...], failure: str | None
) -> None:
    fediverse.account(*fields)
    assert (await fediverse.check()).failure == failure


async def test_a_server_without_the_api_is_read_by_its_activity_document(
    fediverse: Fediverse,
) -> None:
    del fediverse.web.sites["mas.example/api/v1/accounts/lookup?acct=tenban"]
    said = {
        "id": ACTOR,
        "preferredUsername": "tenban",
        "attachment": [{"type": "PropertyValue", "name": "DTA", "value": LINK}],
    }
    fediverse.web.sites["mas.example/users/tenban"] = page(
        json.dumps(said), kind="application/activity+json"
    )
    found = await fediverse.check()
    assert (found.failure, found.stable_id, found.followers) == (None, ACTOR, None)


async def test_a_name_under_another_host_counts_when_the_accounts_server_says_so(
    fediverse: Fediverse,
) -> None:
    actor = "https://social.mas.example/users/tenban"
    fediverse.finger("mas.example", "tenban@mas.example", actor)
    fediverse.finger("social.mas.example", "tenban@social.mas.example", actor, "tenban@mas.example")
    fediverse.account(LINK, at="social.mas.example")
    found = await fediverse.check()
    assert (found.failure, found.stable_id) == (None, actor)


async def test_a_host_cannot_name_an_account_of_another_server_by_itself(
    fediverse: Fediverse,
) -> None:
    fediverse.finger("khac.example", "tenban@khac.example", ACTOR)
    assert (await fediverse.check("tenban@khac.example")).failure == "account_not_mutual"


async def test_an_answer_about_somebody_else_is_not_believed(fediverse: Fediverse) -> None:
    fediverse.finger("mas.example", "tenban@mas.example", ACTOR, "khac@mas.example")
    assert (await fediverse.check()).failure == "account_not_mutual"


async def test_an_account_that_moved_proves_nothing(fediverse: Fediverse) -> None:
    fediverse.account(LINK, moved={"id": "7"})
    assert (await fediverse.check()).failure == "account_moved"


@pytest.mark.parametrize(
    "said",
    [{"username": "khac"}, {"username": None}, {"fields": "x"}, {"fields": [7, {"value": 7}]}],
)
async def test_an_account_in_another_shape_proves_nothing(
    fediverse: Fediverse, said: dict[str, Any]
) -> None:
    fediverse.account(LINK, **said)
    assert (await fediverse.check()).failure in {"account_not_mutual", "field_not_found"}


async def test_a_server_that_knows_nobody_of_the_name_says_so(fediverse: Fediverse) -> None:
    with pytest.raises(HttpFailed) as failed:
        await fediverse.check("ai@mas.example")
    assert failed.value.status == 404


@pytest.mark.parametrize(
    "actor",
    ["https://[", "https://mas.example/\x00", "https://mas.example/\ud800", ACTOR + "x" * 60_000],
    ids=["no address", "nothing", "half a letter", "too long"],
)
async def test_an_actor_that_could_not_be_kept_is_none(fediverse: Fediverse, actor: str) -> None:
    fediverse.finger("mas.example", "tenban@mas.example", actor)
    assert (await fediverse.check()).failure == "account_not_mutual"


async def test_a_count_that_is_no_number_is_none(fediverse: Fediverse) -> None:
    fediverse.account(LINK, followers_count=True)
    found = await fediverse.check()
    assert (found.failure, found.followers) == (None, None)
