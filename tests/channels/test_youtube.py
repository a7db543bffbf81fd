"""A YouTube channel by its handle and by its own id: they are one, and the id is what is kept."""

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import queries, service
from app.channels.fetcher import Fetcher, FetchFailed, Turns, Zones
from app.channels.methods import METHODS, Ask, Finding, Reach, youtube_data
from app.channels.models import Channel, ChannelCount, ChannelHandle, Outcome
from app.channels.policy.links import recognise
from app.channels.queries import doubles
from app.channels.service import keeping, merging
from app.channels.service.asking import ask_for
from app.core.config import Settings, settings
from tests.channels.local_web import LOOPBACK, LocalWeb, certify, page, redirect, serve
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof

KEY = "AIza-a-key-of-the-portal"
CODE = "DTA-0123456789"
ID = "UCabcdefghijklmnopqrstuA"
OTHER = "UCabcdefghijklmnopqrstuQ"
HOSTS = ("www.googleapis.com", "www.youtube.com", "evil.example")
BY_HANDLE = f"{youtube_data.API}?part=id,snippet,statistics&forHandle=@bepnha"
BY_ID = f"{youtube_data.API}?part=id,snippet,statistics&id={ID}"


class Api:
    """The public API and the site, on loopback."""

    def __init__(self, web: LocalWeb, reach: Reach) -> None:
        self.web, self.reach = web, reach

    def says(self, question: str, *items: Any, **more: Any) -> None:
        body = {"kind": "youtube#channelListResponse", "items": list(items)} | more
        self.web.sites[question.removeprefix("https://")] = page(
            json.dumps(body), kind="application/json; charset=UTF-8"
        )

    def refuses(self, question: str, status: int, reason: str) -> None:
        body = {"error": {"code": status, "errors": [{"reason": reason}]}}
        self.web.sites[question.removeprefix("https://")] = page(
            json.dumps(body), kind="application/json", status=status
        )

    def shows(self, body: str) -> None:
        self.web.sites["www.youtube.com/@bepnha"] = page(body)


def item(channel_id: str = ID, about: str = "", name: str = "@bepnha", **numbers: Any) -> Any:
    """A channel in the shape of the documentation."""
    usual = {"subscriberCount": "1230", "hiddenSubscriberCount": False, "videoCount": "3"}
    return {
        "kind": "youtube#channel",
        "id": channel_id,
        "snippet": {"title": "Bếp nhà", "description": about, "customUrl": name},
        "statistics": usual | numbers,
    }


@pytest.fixture
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    tls, authority = certify(tmp_path_factory.mktemp("youtube"), HOSTS)
    async with serve(tls) as web:

        async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
            if host not in HOSTS:
                raise OSError
            return [("127.0.0.1", web.port)]

        fetcher = Fetcher(
            allowed=lambda address: address == LOOPBACK,
            resolve=resolve,
            tls=ssl.create_default_context(cafile=str(authority)),
            turns=Turns(distance=0),
        )
        yield Api(web, Reach(fetcher, Zones()))


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal that has a key to the public API."""
    chosen = settings().model_copy(update={"youtube_api_key": SecretStr(KEY)})
    monkeypatch.setattr(youtube_data, "settings", lambda: chosen)


def ask(link: str = "youtube.com/@bepnha", **given: Any) -> Ask:
    found = recognise(link)
    usual = {"handle": found.handle, "stable_id": found.stable_id, "code": CODE}
    return Ask("youtube", found.url, found.key, **(usual | given))


@pytest.mark.usefixtures("key")
async def test_a_code_in_the_description_proves_the_channel_and_tells_its_id_and_count(
    api: Api,
) -> None:
    api.says(BY_HANDLE, item(about=f"Nấu ăn mỗi ngày. {CODE}", name="@BepNha"))
    found = await METHODS["page_code"].check(ask(), api.reach)
    assert (found.failure, found.stable_id, found.followers) == (None, ID, 1230)
    assert (found.handle, found.url) == ("bepnha", "https://www.youtube.com/@bepnha")
    assert found.evidence["matched"] == f"Nấu ăn mỗi ngày. {CODE}"
    assert found.evidence["chain"] == [BY_HANDLE]


@pytest.mark.usefixtures("key")
async def test_the_key_goes_to_the_api_alone_and_into_nothing_that_is_kept(api: Api) -> None:
    api.web.sites[BY_HANDLE.removeprefix("https://")] = redirect("https://evil.example/")
    api.web.sites["evil.example/"] = page('{"items": []}', kind="application/json")
    api.shows(CODE)
    found = await METHODS["page_code"].check(ask(), api.reach)
    assert (found.seen, found.stable_id) == (True, None)
    first, second = api.web.asked[:2]
    assert KEY.encode() in first
    assert b"evil.example" in second
    assert KEY.encode() not in second
    assert KEY not in repr(found)
    assert KEY not in repr(settings().model_copy(update={"youtube_api_key": SecretStr(KEY)}))


@pytest.mark.usefixtures("key")
async def test_a_code_that_only_the_page_shows_counts_as_well(api: Api) -> None:
    api.says(BY_HANDLE, item(about="nothing yet"))
    api.shows(f"<p>{CODE}</p>")
    found = await METHODS["page_code"].check(ask(), api.reach)
    assert (found.failure, found.stable_id, found.followers) == (None, ID, 1230)
    assert found.evidence["chain"] == ["https://www.youtube.com/@bepnha"]
    api.shows("nothing here either")
    assert (await METHODS["page_code"].check(ask(), api.reach)).failure == "code_not_found"
    del api.web.sites["www.youtube.com/@bepnha"]
    assert (await METHODS["page_code"].check(ask(), api.reach)).failure == "code_not_found"


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "API_KEY_INVALID"), (403, "quotaExceeded"), (429, "rateLimitExceeded"), (500, "x")],
)
async def test_an_api_that_does_not_answer_us_leaves_the_page(
    api: Api, status: int, reason: str
) -> None:
    api.refuses(BY_HANDLE, status, reason)
    api.shows(CODE)
    found = await METHODS["page_code"].check(ask(), api.reach)
    assert (found.failure, found.stable_id, found.followers) == (None, None, None)
    assert (await METHODS["staff"].recheck(ask(), api.reach)).seen


async def test_without_a_key_the_page_is_read_and_the_api_is_not_asked(api: Api) -> None:
    api.shows(CODE)
    found = await METHODS["page_code"].check(ask(), api.reach)
    assert (found.failure, found.stable_id) == (None, None)
    assert [b"googleapis" in asked for asked in api.web.asked] == [False]
    assert Settings().youtube_api_key.get_secret_value() == ""


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("method", ["page_code", "staff", "oauth"])
async def test_a_kept_proof_is_looked_for_by_its_id_and_follows_a_new_handle(
    api: Api, method: str
) -> None:
    api.says(BY_ID, item(name="@bepmoi", subscriberCount="1500"))
    api.says(BY_HANDLE, item(OTHER))  # somebody else took the old one
    found = await METHODS[method].recheck(ask(stable_id=ID), api.reach)
    assert (found.outcome, found.stable_id, found.handle) == (Outcome.SEEN, ID, "bepmoi")
    assert (found.url, found.followers) == ("https://www.youtube.com/@bepmoi", 1500)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("more", [{}, {"items": None}, {"items": "x"}, {"items": [7]}])
async def test_a_channel_that_the_api_does_not_know_is_gone(api: Api, more: Any) -> None:
    api.says(BY_ID, **more)
    found = await METHODS["page_code"].recheck(ask(stable_id=ID), api.reach)
    assert (found.outcome, found.failure) == (Outcome.NOT_SEEN, "gone")
    api.says(BY_HANDLE, **more)
    assert (await METHODS["page_code"].check(ask(), api.reach)).failure == "gone"


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    "numbers",
    [
        {"hiddenSubscriberCount": True},
        {"subscriberCount": None},
        {"subscriberCount": "-1"},
        {"subscriberCount": "1.2K"},
        {"subscriberCount": "١٢"},
        {"subscriberCount": 12.5},
    ],
)
async def test_a_count_that_is_hidden_or_in_another_shape_is_none(
    api: Api, numbers: dict[str, Any]
) -> None:
    api.says(BY_ID, item(**numbers))
    found = await METHODS["page_code"].recheck(ask(stable_id=ID), api.reach)
    assert (found.failure, found.followers) == (None, None)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    "said",
    [
        {"id": "no id"},
        {"id": 7},
        {"id": ID, "snippet": 7, "statistics": []},
        {"id": ID, "snippet": {"description": 7, "customUrl": "@a/b?c"}},
        {"id": ID, "snippet": {"customUrl": "TenCu"}},
    ],
)
async def test_an_answer_in_another_shape_names_nothing(api: Api, said: Any) -> None:
    api.says(BY_ID, said)
    known = await youtube_data.read(ask(stable_id=ID), api.reach)
    assert known.stable_id == (ID if said["id"] == ID else None)
    assert (known.handle, known.url, known.description, known.followers) == (None, None, "", None)


@pytest.mark.usefixtures("key")
async def test_an_answer_that_is_no_json_is_a_failure_to_read(api: Api) -> None:
    api.web.sites[BY_ID.removeprefix("https://")] = page("<p>Sorry</p>")
    with pytest.raises(FetchFailed):
        await youtube_data.read(ask(stable_id=ID), api.reach)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("youtube.com/@bepnha", True),
        (f"youtube.com/channel/{ID}", True),
        ("youtube.com/user/bepnha", True),
        ("youtube.com/c/bepnha", False),  # the API has no question for these
        ("tiktok.com/@bepnha", False),
    ],
)
def test_the_api_is_asked_where_it_has_a_question(link: str, asked: bool) -> None:  # noqa: FBT001
    found = recognise(link)
    given = Ask(
        found.platform, found.url, found.key, handle=found.handle, stable_id=found.stable_id
    )
    assert youtube_data.answers_for(given) is asked


# Two rows of one channel

TOLD = Finding(None, {}, stable_id=ID, handle="bepnha", url="https://www.youtube.com/@bepnha")


async def ids(session: AsyncSession, *channels: Channel) -> list[str | None]:
    for channel in channels:
        await session.refresh(channel)
    return [channel.stable_id for channel in channels]


async def test_a_channel_added_by_its_handle_learns_its_id_from_whoever_the_platform_tells(
    session: AsyncSession,
) -> None:
    channel = await make_channel(session, link="youtube.com/@bepnha")
    proof = await make_proof(session, channel)
    await service.record(session, proof.id, TOLD)
    assert (await ids(session, channel), channel.key) == ([ID], "bepnha")
    stranger = Finding(None, {}, stable_id=OTHER, handle="bepnha", url=TOLD.url)
    assert await keeping.note(session, proof.id, stranger) is Outcome.NOT_SEEN
    assert await ids(session, channel) == [ID]
    assert (proof.failure, channel.key) == ("other_id", "bepnha")


@pytest.mark.usefixtures("key")
async def test_what_the_api_says_stands_on_the_channel_with_its_source(
    session: AsyncSession, api: Api
) -> None:
    channel = await make_channel(session, link="youtube.com/@bepnha")
    proof = await make_proof(session, channel)
    api.says(BY_HANDLE, item(about=str(proof.code)))
    found = await METHODS["page_code"].check(ask_for(channel, proof, None), api.reach)
    await service.record(session, proof.id, found)
    await session.refresh(channel)
    source = channel.followers_source
    assert (channel.stable_id, channel.followers, source and source.value) == (ID, 1230, "api")
    api.says(BY_ID, item(name="@bepmoi", subscriberCount="1240"))
    found = await METHODS["page_code"].recheck(ask_for(channel, proof, None), api.reach)
    assert await keeping.note(session, proof.id, found) is Outcome.SEEN
    await session.refresh(channel)
    assert (channel.key, channel.followers) == ("bepmoi", 1240)
    (was,) = await queries.former_names(session, channel.id)
    assert was.shown == "@bepnha"


@pytest.mark.parametrize("first", ["handle", "id"])
async def test_a_row_of_the_handle_and_a_row_of_the_id_end_as_one(
    session: AsyncSession, first: str
) -> None:
    owner = await make_account(session)
    staff = viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
    links = ["youtube.com/@bepnha", f"youtube.com/channel/{ID}"]
    if first == "id":
        links.reverse()
    proven, other = [await make_channel(session, account=owner, link=link) for link in links]
    await service.record(session, (await make_proof(session, proven)).id, TOLD)
    await service.record(session, (await make_proof(session, other)).id, TOLD)
    assert [row.channel_id for row in (await _waiting(session, staff)).rows] == [other.id]
    assert [twin.id for twin in await doubles.twins(session, other.id)] == [proven.id]
    await session.refresh(other)
    await session.refresh(proven)
    kept = await merging.merge(
        session, staff, (other.id, proven.id), (other.version, proven.version), "Both lead there."
    )
    assert kept == proven.id
    (left,) = await queries.channels_of(session, owner.id)
    assert (left.id, left.state) == (proven.id, "proven")
    assert await ids(session, proven) == [ID]
    names = await session.scalars(select(ChannelHandle.url).where(ChannelHandle.channel_id == kept))
    assert names.all() == [other.url]
    assert (await _waiting(session, staff)).rows == ()


async def _waiting(session: AsyncSession, staff: Any) -> Any:
    return await queries.waiting_for_staff(session, staff.own_id)


async def test_another_account_that_shows_the_same_id_is_heard_and_not_merged(
    session: AsyncSession,
) -> None:
    mine = await make_channel(session, link="youtube.com/@bepnha")
    theirs = await make_channel(session, link=f"youtube.com/channel/{ID}")
    await service.record(session, (await make_proof(session, mine)).id, TOLD)
    await service.record(session, (await make_proof(session, theirs)).id, TOLD)
    await session.refresh(mine)
    assert mine.disputed_since is not None
    assert await doubles.twins(session, theirs.id) == ()
    assert (await session.scalars(select(ChannelCount))).all() == []


async def test_who_says_that_a_channel_is_theirs_by_its_id_is_party_to_its_handle(
    session: AsyncSession,
) -> None:
    mine = await make_channel(session, link="youtube.com/@bepnha")
    theirs = await make_channel(session, link=f"youtube.com/channel/{ID}")
    other = await make_channel(session, link=f"youtube.com/channel/{OTHER}")
    await service.record(session, (await make_proof(session, mine)).id, TOLD)
    assert await queries.is_party(session, theirs.account_id, mine.id)
    assert await queries.is_party(session, mine.account_id, theirs.id)
    assert not await queries.is_party(session, other.account_id, mine.id)
    tiktok = await make_channel(session, link="tiktok.com/@bepnha")
    assert not await queries.is_party(session, tiktok.account_id, mine.id)
