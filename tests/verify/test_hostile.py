"""Files made to break whoever reads them: each gets a calm answer, and none is taken for ours."""

import json
import zlib
from base64 import b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.trustlog.models import Kind
from app.trustlog.policy.proofs import FORMAT
from app.verify import entries
from app.verify.answering import answered
from app.verify.finding import Outcome
from app.verify.given import PNG, kind_of, read_json
from tests.factories.members import make_member
from tests.portal import Portal
from tests.verify.holding import give, proof_of

BELIEVED = {Outcome.GENUINE, Outcome.PAST, Outcome.CONTRADICTS}
MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=12), inner),
    max_leaves=12,
)
CREDENTIALS = some.fixed_dictionaries(
    {"type": some.sampled_from(["VerifiableCredential", ["VerifiableCredential"]]) | VALUES},
    optional={
        "@context": VALUES,
        "id": VALUES,
        "issuer": some.just("did:web:localhost%3A8000") | VALUES,
        "proof": VALUES,
        "credentialSubject": VALUES,
    },
)
LINES = some.lists(
    some.sampled_from(
        [FORMAT, "", "index 0", "index 01", "extra e30=", "extra ===", "localhost:8000/log", "3"]
    )
    | some.binary(max_size=40).map(lambda data: b64encode(data).decode())
    | some.text(max_size=30),
    max_size=12,
)


@MANY
@given(data=some.binary(max_size=400), before=some.sampled_from([b"", PNG, b"<svg>", b"{", b"<?"]))
async def test_any_bytes(portal: Portal, before: bytes, data: bytes) -> None:
    found = await answered(before + data)
    assert found.outcome not in BELIEVED


@MANY
@given(told=CREDENTIALS)
async def test_any_credential(portal: Portal, told: object) -> None:
    found = await answered(json.dumps(told).encode())
    assert found.outcome not in BELIEVED
    assert (found.facts, found.member) == ((), None)


@MANY
@given(lines=LINES)
async def test_any_proof(portal: Portal, lines: list[str]) -> None:
    found = await answered("\n".join([FORMAT, *lines]).encode("utf-8", "surrogatepass"))
    assert found.outcome not in BELIEVED
    assert (found.facts, found.member) == ((), None)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=some.integers(0, 10_000), bit=some.integers(0, 7), cut=some.booleans())
async def test_any_bit_of_a_proof(portal: Portal, at: int, bit: int, cut: bool) -> None:  # noqa: FBT001 - hypothesis names it
    if not hasattr(portal, "proof"):
        async with portal.transaction() as session:
            member = await make_member(session)
        portal.proof, _ = await proof_of(portal, member, Kind.MEMBERSHIP_BEGUN)  # type: ignore[attr-defined]
    whole: bytes = portal.proof  # type: ignore[attr-defined]
    at %= len(whole)
    flipped = whole[:at] + bytes([whole[at] ^ 1 << bit]) + (b"" if cut else whole[at + 1 :])
    found = await answered(flipped)
    # The extra line is nobody's word: what is broken of it only tells less.
    assert found.outcome not in BELIEVED or set(found.facts) <= set((await answered(whole)).facts)


@given(data=some.binary(max_size=300), extra=some.none() | some.binary(max_size=300))
def test_any_entry_of_the_log(data: bytes, extra: bytes | None) -> None:
    assert entries.opened(data, extra) is None
    entries.inside(extra)
    kind_of(data)
    read_json(data)


@given(body=VALUES, openings=VALUES)
def test_any_opening(body: object, openings: object) -> None:
    told = {
        "format": "digital-trust-alliance/log-entry/1",
        "kind": "code.signed",
        "facts": body,
        "commitments": body,
    }
    extra = json.dumps({"openings": openings}).encode()
    found = entries.opened(json.dumps(told).encode(), extra)
    assert found is None or found.true == {}
    if found is not None:
        entries.facts(found)


BOMB = zlib.compress(b"0" * 400_000_000, 9)
PDFS = {
    "only a name": b"%PDF-1.7 /ByteRange",
    "rubbish": b"%PDF-1.7\n/ByteRange [0 1 2 3]\nxref\ntrailer\nstartxref\n99\n%%EOF",
    "a loop": b"%PDF-1.7\n/ByteRange\nxref\n0 1\n0000000000 65535 f \ntrailer<</Prev 20/Size 1/Root 1"
    b" 0 R>>\nstartxref\n20\n%%EOF",
    "deep": b"%PDF-1.7\n/ByteRange " + b"[" * 200_000 + b"\nstartxref\n9\n%%EOF",
    "a bomb": b"%PDF-1.7\n1 0 obj<</Type/XRef/Size 1/W[1 2 1]/Filter/FlateDecode/Length "
    + str(len(BOMB)).encode()
    + b"/ByteRange 0>>stream\n"
    + BOMB
    + b"\nendstream endobj\nstartxref\n9\n%%EOF",
}


@pytest.mark.parametrize("name", PDFS)
async def test_a_malformed_pdf(portal: Portal, name: str) -> None:
    found = await give(portal, PDFS[name])
    assert (found.status, found.outcome) == (200, "unreadable")


PICTURES = {
    "entities": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(12))
    + b"]><svg>&m;</svg>",
    "a file of ours": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "deep": b"<svg>" + b"<g>" * 500_000,
    "two credentials": b'<svg xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
    + b"<openbadges:credential>{}</openbadges:credential>" * 2
    + b"</svg>",
    "a png that is cut": PNG + b"\0\0\0\rIHDR",
    "a png of a huge part": PNG + b"\xff\xff\xff\xffiTXtopenbadgecredential\0\0\0\0\0{}",
}


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_that_would_blow_up(portal: Portal, name: str) -> None:
    found = await give(portal, PICTURES[name])
    assert (found.status, found.outcome) == (200, "foreign")


@pytest.mark.parametrize(
    "data",
    [
        b"{" * 150_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"type": "VerifiableCredential", "a": ' + b"9" * 100_000 + b"}",
        b'{"type": "VerifiableCredential", "x": "\\ud800", "issuer": "did:web:localhost%3A8000"}',
        b'{"format": "digital-trust-alliance/conduct-signature/1", "code": 5, "signer": []}',
    ],
    ids=["open", "deep", "number", "surrogate", "evidence"],
)
async def test_json_that_would_blow_up(portal: Portal, data: bytes) -> None:
    found = await give(portal, data)
    assert (found.status, found.outcome in {"unreadable", "foreign"}) == (200, True)


async def test_words_of_a_file_are_shown_as_words(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="<script>alert(1)</script>")
    data, _index = await proof_of(portal, member, Kind.MEMBERSHIP_BEGUN)
    found = await give(portal, data, "<img src=x onerror=alert(1)>.pdf")
    assert "<script>alert" not in found.page
    assert "<img src=x" not in found.page
