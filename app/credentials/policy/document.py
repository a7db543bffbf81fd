"""What a credential says: W3C Verifiable Credentials 2.0 in the form of an Open Badge 3.0.

No term of our own is in it: a context that nobody else has is one that verifiers refuse to load.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.clock import VIETNAM
from app.core.crypto import canonical_json
from app.credentials.policy.proofs import instant
from app.credentials.policy.status_list import Purpose

VC = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
LARGEST = 64 * 1024  # bytes of a document that is read; ours have about 4,000
DEEPEST = 16  # nested objects and lists
MEDIA_TYPE = "application/vc"
TTL = 2000  # milliseconds after which verifiers look again; untold, some keep a list while it holds
IMAGE = "/static/1/img/mark-512.png"  # any version leads to it; a credential keeps this one


@dataclass(frozen=True, slots=True)
class Words:
    """What people read in a credential, in one language."""

    language: str
    alliance: str
    title: str  # of what was achieved
    description: str
    criteria: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the two status lists."""

    list_number: int
    index: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What one credential tells of one member. Public things alone: anybody may download it.

    `name` is the stage name. No identifier is hashed: with its salt beside it a name, a telephone
    number or an address can be guessed in seconds.
    """

    id: UUID
    number: str
    name: str
    member_since: datetime
    issued_at: datetime
    valid_until: datetime
    place: Place


def identifier(credential_id: UUID) -> str:
    """How a document names its credential."""
    return f"urn:uuid:{credential_id}"


def of_identifier(text: object) -> UUID | None:
    """The credential that a document names; None when it names none as ours do."""
    if not isinstance(text, str) or not text.startswith("urn:uuid:"):
        return None
    try:
        found = UUID(text.removeprefix("urn:uuid:"))
    except ValueError:
        return None
    return found if identifier(found) == text else None


def until(term_ends_on: date) -> datetime:
    """The last second of a day in Vietnam."""
    midnight = datetime.combine(term_ends_on + timedelta(days=1), datetime.min.time(), VIETNAM)
    return (midnight - timedelta(seconds=1)).astimezone(UTC)


def list_address(base_url: str, purpose: Purpose, list_number: int) -> str:
    """Where a status list is served."""
    return f"{base_url}/credentials/status/{purpose.value}/{list_number}"


def achievement_address(base_url: str) -> str:
    """Where it is told what a credential stands for."""
    return f"{base_url}/credentials/achievement"


def credential(base_url: str, did: str, facts: Facts, words: Words) -> bytes:
    """The document without its proofs, as canonical JSON (RFC 8785)."""
    profile = f"{base_url}/members/{facts.number}"
    told: dict[str, Any] = {
        "@context": [VC, OPEN_BADGES],
        "id": identifier(facts.id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{facts.name} · {facts.number}",
        "description": words.description,
        "issuer": issuer(base_url, did, words),
        "validFrom": instant(facts.issued_at),
        "validUntil": instant(facts.valid_until),
        "awardedDate": instant(facts.member_since),
        "credentialSubject": {
            "id": profile,
            "type": ["AchievementSubject"],
            "identifier": [_plain("identifier", facts.number), _plain("name", facts.name)],
            "achievement": achievement(base_url, words),
        },
        "credentialStatus": [_entry(base_url, purpose, facts.place) for purpose in Purpose],
        "evidence": [
            {
                "id": f"{profile}/record",
                "type": ["Evidence"],
                "name": words.evidence,
            }
        ],
    }
    return canonical_json(told)


def issuer(base_url: str, did: str, words: Words) -> dict[str, Any]:
    """The alliance as Open Badges describes who issues."""
    return {"id": did, "type": ["Profile"], "name": words.alliance, "url": base_url}


def achievement(base_url: str, words: Words) -> dict[str, Any]:
    """What a credential stands for, as Open Badges describes it."""
    address = achievement_address(base_url)
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "Membership",
        "name": words.title,
        "description": words.description,
        "criteria": {"id": address, "type": "Criteria", "narrative": words.criteria},
        "image": {"id": f"{base_url}{IMAGE}", "type": "Image"},
        "inLanguage": words.language,
    }


def _plain(kind: str, value: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityType": kind, "identityHash": value}


def _entry(base_url: str, purpose: Purpose, place: Place) -> dict[str, Any]:
    address = list_address(base_url, purpose, place.list_number)
    return {
        "id": f"{address}#{place.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose.value,
        "statusListIndex": str(place.index),
        "statusListCredential": address,
    }


def status_list(
    address: str, did: str, purpose: Purpose, encoded: str, valid: tuple[datetime, datetime]
) -> dict[str, Any]:
    """The credential that carries a status list, without its proofs.

    Args:
        valid: from when, and until when.
    """
    return {
        "@context": [VC],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": instant(valid[0]),
        "validUntil": instant(valid[1]),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "encodedList": encoded,
            "ttl": TTL,
        },
    }


def read(data: bytes) -> dict[str, Any]:
    """A document as somebody gave it.

    Raises:
        ValueError: it is no JSON object, one that different readers would read differently
            (a name twice, a number that is none), or too large or too deep for a credential.
    """
    if len(data) > LARGEST:
        raise ValueError("too large for a credential")
    try:
        found = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except RecursionError:
        raise ValueError("too deep for a credential") from None
    if not isinstance(found, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - of what is given, not of a call
    if _depth(found) > DEEPEST:
        raise ValueError("too deep for a credential")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _depth(what: Any) -> int:
    deepest, waiting = 0, [(what, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        inside = one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ()
        waiting += [(part, depth + 1) for part in inside]
    return deepest
