"""The issuer's document: its keys, their coming and going, and what the log tells of it."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.config import settings
from app.core.errors import Refused, Unavailable
from app.credentials import checking, issuer, queries, service
from app.credentials.jobs import publish as publish_job
from app.credentials.models import IssuerDocument, IssuerKey
from app.credentials.policy.did import did_of, key_of
from app.credentials.policy.multikey import multikey
from app.trustlog.models import Kind, LogEntry
from tests.credentials.standing import key, keys
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal

ONE, TWO, THREE = key("one", 1), key("two", 2), key("three", 3)


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://portal.example", "did:web:portal.example"),
        ("https://portal.example:8443", "did:web:portal.example%3A8443"),
        ("http://localhost:8000", "did:web:localhost%3A8000"),
    ],
)
def test_the_name_follows_from_the_address(address: str, did: str) -> None:
    assert did_of(address) == did
    assert key_of(did, f"{did}#one") == "one"
    assert key_of(did, f"{did}.evil#one") is key_of(did, 7) is None


async def document(session: AsyncSession) -> dict[str, Any]:
    found = await queries.published(session)
    assert found is not None
    told: dict[str, Any] = json.loads(found)
    return told


async def changes(session: AsyncSession) -> list[str]:
    """The hashes that the log tells of, oldest first."""
    rows = await session.scalars(
        select(LogEntry.body).where(LogEntry.kind == Kind.DID_CHANGED).order_by(LogEntry.id)
    )
    return [json.loads(body)["facts"]["sha256"] for body in rows]


async def test_the_document_names_each_key_and_is_the_same_each_time(session: AsyncSession) -> None:
    with keys(ONE, TWO):
        assert await issuer.publish(session, OPERATOR)
        assert not await issuer.publish(session, OPERATOR), "nothing changed"
        public = [multikey(one.public()) for one in settings().credential_keys]
    told = await document(session)
    assert told["id"] == "did:web:localhost%3A8000"
    assert [one["publicKeyMultibase"] for one in told["verificationMethod"]] == public
    assert told["assertionMethod"] == [f"{told['id']}#one", f"{told['id']}#two"]
    assert {one["controller"] for one in told["verificationMethod"]} == {told["id"]}


async def test_each_version_is_kept_and_the_log_tells_of_it(session: AsyncSession) -> None:
    for given in ((ONE,), (TWO, ONE), (TWO,), (THREE,)):
        with keys(*given):
            await issuer.publish(session, OPERATOR)
    kept = (await session.scalars(select(IssuerDocument.sha256).order_by(IssuerDocument.id))).all()
    assert len(kept) == 3, "a key that retires stays in the document"
    assert await changes(session) == kept
    retired = await session.scalars(
        select(IssuerKey.id).where(IssuerKey.retired_at.is_not(None)).order_by(IssuerKey.id)
    )
    assert retired.all() == ["one", "two"]
    ids = [one["id"].partition("#")[2] for one in (await document(session))["verificationMethod"]]
    assert ids == ["one", "three", "two"]


async def test_a_key_that_comes_back_is_in_use_again(session: AsyncSession) -> None:
    for given in ((ONE,), (TWO,), (ONE, TWO)):
        with keys(*given):
            await issuer.publish(session, OPERATOR)
    assert (await session.get_one(IssuerKey, "one")).retired_at is None


async def test_what_a_retired_key_signed_stays_true_and_new_copies_have_the_new_key(
    session: AsyncSession,
) -> None:
    with keys(ONE):
        member = await make_member(session)
        old = await _download(session, member.number)
    with keys(TWO):
        await issuer.publish(session, OPERATOR)
        new = await _download(session, member.number)
        assert [_methods(copy) for copy in (old, new)] == [{"one"}, {"two"}]
        for copy in (old, new):
            checked = await checking.check(session, copy)
            assert checked.holds
            assert set(checked.proofs.values()) == {True}


async def test_a_key_signs_once_it_is_published_and_not_before(session: AsyncSession) -> None:
    with keys(ONE):
        member = await make_member(session)
    with keys(TWO, ONE):
        assert _methods(await _download(session, member.number)) == {"one"}
        await issuer.publish(session, OPERATOR)
        assert _methods(await _download(session, member.number)) == {"two"}
    with keys(THREE), pytest.raises(Unavailable):
        await _download(session, member.number)
    with keys(), pytest.raises(Unavailable):
        await _download(session, member.number)


async def test_issuing_publishes_a_key_that_nobody_knows_yet(session: AsyncSession) -> None:
    with keys(ONE):
        await make_member(session)
    with keys(TWO):
        member = await make_member(session)
        assert _methods(await _download(session, member.number)) == {"two"}
    with keys(ONE):  # a process with yesterday's configuration
        await make_member(session)
        assert (await session.get_one(IssuerKey, "two")).retired_at is None
    assert len(await changes(session)) == 2


async def test_a_stolen_key_speaks_no_more(session: AsyncSession) -> None:
    with keys(ONE):
        member = await make_member(session)
        stolen = await _download(session, member.number)
    with keys(TWO):
        await issuer.publish(session, OPERATOR)
        await issuer.withdraw(session, OPERATOR, "one")
        ids = [
            one["id"].partition("#")[2] for one in (await document(session))["verificationMethod"]
        ]
        assert ids == ["two"]
        checked = await checking.check(session, stolen)
        assert checked.problems == (checking.Problem.UNKNOWN_KEY,)
        assert (await checking.check(session, await _download(session, member.number))).holds
        for refused in ("one", "two"):
            with pytest.raises(Refused):
                await issuer.withdraw(session, OPERATOR, refused)
    assert len(await changes(session)) == 3


async def test_a_stolen_key_is_not_named_again_by_a_process_that_has_it_still(
    session: AsyncSession,
) -> None:
    with keys(ONE):
        await issuer.publish(session, OPERATOR)
    with keys(TWO):
        await issuer.publish(session, OPERATOR)
        await issuer.withdraw(session, OPERATOR, "one")
    before = await queries.published(session)
    with keys(ONE):  # not restarted yet: it issues, and does not sign
        assert not await issuer.publish(session, OPERATOR)
        member = await make_member(session)
        with pytest.raises(Unavailable):
            await _download(session, member.number)
    with keys(TWO, ONE):
        assert not await issuer.publish(session, OPERATOR)
        assert _methods(await _download(session, member.number)) == {"two"}
    assert await queries.published(session) == before


@pytest.mark.parametrize("given", [(key("one", 9),), (key("other", 1),)])
async def test_a_key_has_one_name_and_a_name_one_key(
    session: AsyncSession, given: tuple[str, ...]
) -> None:
    with keys(ONE):
        await issuer.publish(session, OPERATOR)
    with keys(*given), pytest.raises(Refused):
        await issuer.publish(session, OPERATOR)


async def test_without_a_key_nothing_is_published(session: AsyncSession) -> None:
    with keys():
        assert not await issuer.publish(session, OPERATOR)
        assert await queries.published(session) is None
        assert await issuer.signing_key(session) is None


async def test_two_who_publish_at_once_publish_once(portal: Portal) -> None:
    async def once() -> bool:
        async with portal.transaction() as session:
            return await issuer.publish(session, OPERATOR)

    assert sorted(await asyncio.gather(once(), once())) == [False, True]


async def test_the_worker_publishes_what_is_new(portal: Portal) -> None:
    await publish_job(int(now().timestamp()))
    await publish_job(int(now().timestamp()))
    answer = await portal.get("/.well-known/did.json")
    assert answer.status_code == 200
    async with portal.transaction() as session:
        kept = (await session.scalars(select(IssuerDocument.document))).all()
    assert kept == [answer.content]


async def _download(session: AsyncSession, number: str) -> bytes:
    found = await service.current(session, number)
    assert found is not None
    return await (await service.unsigned(session, found)).signed()


def _methods(copy: bytes) -> set[str]:
    return {one["verificationMethod"].partition("#")[2] for one in json.loads(copy)["proof"]}
