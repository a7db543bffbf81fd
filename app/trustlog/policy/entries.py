"""An entry of the log: canonical JSON that names nobody, with commitments to what it hides.

A hidden value stands in the entry as the SHA-256 of the canonical JSON of `[salt, name, value]`.
Who is shown salt and value can compute it; once the salts are deleted the entry says nothing of
anybody, and the tree stays true (design §2 "The trust log").
"""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.core.crypto import canonical_json, digest
from app.trustlog.models import Kind

FORMAT = "digital-trust-alliance/log-entry/1"
RULES: Mapping[str, str] = {
    "code": "conduct/1",
    "membership": "standing/1",
    "channel": "proofs/1",
    "credential": "credentials/1",
    "did": "credentials/1",
    "log": "log/1",
}
"""The rules by which things of each kind happen, by the first word of the kind; with a version."""

HAPPENED = "happened_at"
"""The fact that says when it happened, in an entry written later (`portal log catch-up`)."""

SALT = 16  # bytes
Openings = Mapping[str, tuple[str, str]]
"""By name: the salt and the value behind a commitment."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to be logged.

    `facts` stand in the entry for all to read: nothing of a person may be among them. `hidden`
    stands behind commitments. `account_id` is whom it is about; None for what is nobody's.
    """

    kind: Kind
    account_id: UUID | None = None
    facts: Mapping[str, str] | None = None
    hidden: Mapping[str, str] | None = None


def late(event: Event, happened_at: datetime) -> Event:
    """`event`, to be written now though it happened at `happened_at`, before there was a log."""
    return replace(event, facts={**(event.facts or {}), HAPPENED: instant(happened_at)})


def opaque(size: int = SALT) -> str:
    """Randomness in base64url without padding: a salt, or the name of a subject."""
    return urlsafe_b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()


def commitment(name: str, salt: str, value: str) -> str:
    """What stands in an entry for a hidden value, in lower-case hexadecimal."""
    return digest(canonical_json([salt, name, value]))


def salted(hidden: Mapping[str, str]) -> Openings:
    """A fresh salt beside each of `hidden`."""
    return {name: (opaque(), value) for name, value in hidden.items()}


def instant(moment: datetime) -> str:
    """`moment` in UTC to the microsecond, the one way in which entries write a time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def kind_of(body: bytes) -> Kind:
    """What an entry of ours tells, by its own words: columns beside it are in no tree."""
    return Kind(json.loads(body)["kind"])


def fitting(commitments: Mapping[str, str], openings: Openings) -> Openings:
    """Those of `openings` that are what was committed to; others were put there later."""
    return {
        name: (salt, value)
        for name, (salt, value) in openings.items()
        if commitments.get(name) == commitment(name, salt, value)
    }


def body(
    entry_id: UUID, at: datetime, event: Event, subject: str | None, openings: Openings
) -> bytes:
    """The bytes of an entry: what the tree hashes, and what is kept and served for good.

    Args:
        at: when it happened, with a zone; written in UTC to the microsecond.
        subject: the opaque name of whom it is about.
    """
    told: dict[str, Any] = {
        "format": FORMAT,
        "id": str(entry_id),
        "at": instant(at),
        "kind": event.kind.value,
        "rule": RULES[event.kind.value.partition(".")[0]],
        "facts": dict(event.facts or {}),
        "commitments": {
            name: commitment(name, salt, value) for name, (salt, value) in openings.items()
        },
    }
    if subject is not None:
        told["subject"] = subject
    return canonical_json(told)
