"""Proofs of the log, given to be checked: right, changed, of others, against today's tree."""

import json
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.config import settings
from app.members.models import Member
from app.trustlog import keys
from app.trustlog import service as log
from app.trustlog.models import Kind
from app.trustlog.policy import notes, proofs
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.merkle import leaf_hash, node_hash
from app.trustlog.policy.notes import COSIGNATURE, Signer, Verifier
from app.trustlog.policy.proofs import TlogProof
from app.verify import proofs as verifying
from tests.conftest import statements
from tests.factories.conduct import make_code, make_signature
from tests.factories.members import make_member, viewer_of
from tests.portal import Portal
from tests.verify.holding import flipped, give, paste, proof_of, suspend

SIGNED = "The log's key signed the checkpoint"
INCLUDED = "The entry is in the tree of this checkpoint"
BEGINS = "Today's tree begins with that tree"
WITNESSED = "Independent witnesses signed it too"
OPENED = "What stands behind its commitments"


async def begun(portal: Portal, others: int = 2) -> tuple[Member, bytes]:
    """A member and the proof that the membership began, in a log with entries of others."""
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Bếp Sương")
        for _ in range(others):
            await make_member(session)
    data, _index = await proof_of(portal, member, Kind.MEMBERSHIP_BEGUN)
    return member, data


def parts(data: bytes) -> TlogProof:
    return proofs.parse(data.decode())


def with_extra(data: bytes, **given: object) -> bytes:
    """The proof with parts of its extra line in place of those it has."""
    proof = parts(data)
    assert proof.extra is not None
    extra = json.dumps({**json.loads(proof.extra), **given}).encode()
    return TlogProof(proof.index, proof.hashes, proof.checkpoint_note, extra).text().encode()


async def test_a_proof_is_right_and_its_entry_in_plain_words(portal: Portal) -> None:
    member, data = await begun(portal)
    found = await give(portal, data, "bất kỳ.pdf")
    assert found.status == 200
    assert (found.outcome, found.title) == (
        "genuine",
        "The proof is right, and the entry still stands",
    )
    assert found.steps == {
        "It is a proof as the log writes them": "In order",
        SIGNED: "In order",
        "Independent witnesses signed it too": "To know",
        INCLUDED: "In order",
        BEGINS: "In order",
        OPENED: "In order",
        "The standing today": "In order",
    }
    assert found.facts["What happened"] == "A membership began"
    assert found.facts["Member number"] == member.number
    assert "Bếp Sương" in found.person
    assert f'href="/members/{member.number}"' in found.page
    assert "noindex" in found.page


async def test_it_stays_right_while_the_log_grows(portal: Portal) -> None:
    _member, data = await begun(portal)
    async with portal.transaction() as session:
        later = [await make_member(session) for _ in range(5)]
    await proof_of(portal, later[0], Kind.MEMBERSHIP_BEGUN)
    found = await give(portal, data)
    assert (found.outcome, found.steps[BEGINS]) == ("genuine", "In order")


async def test_a_pasted_proof_is_the_same(portal: Portal) -> None:
    _member, data = await begun(portal)
    found = await paste(portal, data.decode().replace("\n", "\r\n"))
    assert found.outcome == "genuine"


async def test_a_proof_that_opens_nothing_names_nobody(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Chú Tám")
    data, _index = await proof_of(portal, member, Kind.MEMBERSHIP_BEGUN, closed=True)
    found = await give(portal, data)
    assert (found.outcome, found.steps[OPENED], found.person) == ("genuine", "To know", "")
    assert "Chú Tám" not in found.page
    assert member.number not in found.page


async def test_who_is_suspended_meanwhile_is_told_so(portal: Portal) -> None:
    member, data = await begun(portal)
    async with portal.transaction() as session:
        await suspend(session, member)
    found = await give(portal, data)
    assert (found.outcome, found.steps["The standing today"]) == ("past", "Take care")
    assert "Suspended" in found.person


@pytest.mark.parametrize("place", ["first", "hash", "note", "signature"])
async def test_one_byte_changed(portal: Portal, place: str) -> None:
    _member, data = await begun(portal)
    proof = parts(data)
    at = {
        "first": data.index(b"index ") + 6,
        "hash": data.index(b64encode(proof.hashes[0])) + 5,
        "note": data.index(proof.checkpoint_note.encode()) + len(settings().log_name) + 8,
        "signature": data.rindex(b" ") + 20,
    }[place]
    found = await give(portal, flipped(data, at))
    assert found.outcome in {"changed", "foreign", "unreadable"}
    assert (found.facts, found.person) == ({}, "")


async def test_another_entry_in_the_place_of_the_one_proven(portal: Portal) -> None:
    _member, data = await begun(portal)
    body = json.loads(b64decode(json.loads(parts(data).extra or b"")["entry"]))
    false = json.dumps({**body, "kind": "membership.renewed"}).encode()
    found = await give(portal, with_extra(data, entry=b64encode(false).decode()))
    assert (found.outcome, found.steps[INCLUDED]) == ("changed", "Not in order")
    assert (found.facts, found.person) == ({}, "")


async def test_an_opening_that_is_not_what_was_committed_to(portal: Portal) -> None:
    member, data = await begun(portal)
    openings = json.loads(parts(data).extra or b"")["openings"]
    async with portal.transaction() as session:
        other = await make_member(session, stage_name="Người Khác")
    false = {**openings, "number": [openings["number"][0], other.number]}
    found = await give(portal, with_extra(data, openings=false))
    assert (found.outcome, found.steps[OPENED], found.person) == ("changed", "Not in order", "")
    assert "Member number" not in found.facts
    for said in ("Người Khác", "Bếp Sương", other.number, member.number):
        assert said not in found.page


async def test_a_file_without_its_entry_is_read_by_its_place(portal: Portal) -> None:
    _member, data = await begun(portal)
    proof = parts(data)
    bare = TlogProof(proof.index, proof.hashes, proof.checkpoint_note).text().encode()
    found = await give(portal, bare)
    assert (found.outcome, found.person) == ("genuine", "")
    assert found.facts["What happened"] == "A membership began"


async def test_a_proof_of_another_log_and_one_by_another_key(portal: Portal) -> None:
    _member, data = await begun(portal)
    proof = parts(data)
    head = notes.parse(proof.checkpoint_note).text
    thief = Ed25519PrivateKey.generate()
    for origin, title in (
        ("elsewhere.example/log", "This proof is not of our log"),
        (settings().log_name, "This proof is not signed by our log"),
    ):
        text = head.replace(settings().log_name, origin)
        note = notes.sign(text, [Signer(origin, thief)])
        made = TlogProof(proof.index, proof.hashes, note, proof.extra).text().encode()
        found = await give(portal, made)
        assert (found.outcome, found.title) == ("foreign", title)
        assert (found.facts, found.person) == ({}, "")


async def test_a_proof_signed_with_a_key_that_is_no_longer_in_use(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, data = await begun(portal)
    thief = Signer(settings().log_name, Ed25519PrivateKey.generate())
    monkeypatch.setattr(keys, "verifiers", lambda: (Verifier(thief.vkey),))  # in place of the old
    found = await give(portal, data)
    assert (found.outcome, found.steps[SIGNED]) == ("genuine", "In order")
    assert "a key that is no longer in use" in found.page
    assert "Bếp Sương" in found.person
    proof = parts(data)
    signature = proof.checkpoint_note.rindex(" ") + 20
    other = "A" if proof.checkpoint_note[signature] != "A" else "B"
    note = proof.checkpoint_note[:signature] + other + proof.checkpoint_note[signature + 1 :]
    damaged = TlogProof(proof.index, proof.hashes, note, proof.extra).text().encode()
    found = await give(portal, damaged)
    assert (found.outcome, found.steps[SIGNED], found.facts) == ("foreign", "Not in order", {})


@pytest.mark.parametrize("size", [2, 3000])
async def test_what_our_key_signed_against_our_own_record(portal: Portal, size: int) -> None:
    _member, data = await begun(portal)
    proof = parts(data)
    entry = b64decode(json.loads(proof.extra or b"")["entry"])
    beside = b"\x07" * 32
    left, right = leaf_hash(entry), beside
    fork = Checkpoint(settings().log_name, 2, node_hash(left, right))
    if size != fork.size:  # a tree that is larger than ours, with a path that holds
        fork, path = _chain(entry, size)
    else:
        path = [beside]
    note = notes.sign(fork.text(), keys.signers())
    found = await give(portal, TlogProof(0, tuple(path), note, proof.extra).text().encode())
    assert (found.outcome, found.steps[BEGINS]) == ("contradicts", "Not in order")
    assert "Keep the file" in found.page
    assert found.person == ""


def _chain(entry: bytes, size: int) -> tuple[Checkpoint, list[bytes]]:
    """A tree of which only the path from its first entry is known."""
    found, path = leaf_hash(entry), [bytes([n]) * 32 for n in range((size - 1).bit_length())]
    for one in path:
        found = node_hash(found, one)
    return Checkpoint(settings().log_name, size, found), path


async def test_the_same_number_of_statements_however_much_is_opened(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
    counts = set()
    for closed in (False, True):
        data, _index = await proof_of(portal, member, Kind.MEMBERSHIP_BEGUN, closed=closed)
        with statements(portal.database.engine) as seen:
            await give(portal, data)
        counts.add(len([one for one in seen if "rate_counters" not in one]))
    assert max(counts) <= 4  # checkpoint, consistency where it has grown, member


async def test_without_a_published_tree_nothing_can_be_told(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, data = await begun(portal)
    monkeypatch.setattr(keys, "verifiers", tuple)
    found = await give(portal, data)
    assert (found.outcome, found.person) == ("unsure", "")


async def test_what_a_witness_signed_is_told(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    _member, data = await begun(portal)
    proof = parts(data)
    witness = Signer("witness.example", Ed25519PrivateKey.generate(), COSIGNATURE)
    line = witness.line(notes.parse(proof.checkpoint_note).text, 1_790_000_000)
    monkeypatch.setattr(verifying, "witnesses", lambda: [Verifier(witness.vkey)])
    false = line[:-10] + ("A" if line[-10] != "A" else "B") + line[-9:]
    for given, result in ((line, "In order"), (false, "To know")):
        note = f"{proof.checkpoint_note}{given}\n"
        made = TlogProof(proof.index, proof.hashes, note, proof.extra).text().encode()
        found = await give(portal, made)
        assert (found.outcome, found.steps[WITNESSED]) == ("genuine", result)
        assert ("witness.example" in found.page) is (result == "In order")


async def test_an_entry_without_a_number_leads_to_its_member_by_what_it_opens(
    portal: Portal,
) -> None:
    async with portal.transaction() as session:
        await make_code(session)
        member = await make_member(session, stage_name="Bếp Sương")
        signature = await make_signature(session, viewer_of(member))
    data, _index = await proof_of(portal, member, Kind.CODE_SIGNED)
    found = await give(portal, data)
    assert (found.outcome, found.facts["Version of the code"]) == ("genuine", "1.0")
    assert found.facts["SHA-256 of the evidence"] == signature.evidence_sha256
    assert "Bếp Sương" in found.person
    closed, _index = await proof_of(portal, member, Kind.CODE_SIGNED, closed=True)
    assert (await give(portal, closed)).person == ""


async def test_of_somebody_erased_the_entry_stands_and_leads_nowhere(portal: Portal) -> None:
    async with portal.transaction() as session:
        await make_code(session)
        member = await make_member(session, stage_name="Bếp Sương")
        await make_signature(session, viewer_of(member))
    data, _index = await proof_of(portal, member, Kind.CODE_SIGNED)
    async with portal.transaction() as session:
        await log.forget(session, viewer_of(member), member.account_id)
    found = await give(portal, data)
    assert (found.outcome, found.steps[OPENED], found.person) == ("genuine", "In order", "")
    assert found.steps["The standing today"] == "To know"
    assert "Bếp Sương" not in found.page
