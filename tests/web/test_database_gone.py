"""What every public address answers while PostgreSQL is away, and afterwards.

The server lets nobody in to the database and throws out who is in; the process is never restarted.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.core import db
from app.core.config import settings
from app.core.db import Database, make_engine
from app.directory.search.live import Live, live, use_live
from tests import databases, public
from tests.directory.following import until
from tests.factories.accounts import make_account
from tests.factories.conduct import make_code
from tests.factories.directory import prove
from tests.factories.members import make_member
from tests.portal import Portal, running

BUSY = {
    "vi": "Cổng đang tạm nghỉ một nhịp",
    "en": "The portal is catching its breath",
    "fr": "Le portail reprend son souffle",
}
PATIENCE = 30.0


@dataclass
class Site:
    """A portal, what its addresses are filled with, and whether its database lets anybody in."""

    portal: Portal
    name: str
    known: dict[str, str]

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """No database inside the block, for longer already than the search answers without."""

        async def silent() -> bool:
            return not await live().ready()

        self._let_in(allowed=False)
        try:
            await until(silent, "the search answers no more")
            yield
        finally:
            self._let_in(allowed=True)
        await until(live().ready, "the search answers again")

    def _let_in(self, *, allowed: bool) -> None:
        with databases._administering() as admin:
            admin.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS {allowed}')
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [self.name],
            )

    def addresses(self, *, without: bool) -> list[str]:
        """The addresses that need no database, or those that need one."""
        return [
            one.format_map(self.known)
            for written in public.GET.values()
            for one in written
            if (one in public.NO_DATABASE) is without
        ]


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Site]:
    """A portal with a member, on a database of its own, which does not tire of questions."""
    for name in ("PORTAL_CHECKS_A_MINUTE", "PORTAL_API_A_MINUTE"):
        monkeypatch.setenv(name, "1000000")
    settings.cache_clear()
    with databases.clone() as name:
        chosen = Database(make_engine(databases.url_of(name), pool_size=2))
        async with running(chosen, databases.url_of(name)) as portal:
            index = Live(chosen, tmp_path, max_age=0)
            use_live(index)
            async with portal.transaction() as session:
                member = await make_member(session)
                channel = await prove(session, member, "https://www.tiktok.com/@bepnhasuong")
                await make_code(session)
            known = {
                "word": "suong",
                "number": member.number,
                "portrait": "abc",
                "token": "x",
                "channel": str(channel.id),
            }
            yield Site(portal, name, known)
            await index.stop()
        await chosen.close()
    monkeypatch.undo()
    settings.cache_clear()


async def test_each_address_says_so_in_the_language_asked_for_and_recovers(site: Site) -> None:
    asked = [
        (language, one) for language in public.LANGUAGES for one in site.addresses(without=False)
    ]
    before = {pair: (await site.portal.get("".join(pair))).status_code for pair in asked}
    assert set(before.values()) <= {200, 400, 404}
    async with site.away():
        for language, address in asked:
            answer = await site.portal.get(language + address)
            assert answer.status_code == 503, language + address
            assert answer.headers["Cache-Control"] == "no-store", address
            spoken = language.strip("/") or "en"
            if address == "/readyz":
                assert answer.json()["ready"] is False
                continue
            assert answer.headers["Content-Language"] == spoken, address
            assert 1 <= int(answer.headers["Retry-After"]) <= 10, address
            for inside in ("Traceback", "psycopg", "sqlalchemy", "SELECT", site.name):
                assert inside not in answer.text, address
            if address.startswith("/api/"):
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert answer.json()["title"] == BUSY[spoken], address
            else:
                page = LexborHTMLParser(answer.text)
                assert page.css_first("html").attributes["lang"] == spoken, address
                assert page.css_first("h1").text(strip=True) == BUSY[spoken], address
    after = {pair: (await site.portal.get("".join(pair))).status_code for pair in asked}
    assert after == before


async def test_what_needs_no_database_is_answered_without(site: Site) -> None:
    asked = [
        (language, one) for language in public.LANGUAGES for one in site.addresses(without=True)
    ]
    before = {pair: (await site.portal.get("".join(pair))).status_code for pair in asked}
    assert set(before.values()) == {200, 303, 404}
    async with site.away():
        during = {pair: (await site.portal.get("".join(pair))).status_code for pair in asked}
    assert during == before


async def test_who_is_signed_in_is_not_taken_for_signed_out(site: Site) -> None:
    """A page of one's own says 503, it does not lead to signing in; nothing takes the cookie off."""
    async with site.portal.transaction() as session:
        account = await make_account(session)
    await site.portal.sign_in(account.id)
    async with site.away():
        for address in ("/apply", "/account", "/staff", f"/members/{site.known['number']}"):
            answer = await site.portal.get(f"/fr{address}")
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (503, False), address
            assert int(answer.headers["Retry-After"]) > 0, address
    assert (await site.portal.get("/account")).status_code == 200


async def test_alive_but_not_ready_until_the_database_is_back(site: Site) -> None:
    assert (await site.portal.get("/readyz")).status_code == 200
    async with site.away():
        assert (await site.portal.get("/healthz")).status_code == 200
        answer = await site.portal.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert (await site.portal.get("/readyz")).status_code == 200


async def test_a_database_that_takes_calls_and_says_nothing_holds_nobody_for_long(
    portal: Portal, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        gone = Database(make_engine(f"postgresql+psycopg://nobody@127.0.0.1:{port}/none"))
        index = Live(gone, tmp_path, max_age=0)
        db.use_database(gone)
        use_live(index)
        asked = ("/members", "/check?q=@tenban", "/conduct", "/feeds/members.atom", "/readyz")
        async with asyncio.timeout(PATIENCE):
            answers = await asyncio.gather(*map(portal.get, asked))
        assert [answer.status_code for answer in answers] == [503] * len(asked)
        await index.stop()
        await gone.close()
