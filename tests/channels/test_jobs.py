"""Checks from the press of a button to the outcome, against real pages on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from app.channels import jobs, queries, service
from app.channels.fetcher import Fetcher, install_fetcher
from app.channels.models import ChannelProof
from app.core import clock
from tests.channels.local_web import LocalWeb, certify, fetcher_to, page, serve
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.portal import Portal


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[LocalWeb]:
    """A web of its own, which this process's fetcher reads."""
    server, authority = certify(tmp_path, ["bepnha.example"])
    async with serve(server) as served:
        install_fetcher(fetcher_to(served.port, authority))
        try:
            yield served
        finally:
            install_fetcher(None)


async def arrange(portal: Portal, method: str) -> tuple[UUID, UUID, str]:
    """A website of somebody's, with an attempt and a check asked for: channel, proof, what to show."""
    async with portal.transaction() as session:
        account = await make_account(session)
        channel = await make_channel(
            session, account=account, link="https://bepnha.example/", platform="website"
        )
        proof = await make_proof(session, channel, method)
        await service.ask_check(session, viewer_of(account), channel.id)
        if method == "rel_me":
            token = await queries.token_of(session, account.id)
            return channel.id, proof.id, f'<a rel="me" href="{service.identity_url(token or "")}">'
        return channel.id, proof.id, f"<p>{proof.code}</p>"


async def outcome(portal: Portal, channel_id: UUID) -> tuple[str, str | None, bool]:
    async with portal.transaction() as session:
        channel = await queries.channel(session, channel_id)
        attempts = await queries.attempts(session, channel_id)
    assert channel is not None
    return channel.state, attempts[0].failure, attempts[0].checking


@pytest.mark.parametrize("method", ["page_code", "rel_me"])
async def test_a_page_that_shows_the_proof_proves_the_channel(
    portal: Portal, web: LocalWeb, method: str
) -> None:
    channel_id, proof_id, shown = await arrange(portal, method)
    web.sites["bepnha.example/"] = page(shown)
    assert await outcome(portal, channel_id) == ("pending", None, True)
    await portal.work()
    assert await outcome(portal, channel_id) == ("proven", None, False)
    await jobs.check_proof(str(proof_id))  # the worker died before it could say that it was done
    assert await outcome(portal, channel_id) == ("proven", None, False)
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (page("nothing"), "code_not_found"),
        (page("x", status=403), "http_failed"),
        (page("x", kind="image/png"), "wrong_type"),
        (page("", status=301, Location="https://elsewhere.example/"), "no_connection"),
        (page("", status=301, Location="https://127.0.0.1/"), "not_found"),
        (b"", "no_connection"),
    ],
)
async def test_a_page_that_does_not_leaves_the_attempt_open_and_says_why(
    portal: Portal, web: LocalWeb, answer: bytes, failure: str
) -> None:
    channel_id, _, _ = await arrange(portal, "page_code")
    web.sites["bepnha.example/"] = answer
    await portal.work()
    assert await outcome(portal, channel_id) == ("unproven", failure, False)


async def test_the_database_is_let_go_while_a_page_is_awaited(
    portal: Portal, web: LocalWeb
) -> None:
    channel_id, proof_id, shown = await arrange(portal, "page_code")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        asked.set()
        await go_on.wait()
        yield page(shown)

    web.sites["bepnha.example/"] = slowly
    running = asyncio.create_task(jobs.check_proof(str(proof_id)))
    await asyncio.wait_for(asked.wait(), 5)
    assert portal.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    go_on.set()
    await running
    assert await outcome(portal, channel_id) == ("proven", None, False)


async def test_a_channel_that_is_removed_while_it_is_read_stays_removed(
    portal: Portal, web: LocalWeb
) -> None:
    channel_id, proof_id, shown = await arrange(portal, "page_code")

    async def meanwhile() -> AsyncIterator[bytes]:
        async with portal.transaction() as session:
            channel = await queries.channel(session, channel_id)
            assert channel is not None
            by = viewer_of(await make_account(session), account_id=channel.account_id)
            await service.remove(session, by, channel_id, channel.version)
        yield page(shown)

    web.sites["bepnha.example/"] = meanwhile
    await jobs.check_proof(str(proof_id))
    async with portal.transaction() as session:
        proof = await session.get_one(ChannelProof, proof_id)
    assert (proof.status.value, proof.failure) == ("failed", "removed")


async def test_the_guard_stands_where_no_test_stepped_in(portal: Portal, web: LocalWeb) -> None:
    channel_id, _, shown = await arrange(portal, "page_code")
    web.sites["bepnha.example/"] = page(shown)

    async def inside(_host: str, _port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", web.port)]

    install_fetcher(Fetcher(resolve=inside, tls=ssl.create_default_context()))
    await portal.work()
    assert await outcome(portal, channel_id) == ("unproven", "not_public", False)
    assert web.asked == []


async def test_the_clock_ends_codes(portal: Portal) -> None:
    async with portal.transaction() as session:
        channel = await make_channel(session)
        proof = await make_proof(session, channel)
        proof.expires_at = clock.now()
    await jobs.expire_codes(0)
    assert await outcome(portal, channel.id) == ("unproven", "expired", False)


async def test_a_check_that_breaks_comes_to_an_outcome(portal: Portal) -> None:
    channel_id, _, _ = await arrange(portal, "page_code")

    class Odd(Fetcher):
        async def fetch(self, url: str, **_given: object) -> object:  # type: ignore[override]
            raise ValueError(url)

    install_fetcher(Odd())
    try:
        await portal.work()
    finally:
        install_fetcher(None)
    assert await outcome(portal, channel_id) == ("unproven", "unreadable", False)
