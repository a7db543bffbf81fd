"""Whether a credential that somebody shows is ours, unchanged, and true today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.credentials.models import Revoked


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
    """Check a document as it was given, bytes of anybody's. Never raises on what it holds."""
    raise NotImplementedError


def baked(data: bytes) -> bytes | None:
    """The credential inside an SVG or PNG; None when there is none, or not exactly one."""
    raise NotImplementedError
