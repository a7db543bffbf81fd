"""Whether a document is ours, unchanged and true: and no document, however made, does any harm."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings as portal_settings
from app.core.crypto import canonical_json
from app.credentials import checking, service
from app.credentials.checking import Checked, Problem, Status
from app.credentials.models import Revoked
from app.credentials.policy import contexts, proofs
from app.members.models import Member
from tests.credentials.documents import KEY
from tests.credentials.standing import MOVES, credentials_of
from tests.factories.members import make_member
from tests.portal import Portal

Change = Callable[[dict[str, Any]], object]


async def issued(session: AsyncSession) -> tuple[Member, dict[str, Any]]:
    member = await make_member(session)
    found = await service.current(session, member.number)
    assert found is not None
    document: dict[str, Any] = json.loads(await (await service.unsigned(session, found)).signed())
    return member, document


async def check(session: AsyncSession, document: object) -> Checked:
    return await checking.check(session, json.dumps(document).encode())


async def test_a_genuine_one_holds_however_it_is_written(session: AsyncSession) -> None:
    member, document = await issued(session)
    for written in (canonical_json(document), json.dumps(document, indent=2).encode()):
        checked = await checking.check(session, written)
        assert checked.holds
        assert checked.proofs == {"eddsa-jcs-2022": True, "eddsa-rdfc-2022": True}
        assert (checked.number, checked.name) == (member.number, member.stage_name)


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
async def test_one_proof_of_the_set_is_enough(session: AsyncSession, suite: str) -> None:
    _member, document = await issued(session)
    alone = [one for one in document["proof"] if one["cryptosuite"] == suite]
    for proof in (alone, alone[0]):
        checked = await check(session, {**document, "proof": proof})
        assert checked.holds
        assert checked.proofs == {suite: True}


@pytest.mark.parametrize(
    ("moves", "status", "because"),
    [
        ("suspend", Status.SUSPENDED, None),
        ("suspend reinstate", Status.VALID, None),
        ("suspend expel", Status.REVOKED, Revoked.EXPELLED),
        ("leave", Status.REVOKED, Revoked.LEFT),
    ],
)
async def test_its_state_is_today_s(
    session: AsyncSession, moves: str, status: Status, because: Revoked | None
) -> None:
    member, document = await issued(session)
    for move in moves.split():
        await MOVES[move](session, member)
    checked = await check(session, document)
    assert checked.genuine
    assert (checked.status, checked.revoked_because) == (status, because)
    assert checked.holds == (status is Status.VALID)


def _set(path: str, value: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        *way, last = path.split("/")
        there: Any = document
        for step in way:
            there = there[int(step) if step.isdigit() else step]
        there[int(last) if last.isdigit() else last] = value

    return change


CHANGES: list[tuple[Change, Problem]] = [
    (_set("name", "Somebody else"), Problem.BAD_PROOF),
    (_set("validUntil", "2099-01-01T00:00:00Z"), Problem.BAD_PROOF),
    (_set("extra", 1), Problem.BAD_PROOF),
    (_set("credentialStatus", []), Problem.BAD_PROOF),
    (_set("credentialStatus/0/statusListIndex", "1"), Problem.BAD_PROOF),
    (_set("credentialSubject/id", "https://evil.example/"), Problem.BAD_PROOF),
    (_set("@context", ["https://evil.example/"]), Problem.BAD_PROOF),
    (_set("id", "urn:uuid:00000000-0000-0000-0000-000000000000"), Problem.BAD_PROOF),
    (_set("id", 7), Problem.BAD_PROOF),
    (_set("proof/0/created", "2020-01-01T00:00:00Z"), Problem.BAD_PROOF),
    (_set("proof/1/created", "2020-01-01T00:00:00Z"), Problem.BAD_PROOF),
    (_set("proof/0/proofPurpose", "authentication"), Problem.BAD_PROOF),
    (_set("proof/0/domain", "evil.example"), Problem.BAD_PROOF),
    (_set("proof/0/@context", ["https://evil.example/"]), Problem.BAD_PROOF),
    (_set("proof/0/proofValue", "z"), Problem.BAD_PROOF),
    (_set("proof/0/proofValue", "z" + "1" * 100_00), Problem.BAD_PROOF),
    (_set("proof/0/proofValue", None), Problem.BAD_PROOF),
    (_set("proof/1/@context", None), Problem.BAD_PROOF),
    (_set("proof", []), Problem.NO_PROOF),
    (_set("proof", "z"), Problem.NO_PROOF),
    (_set("proof", [{"cryptosuite": "eddsa-jcs-2022"}]), Problem.UNKNOWN_KEY),
    (_set("proof", [{"verificationMethod": "did:web:localhost%3A8000#other"}]), Problem.UNKNOWN_KEY),
    (_set("proof", [{"verificationMethod": "did:web:localhost%3A8000#test"}]), Problem.UNKNOWN_SUITE),
    (_set("issuer", "did:web:evil.example"), Problem.OTHER_ISSUER),
    (_set("issuer", None), Problem.OTHER_ISSUER),
    (_set("type", ["VerifiablePresentation"]), Problem.NOT_A_CREDENTIAL),
    (_set("type", 7), Problem.NOT_A_CREDENTIAL),
    (_set("name", 1 << 60), Problem.UNREADABLE),
]  # fmt: skip


@pytest.mark.parametrize(("change", "problem"), CHANGES, ids=range(len(CHANGES)))
async def test_what_is_not_ours_or_was_changed_is_told_so(
    session: AsyncSession, change: Change, problem: Problem
) -> None:
    _member, document = await issued(session)
    change(document)
    checked = await check(session, document)
    assert checked.problems == (problem,)
    assert checked.status is Status.UNKNOWN
    assert not checked.holds


async def test_a_proof_by_another_hand_beside_ours_is_theirs_to_check(
    session: AsyncSession,
) -> None:
    _member, document = await issued(session)
    theirs = proofs.proof(
        proofs.bare(document),
        KEY,
        proofs.Suite.JCS,
        "did:web:wallet.example#1",
        "2026-01-01T00:00:00Z",
    )
    checked = await check(session, {**document, "proof": [*document["proof"], theirs]})
    assert checked.holds
    assert set(checked.proofs) == {"eddsa-jcs-2022", "eddsa-rdfc-2022"}


async def test_what_our_key_signed_but_no_row_keeps_has_no_state(session: AsyncSession) -> None:
    member, document = await issued(session)
    (credential,) = await credentials_of(session, member)
    await session.delete(credential)
    await session.flush()
    checked = await check(session, document)
    assert checked.problems == (Problem.UNKNOWN_STATUS,)
    assert set(checked.proofs.values()) == {True}


async def test_the_costly_form_is_never_made_of_a_stranger_s_document(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, document = await issued(session)
    asked: list[object] = []
    monkeypatch.setattr(contexts, "quads", lambda given: asked.append(given) or b"")
    document["evidence"] = [{"type": ["Evidence"]} for _ in range(200)]
    assert (await check(session, document)).problems == (Problem.BAD_PROOF,)
    assert asked == []


HOSTILE = [
    b"", b"null", b"[]", b"7", b'"text"', b"{", b"\xff\xfe", b"{}", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}',
    b'{"a":"\\ud800"}', b"[" * 100_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b'{"a":' + b"9" * 5_000 + b"}",
    b'{"type":["VerifiableCredential"],"issuer":{"id":{"id":1}}}', b" " * 70_000, b'{"type":"VerifiableCredential"}',
    b'{"type":[["VerifiableCredential"]],"proof":{}}', b'\xef\xbb\xbf{"type":[]}',
]  # fmt: skip


@pytest.mark.parametrize("document", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_is_no_credential_is_refused_without_a_crash(
    session: AsyncSession, document: bytes
) -> None:
    checked = await checking.check(session, document)
    assert len(checked.problems) == 1
    assert checked.status is Status.UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4)
    | st.dictionaries(st.sampled_from(["@context", "@id", "id", "type", "proof", "issuer", "x"]), inside, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.fixture
async def one(portal: Portal) -> dict[str, Any]:
    async with portal.transaction() as session:
        return (await issued(session))[1]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_fuzzed_document_passes_or_crashes(
    portal: Portal, one: dict[str, Any], data: st.DataObject
) -> None:
    paths = list(_paths(one))
    document = json.loads(json.dumps(one))
    path = data.draw(st.sampled_from(paths))
    there: Any = document
    for step in path[:-1]:
        there = there[step]
    before = there[path[-1]]
    there[path[-1]] = data.draw(JSON)
    async with portal.database.read() as session:
        checked = await check(session, document)
    if there[path[-1]] != before:
        assert not checked.holds or path[0] == "proof", path
        assert not (checked.holds and len(checked.proofs) == 2), "a changed proof does not hold"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0), byte=st.integers(0, 255))
async def test_no_changed_byte_passes(
    portal: Portal, one: dict[str, Any], at: int, byte: int
) -> None:
    written = bytearray(canonical_json(one))
    written[at % len(written)] = byte
    async with portal.database.read() as session:
        checked = await checking.check(session, bytes(written))
    if bytes(written) != canonical_json(one):
        assert not (checked.holds and len(checked.proofs) == 2)


def _paths(what: object, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps: Any = (
        what.items()
        if isinstance(what, dict)
        else enumerate(what)
        if isinstance(what, list)
        else ()
    )
    for step, inside in steps:
        yield (*before, step)
        yield from _paths(inside, (*before, step))


async def test_another_portal_s_credential_is_not_ours(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, document = await issued(session)
    monkeypatch.setenv("PORTAL_BASE_URL", "https://other.example")
    portal_settings.cache_clear()
    try:
        checked = await check(session, document)
    finally:
        monkeypatch.undo()
        portal_settings.cache_clear()
    assert checked.problems == (Problem.OTHER_ISSUER,)
