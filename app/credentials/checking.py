"""Whether a credential that somebody shows is ours, unchanged, and true today."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.crypto import canonical_json
from app.credentials import baking, issuer, queries
from app.credentials.models import Revoked
from app.credentials.policy import did, proofs
from app.credentials.policy.document import of_identifier, read
from app.credentials.policy.multikey import from_multikey
from app.credentials.queries import Issued
from app.members.policy import parse_number

MOST_PROOFS = 8
LONGEST_NAME = 200  # characters of what a document that is not ours says


class Problem(StrEnum):
    """Why a document is not a genuine credential of ours."""

    UNREADABLE = "unreadable"  # no JSON object, or one that cannot be read in one way only
    NOT_A_CREDENTIAL = "not-a-credential"
    OTHER_ISSUER = "other-issuer"
    NO_PROOF = "no-proof"
    UNKNOWN_SUITE = "unknown-suite"  # no proof of a kind that we can check
    UNKNOWN_KEY = "unknown-key"  # signed by a key that never was ours
    BAD_PROOF = "bad-proof"  # changed since it was signed
    UNKNOWN_STATUS = "unknown-status"  # it names no place in our status lists


class Status(StrEnum):
    """What the status lists and the dates say today."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    UNKNOWN = "unknown"  # of a document that is not genuine


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer. What the document says (`number`, `name`) is true only when `genuine`.

    `proofs` tells by cryptosuite whether its proof holds; `problems` is empty when genuine.
    """

    problems: tuple[Problem, ...]
    proofs: Mapping[str, bool]
    status: Status
    credential_id: str = ""
    number: str = ""
    name: str = ""
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    suspended_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_because: Revoked | None = None

    @property
    def genuine(self) -> bool:
        """Whether we issued exactly this; it may be revoked or suspended all the same."""
        return not self.problems

    @property
    def holds(self) -> bool:
        """Whether it is genuine and true today."""
        return self.genuine and self.status is Status.VALID


async def check(session: AsyncSession, document: bytes) -> Checked:
    """Check a document as it was given, bytes of anybody's. Never raises on what it holds.

    What we issued is kept, so a changed document is told by comparing. The canonical form as RDF,
    which a stranger could make to take hours, is computed only of what is ours.
    """
    try:
        given = read(document)
        bare = proofs.bare(given)
        form = canonical_json(bare)
    except (ValueError, RecursionError):
        return _refused(Problem.UNREADABLE)
    if "VerifiableCredential" not in _texts(given.get("type")):
        return _refused(Problem.NOT_A_CREDENTIAL)
    if _issuer_of(given) != issuer.name():
        return _refused(Problem.OTHER_ISSUER, given)
    ours = await _record_of(session, given)
    same = ours is not None and ours.document == form
    problem, held = await _proofs(session, given, same=same)
    if problem is not None:
        return _refused(problem, given, held)
    if ours is None or not same:
        return _refused(Problem.UNKNOWN_STATUS, given, held)
    return _told(ours, given, held)


async def _record_of(session: AsyncSession, given: Mapping[str, Any]) -> Issued | None:
    credential_id = of_identifier(given.get("id"))
    return None if credential_id is None else await queries.by_id(session, credential_id)


async def _proofs(
    session: AsyncSession, given: Mapping[str, Any], *, same: bool
) -> tuple[Problem | None, dict[str, bool]]:
    """What is wrong with the proofs, and by suite whether those of ours hold.

    Proofs by others are theirs to check. Args: `same`: the document is one that we issued.
    """
    listed = proofs.proofs_of(given)
    if not listed:
        return Problem.NO_PROOF, {}
    keys = await queries.multikeys(session)
    named = [(one, did.key_of(issuer.name(), one.get("verificationMethod"))) for one in listed]
    ours = [(one, keys[key_id]) for one, key_id in named if key_id in keys]
    if not ours or len(listed) > MOST_PROOFS:
        return Problem.UNKNOWN_KEY, {}
    known = [(one, key) for one, key in ours if proofs.suite_of(one) is not None]
    if not known:
        return Problem.UNKNOWN_SUITE, {}
    held = await asyncio.to_thread(_held, proofs.bare(given), known, same=same)
    return (None if all(held.values()) else Problem.BAD_PROOF), held


def _held(
    bare: Mapping[str, Any], known: Sequence[tuple[Mapping[str, Any], str]], *, same: bool
) -> dict[str, bool]:
    """By suite: whether each of its proofs holds; JSON's first, which tells what is safe."""
    held: dict[str, bool] = {}
    for suite in (proofs.Suite.JCS, proofs.Suite.RDFC):
        safe = suite is proofs.Suite.JCS or same or held.get(proofs.Suite.JCS.value, False)
        for one, key in known:
            if proofs.suite_of(one) is suite:
                holds = safe and proofs.holds(bare, one, from_multikey(key))
                held[suite.value] = held.get(suite.value, True) and holds
    return held


def _told(ours: Issued, given: Mapping[str, Any], held: Mapping[str, bool]) -> Checked:
    return Checked(
        problems=(),
        proofs=held,
        status=_status(ours),
        credential_id=str(ours.id),
        number=ours.number,
        name=_identifier(given, "name"),
        issued_at=ours.issued_at,
        valid_until=ours.valid_until,
        suspended_at=ours.suspended_at,
        revoked_at=ours.revoked_at,
        revoked_because=ours.revoked_because,
    )


def _status(ours: Issued) -> Status:
    """What holds today; for good before for a time, so that nothing worse is hidden."""
    now = clock.now()
    if ours.revoked_at is not None:
        return Status.REVOKED
    if ours.suspended_at is not None:
        return Status.SUSPENDED
    if now > ours.valid_until:
        return Status.EXPIRED
    return Status.NOT_YET if now < ours.issued_at else Status.VALID


def _refused(
    problem: Problem, given: Mapping[str, Any] | None = None, held: Mapping[str, bool] | None = None
) -> Checked:
    told = given or {}
    credential_id = of_identifier(told.get("id"))
    return Checked(
        problems=(problem,),
        proofs=held or {},
        status=Status.UNKNOWN,
        credential_id=str(credential_id or ""),
        number=parse_number(_identifier(told, "identifier")) or "",
        name=_identifier(told, "name"),
    )


def _identifier(given: Mapping[str, Any], kind: str) -> str:
    """What a document names of whom it is about; empty when it does not as ours do."""
    subject = given.get("credentialSubject")
    listed = subject.get("identifier") if isinstance(subject, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("identityType") == kind:
            found = one.get("identityHash")
            return found[:LONGEST_NAME] if isinstance(found, str) else ""
    return ""


def _issuer_of(given: Mapping[str, Any]) -> object:
    found = given.get("issuer")
    return found.get("id") if isinstance(found, dict) else found


def _texts(given: object) -> list[str]:
    listed = given if isinstance(given, list) else [given]
    return [one for one in listed if isinstance(one, str)]


def baked(data: bytes) -> bytes | None:
    """The credential inside an SVG or PNG; None when there is none, or not exactly one."""
    return baking.extract(data)
