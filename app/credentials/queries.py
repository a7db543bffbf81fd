"""What is asked about credentials: one member's, and what the status lists say."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.credentials.models import Revoked


@dataclass(frozen=True, slots=True)
class Issued:
    """One credential as it stands; `document` is its canonical JSON without proofs."""

    id: UUID
    member_id: UUID
    number: str
    document: bytes
    document_sha256: str
    issued_at: datetime
    valid_until: datetime
    list_number: int
    list_index: int
    suspended_at: datetime | None
    revoked_at: datetime | None
    revoked_because: Revoked | None
