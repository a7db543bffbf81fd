"""A proxy holds public pages: for everybody the same, for nobody another's, for seconds only."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from app.core import clock
from app.core.crypto import digest, token
from app.core.db import Database, make_engine
from app.core.viewer import Viewer
from app.members import service
from app.members.models import Member
from app.trustlog.policy.merkle import leaf_hash
from app.web.models import WebSession
from tests.factories.accounts import make_account
from tests.factories.members import make_member
from tests.journeys.proxy import Behind, portal_behind_nginx
from tests.trustlog.filling import append, published_log

IN_ALL = 5.0  # seconds until a change of standing shows (issue 4, section 5)
PLAIN = {"Accept-Language": "en"}
Headers = dict[str, str]

pytestmark = pytest.mark.xdist_group("proxy")


@pytest.fixture(scope="module")
async def behind(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Behind]:
    folder: Path = tmp_path_factory.mktemp("proxy")
    with portal_behind_nginx(folder) as found:
        yield found


@pytest.fixture
async def database(behind: Behind) -> AsyncIterator[Database]:
    chosen = Database(make_engine(behind.url, pool_size=2))
    yield chosen
    await chosen.close()


@pytest.fixture
async def member(database: Database) -> Member:
    async with database.write() as session:
        return await make_member(session)


@pytest.fixture
async def http(behind: Behind) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=behind.base) as client:
        yield client


async def ask(http: httpx2.AsyncClient, path: str, **headers: str) -> httpx2.Response:
    """One request of somebody without cookies of their own, save those in `headers`."""
    http.cookies.clear()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.get(path, headers={**PLAIN, **given})


async def held(http: httpx2.AsyncClient, path: str, **headers: str) -> httpx2.Response:
    """Ask until the proxy answers from what it holds: a test may stumble over its two seconds."""
    for _ in range(50):
        answer = await ask(http, path, **headers)
        if answer.headers["X-Cache"] == "HIT":
            return answer
    raise AssertionError("never held")


async def shows(http: httpx2.AsyncClient, path: str, words: str) -> httpx2.Response:
    """Ask until the page has `words`; it may be held from before, but not for long."""
    began = time.monotonic()
    while words not in (answer := await ask(http, path)).text:
        assert time.monotonic() - began < IN_ALL
        await asyncio.sleep(0.05)
    return answer


async def sign_in(database: Database) -> Headers:
    """The cookie of somebody signed in."""
    value, at = token(32), clock.now()
    async with database.write() as session:
        account = await make_account(session, display_name="Bí Mật")
        session.add(
            WebSession(
                token_hash=digest(value), account_id=account.id, provider="test",
                issuer="https://issuer.example", signed_in_at=at, last_seen_at=at,
                address="127.0.0.1", user_agent="test",
            )
        )  # fmt: skip
    return {"Cookie": f"session={value}"}


async def test_of_two_who_ask_at_once_the_portal_is_asked_by_one(
    http: httpx2.AsyncClient, member: Member
) -> None:
    path = f"/members/{member.number}"
    first = await ask(http, path)
    assert (first.status_code, first.headers["X-Cache"]) == (200, "MISS")
    again = await held(http, path)
    assert (again.text, again.headers["ETag"]) == (first.text, first.headers["ETag"])
    same = await ask(http, path, If_None_Match=first.headers["ETag"])
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize("where", ["/members/{number}", "/members", "/vi"])
async def test_a_change_of_standing_shows_within_five_seconds(
    http: httpx2.AsyncClient, database: Database, member: Member, where: str
) -> None:
    path = where.format(number=member.number)
    before = await shows(http, path, member.number)
    async with database.write() as session:
        until = clock.today() + timedelta(days=30)
        await service.suspend(session, Viewer.system("test"), member.number, until, "Sai.")
    changed = time.monotonic()
    while (after := await ask(http, path)).text == before.text:
        assert time.monotonic() - changed < IN_ALL
        await asyncio.sleep(0.05)
    assert (member.number in after.text) == ("{" in where)  # lists have who is in good standing


async def test_when_nothing_changed_the_portal_is_asked_by_the_tag(
    http: httpx2.AsyncClient, member: Member
) -> None:
    path = f"/members/{member.number}"
    await shows(http, "/members", member.number)  # the search knows the version of the page
    first = await ask(http, path)
    end = time.monotonic() + 30
    seen = [(first.headers["X-Cache"], first.headers["ETag"])]
    while seen[-1][0] != "REVALIDATED" and time.monotonic() < end:
        answer = await ask(http, path)
        seen.append((answer.headers["X-Cache"], answer.headers["ETag"]))
        await asyncio.sleep(0.05)
    assert list(dict.fromkeys(seen)) == [
        (state, first.headers["ETag"]) for state in ("MISS", "HIT", "REVALIDATED")
    ]


async def test_nobody_gets_the_page_of_who_is_signed_in(
    http: httpx2.AsyncClient, database: Database, member: Member
) -> None:
    path = f"/members/{member.number}"
    cookie = await sign_in(database)
    stranger = await held(http, path)
    own = await ask(http, path, **cookie)
    assert "Bí Mật" in own.text
    assert (own.headers["X-Cache"], own.headers["Cache-Control"]) == ("BYPASS", "no-store")
    assert (await ask(http, path)).text == stranger.text
    assert "Bí Mật" not in stranger.text
    fresh = f"{path}?never=held"
    assert "Bí Mật" in (await ask(http, fresh, **cookie)).text
    assert "Bí Mật" not in (await ask(http, fresh)).text


async def test_each_language_is_held_for_itself(http: httpx2.AsyncClient) -> None:
    for _ in range(2):
        for language in ("vi", "en", "fr"):
            by_header = await ask(http, "/members", Accept_Language=language)
            by_cookie = await ask(http, "/members", Cookie=f"lang={language}")
            for answer in (by_header, by_cookie):
                assert answer.headers["Content-Language"] == language
                assert f'<html lang="{language}">' in answer.text
    first = await held(http, "/fr/members", Accept_Language="vi")
    other = await held(http, "/fr/members", Accept_Language="en")
    assert first.text == other.text


async def test_what_htmx_asks_for_and_what_a_browser_asks_for_are_not_mixed_up(
    http: httpx2.AsyncClient,
) -> None:
    path = "/vi/members?topic=food"
    htmx: Headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/vi/members"}
    assert "HX-Push-Url" not in (await held(http, path)).headers
    for _ in range(2):
        answer = await ask(http, path, **htmx)
        assert answer.headers["HX-Push-Url"] == "/vi/members?topic=food"
        assert answer.headers["X-Cache"] == "MISS"
        assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "HX-Push-Url" not in (await held(http, path)).headers


@pytest.mark.parametrize(
    "path", ["/check?q=tiktok.com/@khongcoai", "/sign-in", "/nowhere", "/account"]
)
async def test_answers_to_one_person_are_not_held(http: httpx2.AsyncClient, path: str) -> None:
    for _ in range(3):
        assert (await ask(http, path)).headers["X-Cache"] == "MISS"


async def test_a_page_is_held_once_and_given_zipped_or_plain(
    http: httpx2.AsyncClient, member: Member
) -> None:
    path = f"/members/{member.number}"
    plain = await held(http, path, Accept_Encoding="identity")
    zipped = await held(http, path, Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert plain.text == zipped.text


async def test_tiles_of_the_log_are_held_for_good_and_the_checkpoint_is_not(
    http: httpx2.AsyncClient, database: Database
) -> None:
    async with database.read() as session:  # of the tests before
        written = await session.scalar(text("SELECT count(*) FROM log_entries"))
    bodies = await published_log(database, 300 - written)
    wide = ("/log/tile/0/000", "/log/tile/entries/000")
    first = [await ask(http, path) for path in (*wide, "/log/tile/0/001.p/44")]
    async with database.write() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("DELETE FROM log_tiles"))
    again = [await ask(http, path) for path in (*wide, "/log/tile/0/001.p/44")]
    assert [answer.headers["X-Cache"] for answer in again] == ["HIT"] * 3
    assert [answer.content for answer in again] == [answer.content for answer in first]
    assert again[0].content == b"".join(map(leaf_hash, bodies[:256]))
    assert "Content-Encoding" not in again[0].headers
    assert again[1].headers["Content-Encoding"] == "gzip"
    for answer in again:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    missing = "/log/tile/entries/001.p/45"
    assert (await ask(http, missing)).status_code == 404
    async with database.write() as session:
        await append(session, 1)
        await session.execute(text("UPDATE log_entries SET index = 300 WHERE index IS NULL"))
        checkpoint = (
            "INSERT INTO log_checkpoints SELECT 301, root, note, now() FROM log_checkpoints"
        )
        await session.execute(text(checkpoint))
    end = time.monotonic() + IN_ALL
    while (await ask(http, missing)).status_code != 200:
        assert time.monotonic() < end
