"""A credential that no database knows, for tests of what is pure."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials.policy.document import Facts, Place, credential
from app.credentials.words import words

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BASE = "https://portal.example"
DID = "did:web:portal.example"


def make_document() -> dict[str, Any]:
    """A credential without proofs."""
    facts = Facts(
        id=UUID("01a2234c-5e63-78a7-9bb5-c5edaa041a70"),
        number="DTA-26-00001-0",
        name="Bếp Nhà Sương",
        member_since=datetime(2025, 1, 1, tzinfo=UTC),
        issued_at=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
        place=Place(1, 94567),
    )
    found: dict[str, Any] = json.loads(credential(BASE, DID, facts, words()))
    return found
