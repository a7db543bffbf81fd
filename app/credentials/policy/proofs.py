"""Proofs by Ed25519 over JSON (W3C Data Integrity EdDSA Cryptosuites 1.0): both of its suites.

Each signs SHA-256 of the proof's own description and SHA-256 of the document without proofs, in
this order; the suites differ in the canonical form that is hashed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.crypto import canonical_json
from app.credentials.policy import contexts
from app.credentials.policy.multikey import from_multibase, multibase

TYPE = "DataIntegrityProof"
PURPOSE = "assertionMethod"
SIGNATURE = 64  # bytes
Document = Mapping[str, Any]


class Suite(StrEnum):
    """How a document is brought into the form that is signed."""

    RDFC = "eddsa-rdfc-2022"  # as RDF: what wallets and verifiers of the world check
    JCS = "eddsa-jcs-2022"  # as JSON: what a verifier without JSON-LD checks


ALLOWED = frozenset(
    {"type", "id", "cryptosuite", "created", "verificationMethod", "proofPurpose", "@context"}
)
"""What a proof of ours may say; more is not checked but refused."""


def instant(at: datetime) -> str:
    """A time as credentials write it (XML Schema's dateTime): to the second, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def bare(document: Document) -> dict[str, Any]:
    """The document without its proofs."""
    return {name: value for name, value in document.items() if name != "proof"}


def proofs_of(document: Document) -> Sequence[Document]:
    """The proofs of a document, one or several; what is no proof is left out."""
    found = document.get("proof")
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, dict)]


def signed(document: Document, key: Ed25519PrivateKey, method: str, at: str) -> dict[str, Any]:
    """The document with a proof of each suite; the same for the same arguments.

    Args:
        document: without proofs.
        method: how the key is named.
        at: when the proofs say that they were made.

    Raises:
        contexts.Strange: it holds what no context defines, and would not be signed.
    """
    contexts.check_terms(document)
    return {**document, "proof": [proof(document, key, suite, method, at) for suite in Suite]}


def proof(
    document: Document, key: Ed25519PrivateKey, suite: Suite, method: str, at: str
) -> dict[str, Any]:
    """One proof of a document that has none."""
    options: dict[str, Any] = {
        "type": TYPE,
        "cryptosuite": suite.value,
        "created": at,
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    if suite is Suite.JCS:
        options["@context"] = document["@context"]
    return {**options, "proofValue": multibase(key.sign(to_sign(document, options, suite)))}


def to_sign(document: Document, options: Document, suite: Suite) -> bytes:
    """The 64 bytes that are signed.

    Args:
        document: without proofs.
        options: the proof without its value.

    Raises:
        ValueError: either has no canonical form.
    """
    forms = canonical(document, options, suite)
    return b"".join(sha256(form).digest() for form in forms)


def canonical(document: Document, options: Document, suite: Suite) -> Iterator[bytes]:
    """The canonical forms that are hashed: of the proof's description, then of the document."""
    if suite is Suite.JCS:
        yield canonical_json(options)
        yield canonical_json(document)
    else:
        yield contexts.quads({**options, "@context": document["@context"]})
        yield contexts.quads(document)


def suite_of(given: Document) -> Suite | None:
    """The suite of a proof; None for one that we do not know."""
    name = given.get("cryptosuite")
    if not isinstance(name, str) or name not in set(Suite) or given.get("type") != TYPE:
        return None
    return Suite(name)


def holds(document: Document, given: Document, key: Ed25519PublicKey) -> bool:
    """Whether `given` is a proof by `key` of `document`. Never raises.

    Args:
        document: without proofs; never a stranger's where the suite is RDFC (`contexts.quads`).
    """
    suite = suite_of(given)
    options = {name: value for name, value in given.items() if name != "proofValue"}
    if suite is None or not options.keys() <= ALLOWED or options.get("proofPurpose") != PURPOSE:
        return False
    if not all(isinstance(value, str) for name, value in options.items() if name != "@context"):
        return False
    if suite is Suite.JCS:
        document = _in_context_of(document, options)
    elif options.get("@context", document.get("@context")) != document.get("@context"):
        return False
    try:
        signature = from_multibase(given.get("proofValue"))
        key.verify(signature, to_sign(document, options, suite))
    except (ValueError, KeyError, RecursionError, InvalidSignature):
        return False
    return len(signature) == SIGNATURE


def _in_context_of(document: Document, options: Document) -> Document:
    """The document with the contexts that its proof was made with, which its own begin with.

    Source: section 3.3.2 of the suites, "Verify Proof (eddsa-jcs-2022)"; without a like
    beginning the document is left as it is, and the proof fails.
    """
    own, told = document.get("@context"), options.get("@context")
    if isinstance(own, list) and isinstance(told, list) and own[: len(told)] == told:
        return {**document, "@context": told}
    return document
