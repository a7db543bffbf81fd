"""W3C's published vectors for both suites, byte for byte (see vectors/README.md)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials.policy import contexts, proofs
from app.credentials.policy.multikey import from_multibase, from_multikey, multikey
from app.credentials.policy.proofs import Suite

FOLDER = Path(__file__).parent / "vectors"
SECRET_KEY = bytes((0x80, 0x26))  # what stands before an Ed25519 seed (multicodec)
SUITES = ((Suite.JCS, "JCS"), (Suite.RDFC, "DataInt"))


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def private(written: str) -> Ed25519PrivateKey:
    data = from_multibase(written)
    assert data.startswith(SECRET_KEY)
    return Ed25519PrivateKey.from_private_bytes(data.removeprefix(SECRET_KEY))


@pytest.fixture(autouse=True)
def examples(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Beside ours, the context of W3C's examples, which nothing of ours may use."""
    ours = {
        **contexts.bundled(),
        "https://www.w3.org/ns/credentials/examples/v2": read("examples-v2.json"),
    }
    with monkeypatch.context() as patched:
        patched.setattr(contexts, "bundled", lambda: ours)
        yield


def test_the_key_is_written_as_published() -> None:
    pair = read("keyPair.json")
    assert multikey(private(pair["privateKeyMultibase"]).public_key()) == pair["publicKeyMultibase"]


@pytest.mark.parametrize(("suite", "ending"), SUITES)
def test_every_step_of_a_proof_is_as_published(suite: Suite, ending: str) -> None:
    folder = suite.value
    document, options = read("unsigned.json"), read(f"{folder}/proofConfig{ending}.json")
    given = (
        {k: v for k, v in options.items() if k != "@context"} if suite is Suite.RDFC else options
    )
    of_proof, of_document = proofs.canonical(document, given, suite)
    assert of_proof.decode() == text(f"{folder}/proofCanon{ending}.txt")
    assert of_document.decode() == text(f"{folder}/canonDoc{ending}.txt")
    message = proofs.to_sign(document, given, suite)
    assert message.hex() == text(f"{folder}/combinedHash{ending}.txt")
    assert message[:32].hex() == text(f"{folder}/proofHash{ending}.txt")
    assert message[32:].hex() == text(f"{folder}/docHash{ending}.txt")
    signature = private(read("keyPair.json")["privateKeyMultibase"]).sign(message)
    assert signature.hex() == text(f"{folder}/sigHex{ending}.txt")


@pytest.mark.parametrize(("suite", "ending"), SUITES)
def test_a_proof_is_made_and_checked_as_published(suite: Suite, ending: str) -> None:
    pair, document = read("keyPair.json"), read("unsigned.json")
    signed = read(f"{suite.value}/signed{ending}.json")
    given = signed["proof"]
    made = proofs.proof(
        document,
        private(pair["privateKeyMultibase"]),
        suite,
        given["verificationMethod"],
        given["created"],
    )
    assert {**document, "proof": made} == signed
    key = from_multikey(pair["publicKeyMultibase"])
    assert proofs.holds(proofs.bare(signed), given, key)
    assert not proofs.holds({**document, "name": "Another"}, given, key)
    assert not proofs.holds(document, {**given, "created": "2023-02-24T23:36:39Z"}, key)


def test_each_proof_of_a_published_set_holds_by_its_own_key() -> None:
    pairs, signed = read("proof-set/multiKeyPairs.json"), read("proof-set/signedProofSet2.json")
    keys = [pairs[name]["publicKeyMultibase"] for name in pairs]
    listed = proofs.proofs_of(signed)
    assert len(listed) == 2
    for one in listed:
        named = one["verificationMethod"].partition("#")[2]
        assert named in keys
        for key in keys:
            held = proofs.holds(proofs.bare(signed), one, from_multikey(key))
            assert held == (key == named)
