"""The evidence of a signature: one canonical JSON document that says all there is to say."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.core.crypto import canonical_json
from app.core.viewer import Viewer

FORMAT = "digital-trust-alliance/conduct-signature/1"


@dataclass(frozen=True, slots=True)
class TextSigned:
    """The exact text that stood before the person."""

    version: str
    locale: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Passed:
    """The try at the test that let them sign."""

    id: UUID
    correct: int
    questions: int
    finished_at: datetime


def instant(moment: datetime) -> str:
    """`moment` in UTC to the microsecond, the one way evidence writes a time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def document(
    signature_id: UUID,
    by: Viewer,
    text: TextSigned,
    test: Passed,
    *,
    name: str,
    statement: str,
    signed_at: datetime,
) -> bytes:
    """The evidence in the byte form of RFC 8785; docs/decisions/0013 explains each member.

    Args:
        name: as the person typed it.
        statement: the sentence beside the box that they ticked.
    """
    assert by.signed_in_at is not None  # noqa: S101 - the service has checked it
    told: dict[str, Any] = {
        "format": FORMAT,
        "id": str(signature_id),
        "code": {"version": text.version, "language": text.locale, "sha256": text.sha256},
        "signer": {"account": str(by.account_id), "name": name},
        "statement": statement,
        "signed_at": instant(signed_at),
        "sign_in": {
            "at": instant(by.signed_in_at),
            "provider": by.provider,
            "issuer": by.issuer,
        },
        "request": {"address": by.address, "user_agent": by.user_agent},
        "test": {
            "id": str(test.id),
            "correct": test.correct,
            "questions": test.questions,
            "finished_at": instant(test.finished_at),
        },
    }
    return canonical_json(told)
